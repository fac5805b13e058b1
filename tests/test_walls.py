"""Every wall breaks when it is violated: a contract that cannot fail would be none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IGNORED = shutil.ignore_patterns("__pycache__", "vendor", "static")

VIOLATIONS = {
    "The house has floors": ("satark/store/clock.py", "import satark.panel.app"),
    "The contract stands alone": ("satark/channels/spec.py", "import starlette.requests"),
    "The flow is pure": ("satark/conversation/words.py", "import satark.channels.registry"),
    "Only the door, the courier and who builds them know identity": (
        "satark/gateway/app.py",
        "import satark.identity.lookup",
    ),
    "The panel has no way to an address": ("satark/panel/inbox.py", "import satark.identity.envelope"),
    "Plugins know the contract and nothing else of Satark": ("satark_webform/plugin.py", "import satark.store.tables"),
    "Plugins do not know each other": ("satark_webform/reading.py", "import satark_simulator.plugin"),
    "The core knows no plugin": ("satark/cli.py", "import satark_simulator.plugin"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walls")
    shutil.copytree(ROOT / "satark", folder / "satark", ignore=IGNORED)
    for name in ("webform", "simulator"):
        shutil.copytree(ROOT / "plugins" / name / f"satark_{name}", folder / f"satark_{name}", ignore=IGNORED)
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def broken(folder: Path) -> set[str]:
    """The contracts that are broken in a copy of the house."""
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    env = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    out = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False).stdout
    assert "Contracts:" in out, out
    return {line.removesuffix(" BROKEN") for line in out.splitlines() if line.endswith(" BROKEN")}


def test_the_house_as_it_stands_keeps_its_walls(copy: Path) -> None:
    assert broken(copy) == set()


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_violation_breaks_its_wall(copy: Path, contract: str) -> None:
    file, line = VIOLATIONS[contract]
    path = copy / file
    original = path.read_text()
    path.write_text(f"{original}\n\n{line}\n")
    try:
        assert contract in broken(copy)
    finally:
        path.write_text(original)
