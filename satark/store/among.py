"""`column in a list`, with the list as one parameter.

SQLAlchemy's own `in_` writes a parameter a value: each length is another statement to put together, to parse and, on
PostgreSQL, to prepare. Where one statement runs some hundred times a second, that counts.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Dialect, Text, TypeDecorator, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeEngine


def as_driver_has_it(dialect: str, texts: Iterable[str]) -> list[str] | str:
    """A list of texts as one parameter."""
    return list(texts) if dialect == "postgresql" else json.dumps(list(texts))


class _List(TypeDecorator[Any]):
    """Texts: JSON on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return as_driver_has_it(dialect.name, value)


class _Each(GenericFunction[str]):
    """A row a text."""

    name = "json_each"
    inherit_cache = True


@compiles(_Each, "postgresql")
def _unnest(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"unnest{compiler.process(element.clause_expr, **options)}"


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether the column is one of the texts that are given as the parameter `name`."""
    each = _Each(bindparam(name, type_=_List)).table_valued("value", name="value")
    found: ColumnElement[bool] = column.in_(select(each.c.value))
    return found
