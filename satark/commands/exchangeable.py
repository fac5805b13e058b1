"""Which keys can be exchanged."""

from enum import StrEnum


class Name(StrEnum):
    """The keys that can be exchanged."""

    CONTENT = "content"
    REPLY = "reply"
    COURIER = "courier"
    CONVERSATION = "conversation"
    OFFICERS = "officers"
    SEARCH = "search"
