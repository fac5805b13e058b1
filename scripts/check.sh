#!/usr/bin/env bash
# Lint, types, walls, catalogues, templates, hosts: all that can be known without running Satark.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

ruff check .
ruff format --check .
mypy
lint-imports --no-cache
python scripts/catalogues.py check
python scripts/check_templates.py
python scripts/check_hosts.py
