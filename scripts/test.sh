#!/usr/bin/env bash
# Runs all tests against real services: those that are named, else private ones that are started here and stopped again.
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
command -v chromium > /dev/null || need+=(chromium fonts-noto-core)
command -v espeak-ng > /dev/null || need+=(espeak-ng)
command -v flite > /dev/null || need+=(flite)
command -v exiftool > /dev/null || need+=(libimage-exiftool-perl)
[ -x /usr/sbin/nginx ] || need+=(nginx-light)
ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || need+=(postgresql)
if [ ${#need[@]} -gt 0 ]; then
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null ||
        { echo "The tests need these Debian packages: ${need[*]}" >&2; exit 1; }
    echo "Installing ${need[*]} …"
    # In this run level no service is started where one is installed.
    apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${need[@]}" > /dev/null
fi

work=$(mktemp -d /tmp/satark-test.XXXXXX)
as_user=()
stop() {
    [ -f "$work/data/postmaster.pid" ] && "${as_user[@]}" "$bin/pg_ctl" -D "$work/data" -m immediate stop > /dev/null 2>&1 || true
    rm -rf "$work"
}
trap stop EXIT

if [ -z "${SATARK_TEST_POSTGRES_URL:-}" ]; then
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    if [ "$(id -u)" = 0 ]; then
        as_user=(runuser -u postgres --)
        chown postgres "$work"
    fi
    port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "${as_user[@]}" "$bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 > /dev/null
    "${as_user[@]}" "$bin/pg_ctl" -D "$work/data" -w -l "$work/log" \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$work' -c max_connections=200" start > /dev/null
    export SATARK_TEST_POSTGRES_URL="postgresql://postgres@127.0.0.1:$port/postgres"
fi

.venv/bin/python -m pytest -n 2 --dist worksteal "$@"
