"""Which process holds which key.

| file | gateway | panel | worker |
|---|---|---|---|
| `content.pub` | seals | seals | seals |
| `content.key` | | opens | opens |
| `reply.pub` | | seals | |
| `reply.key` | opens | opens | opens |
| `courier.pub` | seals | | seals |
| `courier.key` | | | opens |
| `lookup.key` | hashes | | hashes |
| `conversation.key` | locks | | locks |
| `officers.key` | | locks | |
| `search.key` | | locks | locks |
| `push.pub` | | shows | |
| `push.key` | | | signs |

What the police write to an informant is sealed to `reply`, for the gateway shows it to whoever has the receipt; what an
informant wrote is sealed to `content`, which the gateway cannot open.

`push` is how a push service knows that a notice to an officer's browser is ours (VAPID, RFC 8292).

A file holds one key, or several while they are exchanged (store/rotation.py).

A process is given the files it needs, and works with those; what is missing is a clear error where it is wanted.
"""

from dataclasses import dataclass, field
from pathlib import Path

from nacl.utils import random

from satark.store.sealing import KEY_BYTES, new_pair, new_signing_pair

PAIRS = ("content", "courier", "reply", "push")
SECRETS = ("lookup", "conversation", "officers", "search")


class KeyMissing(Exception):
    """This process was not given the key. The message names the file."""


@dataclass(frozen=True)
class Keys:
    """The keys found in a folder, by file name. Their repr shows names only."""

    found: dict[str, bytes] = field(repr=False)

    def __getitem__(self, name: str) -> bytes:
        try:
            return self.found[name]
        except KeyError:
            raise KeyMissing(f"{name} is not in the keys folder of this process") from None

    def __contains__(self, name: str) -> bool:
        return name in self.found


def load_keys(folder: Path) -> Keys:
    names = [f"{name}.{part}" for name in PAIRS for part in ("pub", "key")] + [f"{name}.key" for name in SECRETS]
    return Keys({name: (folder / name).read_bytes() for name in names if (folder / name).is_file()})


def make_keys(folder: Path) -> list[str]:
    """Make the keys that are missing; none is ever replaced. Returns the names of those made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made: dict[str, bytes] = {}
    for name in PAIRS:
        if not (folder / f"{name}.pub").exists():
            made[f"{name}.key"], made[f"{name}.pub"] = new_signing_pair() if name == "push" else new_pair()
    for name in SECRETS:
        if not (folder / f"{name}.key").exists():
            made[f"{name}.key"] = random(KEY_BYTES)
    for name, content in made.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(content)
    return sorted(made)
