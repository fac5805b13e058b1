"""Every template parses, and no page has inline script or style, or loads anything from another host."""

import re
import sys
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

FOLDERS = (Path("templates"), *Path("plugins").glob("*/satark_*/templates"))
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=|<style", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "another host": re.compile(
        r"<(?:script|link|img|iframe|video|audio)[^>]*(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE
    ),
}


def faults(path: Path, environment: Environment) -> list[str]:
    text = path.read_text(encoding="utf-8")
    try:
        environment.parse(text)
    except TemplateSyntaxError as error:
        return [f"{path}:{error.lineno}: {error.message}"]
    return [f"{path}: {name}" for name, pattern in FORBIDDEN.items() if path.suffix == ".html" and pattern.search(text)]


def main() -> int:
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    paths = [path for folder in FOLDERS for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".j2")]
    found = [fault for path in paths for fault in faults(path, environment)]
    print("\n".join(found) or f"{len(paths)} templates parse and keep to the policy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
