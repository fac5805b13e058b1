"""The return-address envelope: closed by whoever receives a message, opened by the courier alone."""

from satark.channels.messages import Secret
from satark.store.sealing import Opener, Seal


def seal_address(seal: Seal, address: Secret) -> bytes:
    """A sealed box, never twice the same for one address."""
    return seal.close(address.reveal().encode())


def open_address(opener: Opener, sealed: bytes) -> Secret:
    """Raises CannotOpen."""
    return Secret(opener.open(sealed).decode())
