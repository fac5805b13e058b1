"""Makes outside text storable: what no database column and no UTF-8 file can hold is taken out once, at the edge.

PostgreSQL refuses a null character in any text (https://www.postgresql.org/docs/current/datatype-character.html), and no
encoder takes half of a surrogate pair.
"""

import re

NULL = "\0"
# RFC 6838, section 4.2: a type and a subtype of up to 127 characters each; 127 for both is more than any that is registered.
MAX_MEDIA_TYPE = 127
_MEDIA_TYPE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+)")


def storable(text: str) -> str:
    """Return the text without null characters, its surrogate pairs joined, halves of them replaced by U+FFFD."""
    if text.isascii():
        return text.replace(NULL, "") if NULL in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace(NULL, "")


def media_type(told: str) -> str:
    """Return the `type/subtype` that a media type begins with, in lower case and cut to length; "" where there is none."""
    found = _MEDIA_TYPE.match(told[: 2 * MAX_MEDIA_TYPE])
    return found[1][:MAX_MEDIA_TYPE].lower() if found else ""
