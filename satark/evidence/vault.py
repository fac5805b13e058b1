"""Encrypts one file with a key of its own: destroying the key destroys the file, and any part can be read alone.

Chunks of 64 KiB, XChaCha20-Poly1305; the nonce is the chunk's number, for a key is never used for a second file. What
is authenticated beside the data is whether the chunk is the last, so that a cut file shows.
"""

from collections.abc import AsyncIterable, AsyncIterator

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

CHUNK = 65_536
SEALED_CHUNK = CHUNK + crypto_aead_xchacha20poly1305_ietf_ABYTES


class Damaged(Exception):
    """The ciphertext was cut, reordered or changed, or the key is another."""


def _nonce(number: int) -> bytes:
    return number.to_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "little")


def _aad(last: bool) -> bytes:
    return b"last" if last else b"more"


async def chunked(data: AsyncIterable[bytes], size: int) -> AsyncIterator[tuple[bytes, bool]]:
    """`data` in pieces of exactly `size` bytes but for the last; each with whether it is the last. Never empty."""
    waiting = bytearray()
    async for piece in data:
        waiting += piece
        while len(waiting) > size:
            yield bytes(waiting[:size]), False
            del waiting[:size]
    yield bytes(waiting), True


async def encrypt(data: AsyncIterable[bytes], key: bytes) -> AsyncIterator[bytes]:
    number = 0
    async for chunk, last in chunked(data, CHUNK):
        yield crypto_aead_xchacha20poly1305_ietf_encrypt(chunk, _aad(last), _nonce(number), key)
        number += 1


async def decrypt(
    sealed: AsyncIterable[bytes], key: bytes, first: int = 0, to_the_end: bool = True
) -> AsyncIterator[bytes]:
    """The plain bytes of whole chunks from number `first` on. Raises Damaged."""
    number = first
    async for chunk, last in chunked(sealed, SEALED_CHUNK):
        try:
            yield crypto_aead_xchacha20poly1305_ietf_decrypt(chunk, _aad(last and to_the_end), _nonce(number), key)
        except CryptoError as error:
            raise Damaged from error
        number += 1


def sealed_range(start: int, end: int, size: int) -> tuple[int, int, int, bool]:
    """Where the plain bytes [start, end) of a file of `size` bytes are in its ciphertext.

    Returns (first chunk, ciphertext start, ciphertext end, whether the file's last chunk is among them).
    """
    first, last = start // CHUNK, max(start, end - 1) // CHUNK
    final = max(0, size - 1) // CHUNK
    return first, first * SEALED_CHUNK, min(last, final) * SEALED_CHUNK + SEALED_CHUNK, last >= final


async def cut(data: AsyncIterable[bytes], skip: int, length: int) -> AsyncIterator[bytes]:
    """`length` bytes of `data`, after the first `skip`."""
    async for chunk in data:
        piece = chunk[skip : skip + length]
        skip = max(0, skip - len(chunk))
        length -= len(piece)
        if piece:
            yield piece
        if length <= 0:
            return
