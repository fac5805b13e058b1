"""Keyed hashes recognise, and tell nothing across tables or keys."""

from satark.channels.messages import Secret
from satark.identity.envelope import open_address, seal_address
from satark.identity.lookup import Lookup
from satark.store.sealing import Opener, Seal, new_pair


def test_a_hash_depends_on_key_purpose_and_channel() -> None:
    one, other = Lookup(b"1" * 32), Lookup(b"2" * 32)
    hashes = {
        one.of("address", "a", "x"),
        one.of("event", "a", "x"),
        one.of("address", "b", "x"),
        other.of("address", "a", "x"),
    }
    assert len(hashes) == 4
    assert one.of("address", "a", "x") == one.of("address", "a", "x")


def test_an_address_is_sealed_differently_each_time_and_hides_its_length() -> None:
    private, public = new_pair()
    seal = Seal(public)
    short, long = seal_address(seal, Secret("1")), seal_address(seal, Secret("+919876543210" * 5))
    assert len(short) == len(long)
    assert seal_address(seal, Secret("1")) != short
    assert open_address(Opener(private), long) == Secret("+919876543210" * 5)
