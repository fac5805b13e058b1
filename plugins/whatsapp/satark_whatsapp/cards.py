"""Reads contact cards: what they say of somebody is evidence."""

from collections.abc import Collection, Iterable

from satark.channels.vcards import facts_of, joined
from satark_whatsapp.payload import Address, Card, CardName, Organisation


def text_of(cards: Iterable[Card], own: Collection[str]) -> str:
    """A line for each card: names, numbers, e-mail addresses, firm, addresses, links. `own` are the numbers of the sender:
    their own card says who they are, and nobody shall have it."""
    return "\n".join(filter(None, (_line(card) for card in cards if not _is_own(card, own))))


def _is_own(card: Card, own: Collection[str]) -> bool:
    numbers = {_digits(value) for phone in card.phones for value in (phone.wa_id, phone.phone)}
    return not numbers.isdisjoint({_digits(one) for one in own} - {""})


def _digits(number: str) -> str:
    return "".join(filter(str.isdecimal, number))


def _line(card: Card) -> str:
    numbers = [value for phone in card.phones for value in (phone.phone, phone.wa_id)]
    return joined(
        _name(card.name or CardName()),
        *numbers,
        *(one.email for one in card.emails),
        *_firm(card.org or Organisation()),
        *map(_address, card.addresses),
        *(one.url for one in card.urls),
        *facts_of(card.vcard),
    )


def _name(name: CardName) -> str:
    """As it is shown, else put together."""
    parts = (name.prefix, name.first_name, name.middle_name, name.last_name, name.suffix)
    return name.formatted_name or " ".join(filter(None, parts))


def _firm(org: Organisation) -> tuple[str, ...]:
    return org.company, org.department, org.title


def _address(one: Address) -> str:
    return " ".join(filter(None, (one.street, one.city, one.state, one.zip, one.country)))
