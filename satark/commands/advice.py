"""What an operator is told where a command cannot do its work: one line, and never the values of a row."""

DATABASE = "the database does not do it: {}. Look at SATARK_DATABASE_URL, and run `satark migrate`"


def advice_on(error: Exception) -> str:
    """Return what to tell the operator; empty where it is the program that is wrong. What is compared with is loaded here:
    no command that goes well needs it."""
    from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

    from satark.commands.demo import PublicDemo
    from satark.store.keys import KeyFileError, KeyMissing, WrongKeys

    if isinstance(error, KeyFileError | KeyMissing | PublicDemo | WrongKeys):
        return str(error)
    # Their text names the values of the row.
    if isinstance(error, IntegrityError | DataError):
        return ""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(error, DBAPIError | ConnectionError) or _is_of_driver(error):
        return DATABASE.format(_first_line(cause))
    return ""


def _is_of_driver(error: Exception) -> bool:
    """asyncpg raises its own errors where it cannot connect."""
    return type(error).__module__.startswith("asyncpg.")


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
