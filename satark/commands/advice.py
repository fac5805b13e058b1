"""What an operator is told where a command cannot do its work: one line, and never the values of a row."""

from traceback import walk_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

DATABASE = "the database does not do it: {}. Look at SATARK_DATABASE_URL, and run `satark migrate`"


def advice_on(error: Exception) -> str:
    """Return what to tell the operator; empty where it is the program that is wrong. What is compared with is loaded here:
    no command that goes well needs it."""
    from pydantic import ValidationError
    from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

    from satark.commands.demo import PublicDemo
    from satark.settings import Settings
    from satark.store.keys import KeyFileError, KeyMissing, WrongKeys
    from satark.store.urls import UnreadableURL

    if isinstance(error, ValidationError) and error.title == Settings.__name__:
        return _said_of_settings(error)
    if isinstance(error, KeyFileError | KeyMissing | PublicDemo | UnreadableURL | WrongKeys):
        return str(error)
    # Their text names the values of the row.
    if isinstance(error, IntegrityError | DataError):
        return ""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(error, DBAPIError | ConnectionError) or _is_of_driver(error) or _came_through_driver(error):
        return DATABASE.format(_first_line(cause))
    return ""


def _said_of_settings(error: "ValidationError") -> str:
    """A line for each setting that is no such value; the values themselves may be secret."""
    from satark.settings import PREFIX

    return "\n".join(
        f"{PREFIX}{'_'.join(str(part) for part in one['loc']).upper()}: {one['msg']}" for one in error.errors()
    )


def _is_of_driver(error: Exception) -> bool:
    """asyncpg raises its own errors where it cannot connect."""
    return type(error).__module__.startswith("asyncpg.")


def _came_through_driver(error: Exception) -> bool:
    """Where the host has no such name, its socket is missing or nobody answers, asyncpg raises the system's error."""
    frames = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return isinstance(error, OSError) and any(name.startswith("asyncpg.") for name in frames)


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
