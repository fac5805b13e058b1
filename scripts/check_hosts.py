"""No tracked file names a package registry's host: machines reach registries by other names."""

import re
import subprocess
import sys
from pathlib import Path

PARTS = ("py" + "pi", "pythonh" + "osted", "npm" + "js", "deb" + "ian")
HOST = re.compile(r"https?://[\w.-]*(?:" + "|".join(PARTS) + r")\.[a-z]+", re.IGNORECASE)


def main() -> int:
    named = []
    for name in subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n"):
        path = Path(name)
        if name and path.is_file() and HOST.search(path.read_text(encoding="utf-8", errors="ignore")):
            named.append(name)
    for name in named:
        print(f"{name}: names a package registry's host")
    return 1 if named else 0


if __name__ == "__main__":
    sys.exit(main())
