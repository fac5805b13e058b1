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
| `audit.pub` | | verifies | verifies |
| `audit.key` | | | signs |

What the police write to an informant is sealed to `reply`, for the gateway shows it to whoever has the receipt; what an
informant wrote is sealed to `content`, which the gateway cannot open.

`push` is how a push service knows that a notice to an officer's browser is ours (VAPID, RFC 8292).

`audit` signs the head of the audit log every day (jobs/audit_heads.py, Ed25519): whoever rewrites the log cannot sign it.

A file holds one key, or several while they are exchanged (store/rotation.py). One that is empty, cut or all zeros is
refused: with it, hashes of telephone numbers would be hashes that anybody can make.

A process is given the files it needs, and works with those; what is missing is a clear error where it is wanted.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nacl.utils import random

from satark.store import key_files
from satark.store.sealing import (
    KEY_BYTES,
    SIGNING_POINT_BYTES,
    new_audit_pair,
    new_pair,
    new_signing_pair,
    public_half,
    public_of_audit,
    public_of_signing,
)

PAIRS = ("content", "courier", "reply", "push", "audit")
SECRETS = ("lookup", "conversation", "officers", "search")
_NEW_PAIR = {"push": new_signing_pair, "audit": new_audit_pair}
_PUBLIC_OF = {"push": public_of_signing, "audit": public_of_audit}

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "gateway": ("content.pub", "reply.key", "courier.pub", "lookup.key", "conversation.key"),
    "panel": ("content.pub", "content.key", "reply.pub", "reply.key", "officers.key", "search.key"),
    "worker": (
        "content.pub", "content.key", "reply.key", "courier.pub", "courier.key", "lookup.key", "conversation.key",
        "search.key",
    ),
}  # fmt: skip
"""The files without which a process cannot do its work."""


class KeyMissing(Exception):
    """This process was not given the key. The message names the file."""


class WrongKeys(Exception):
    """This process has other keys than those its database was written with. The message says what to do."""


class KeyFileError(Exception):
    """A key file does not hold what it should. The message names the file and how to mend it, never its content."""


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
    """Read the key files of a folder. Raises KeyFileError where one is damaged, or a pair does not belong together."""
    names = [f"{name}.{part}" for name in PAIRS for part in ("pub", "key")] + [f"{name}.key" for name in SECRETS]
    keys = Keys({name: _read(folder / name) for name in names if (folder / name).is_file()})
    for name in PAIRS:
        if f"{name}.pub" in keys and f"{name}.key" in keys and not _belong_together(name, keys):
            raise KeyFileError(
                f"{name}.pub does not belong to {name}.key in {folder}: copy both from where you keep them"
            )
    return keys


def _read(path: Path) -> bytes:
    """The content of a key file, of the right length. Raises KeyFileError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read ({error.strerror}): give it to the user of this process") from None
    expected = SIGNING_POINT_BYTES if path.name == "push.pub" else KEY_BYTES
    may_be_several = path.suffix == ".key" and path.stem not in ("push", "audit")
    right = len(content) % expected == 0 and len(content) > 0 if may_be_several else len(content) == expected
    if not right:
        raise KeyFileError(
            f"{path} has {len(content)} bytes, and a key has {expected}: copy the file again from where you keep it"
        )
    if any(not any(content[at : at + expected]) for at in range(0, len(content), expected)):
        raise KeyFileError(f"{path} holds zeros, which is no key: copy the file again from where you keep it")
    return content


def _belong_together(name: str, keys: Keys) -> bool:
    return keys[f"{name}.pub"] == public_of(name, keys[f"{name}.key"][:KEY_BYTES])


def public_of(name: str, private: bytes) -> bytes:
    """Return the public half of one private key of a pair."""
    return _PUBLIC_OF.get(name, public_half)(private)


def audit_public(keys: Keys) -> bytes | None:
    """Return the key that heads of the audit log are checked with; None in a process that was given neither half."""
    if "audit.key" in keys:
        return public_of("audit", keys["audit.key"])
    return keys.found.get("audit.pub")


def make_keys(folder: Path, but: Collection[str] = ()) -> list[str]:
    """Make the keys that are missing; none is ever replaced. `but` are the names of those that are not made: the
    installation has others. Returns the names of those made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made: list[str] = []
    for name in (one for one in PAIRS if one not in but):
        made += _make_pair(folder, name)
    for name in (one for one in SECRETS if one not in but):
        if key_files.write_new(folder / f"{name}.key", random(KEY_BYTES)):
            made.append(f"{name}.key")
    return sorted(made)


def _make_pair(folder: Path, name: str) -> list[str]:
    """The private half first: where the public one is missing, it is made of that. A process that was given the public
    half alone gets no other pair."""
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    if public.exists():
        return []
    made = [private.name] if key_files.write_new(private, _NEW_PAIR.get(name, new_pair)()[0]) else []
    if key_files.write_new(public, public_of(name, _read(private)[:KEY_BYTES])):
        made.append(public.name)
    return made
