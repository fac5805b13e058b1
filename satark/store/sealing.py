"""Sealed boxes and secret boxes (libsodium), padded to a few sizes so that a length tells little.

A `Seal` can only close; an `Opener` can also open. They know nothing of what they hold.
"""

from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import (
    crypto_box_afternm,
    crypto_box_beforenm,
    crypto_box_keypair,
    crypto_box_NONCEBYTES,
    crypto_box_open_afternm,
    crypto_box_PUBLICKEYBYTES,
    crypto_box_seal,
    crypto_secretbox,
    crypto_secretbox_KEYBYTES,
    crypto_secretbox_NONCEBYTES,
    crypto_secretbox_open,
)
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random

KEY_BYTES = crypto_secretbox_KEYBYTES
SMALLEST = 256
_NONCE = crypto_secretbox_NONCEBYTES
_PUBLIC, _BOX_NONCE = crypto_box_PUBLICKEYBYTES, crypto_box_NONCEBYTES
# What begins so was closed by a `Press`: by chance, one sealed box in four milliards does.
_PRESSED = b"\0prs"


class CannotOpen(Exception):
    """The box was closed to another key, or was changed."""


def pad(data: bytes) -> bytes:
    """`data`, a one bit, and zeros up to the next power of two, 256 bytes at least (ISO/IEC 7816-4)."""
    size = max(SMALLEST, 1 << len(data).bit_length())
    return data + b"\x80" + bytes(size - len(data) - 1)


def unpad(data: bytes) -> bytes:
    return data[: data.rindex(b"\x80")]


class Seal:
    """Closes to a public key (X25519 sealed box). `public` is 32 bytes."""

    def __init__(self, public: bytes) -> None:
        self._public = bytes(PublicKey(public))

    def close(self, data: bytes) -> bytes:
        """Straight to libsodium: every message is sealed to somebody."""
        return crypto_box_seal(pad(data), self._public)

    def press(self) -> "Press":
        return Press(self._public)


class Press:
    """Closes what is written at one moment, with a key that nobody has any more once the press is gone.

    A sealed box makes such a key for itself alone, which takes twenty times as long as closing it (X25519). What came from
    one press can be seen to belong together: it is for what lives for minutes, never for what stays (P3).
    """

    def __init__(self, public: bytes) -> None:
        own, private = crypto_box_keypair()
        self._head = _PRESSED + own
        self._shared = crypto_box_beforenm(public, private)

    def close(self, data: bytes) -> bytes:
        nonce = random(_BOX_NONCE)
        return self._head + nonce + crypto_box_afternm(pad(data), nonce, self._shared)


def _open_pressed(data: bytes, private: bytes) -> bytes:
    """Raises CryptoError, ValueError."""
    at = len(_PRESSED)
    public, nonce, box = data[at : at + _PUBLIC], data[at + _PUBLIC :][:_BOX_NONCE], data[at + _PUBLIC + _BOX_NONCE :]
    return crypto_box_open_afternm(box, nonce, crypto_box_beforenm(public, private))


def each_key(keys: bytes) -> list[bytes]:
    """What a file of keys holds: 32 bytes each. The first closes, all open (store/rotation.py)."""
    return [keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)]


class Opener(Seal):
    """Opens what was closed to the public key of any of its private ones, and closes to that of the first."""

    def __init__(self, private: bytes) -> None:
        keys = [PrivateKey(one) for one in each_key(private)]
        super().__init__(keys[0].public_key.encode())
        self._opening: list[Callable[[bytes], bytes]] = [SealedBox(key).decrypt for key in keys]
        self._opening_pressed: list[Callable[[bytes], bytes]] = [
            partial(_open_pressed, private=bytes(key)) for key in keys
        ]

    def open(self, data: bytes) -> bytes:
        """Raises CannotOpen."""
        pressed = self._opening_pressed if data.startswith(_PRESSED) else []
        for decrypt in pressed + self._opening:
            try:
                return unpad(decrypt(data))
            except (CryptoError, ValueError) as error:
                failed = error
        raise CannotOpen from failed


class Locker:
    """Closes with the first of its keys and opens with any (XSalsa20-Poly1305), for what a process writes for itself."""

    def __init__(self, keys: bytes) -> None:
        self._keys = [bytes(SecretBox(one)) for one in each_key(keys)]

    def close(self, data: bytes) -> bytes:
        nonce = random(_NONCE)
        return nonce + crypto_secretbox(pad(data), nonce, self._keys[0])

    def open(self, data: bytes) -> bytes:
        """Raises CannotOpen. Straight to libsodium: a search opens some hundred thousand a second."""
        for key in self._keys:
            try:
                return unpad(crypto_secretbox_open(data[_NONCE:], data[:_NONCE], key))
            except (CryptoError, ValueError) as error:
                failed = error
        raise CannotOpen from failed


def new_pair() -> tuple[bytes, bytes]:
    """(private, public), 32 bytes each."""
    key = PrivateKey.generate()
    return key.encode(), key.public_key.encode()


def public_half(private: bytes) -> bytes:
    """The public key (X25519) of a private one."""
    return PrivateKey(private).public_key.encode()


SIGNING_POINT_BYTES = 65


def new_signing_pair() -> tuple[bytes, bytes]:
    """(private, public) on P-256: 32 bytes, and the 65 of the uncompressed point."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_numbers().private_value.to_bytes(KEY_BYTES, "big")
    return private, public_of_signing(private)


def public_of_signing(private: bytes) -> bytes:
    """The uncompressed point (P-256) of a private key."""
    key = ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def new_audit_pair() -> tuple[bytes, bytes]:
    """(private, public) of Ed25519, 32 bytes each."""
    private = random(KEY_BYTES)
    return private, public_of_audit(private)


def public_of_audit(private: bytes) -> bytes:
    """The public key (Ed25519) of a private one."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
