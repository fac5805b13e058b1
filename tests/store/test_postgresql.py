"""Writes to different tables go as one statement; what writes a table once more comes after it."""

from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from satark.store.postgresql import Write, in_one_statement

WRITES = st.lists(
    st.builds(Write, st.sampled_from("abcd"), st.just(""), st.tuples(st.lists(st.integers(), max_size=3).map(tuple)))
)


def written(write: Write) -> Write:
    """With a statement that says its parameters twice."""
    places = " ".join(f"${at + 1}" for at in range(len(write.rows[0])))
    return write._replace(statement=f"UPDATE {write.table} {places} {places};")


def tables_of(statement: str) -> list[str]:
    return [part.split("UPDATE ")[1][0] for part in statement.split(";")[:-1]]


@given(WRITES)
def test_all_are_done_once_with_their_own_values_and_a_table_in_its_order(writes: list[Write]) -> None:
    done = defaultdict(list)
    for statement, values in in_one_statement([written(write) for write in writes]):
        parts, tables = statement.split(";")[:-1], tables_of(statement)
        assert len(set(tables)) == len(tables)
        for table, part in zip(tables, parts, strict=True):
            places = [int(word.strip(")$")) for word in part.split() if word.startswith("$")]
            half = len(places) // 2
            assert places[:half] == places[half:]
            done[table].append(tuple(values[at - 1] for at in places[:half]))
    expected = defaultdict(list)
    for write in writes:
        expected[write.table].append(write.rows[0])
    assert done == expected


@given(WRITES)
def test_no_statement_could_have_gone_with_the_one_before(writes: list[Write]) -> None:
    tables = [tables_of(statement) for statement, _ in in_one_statement([written(write) for write in writes])]
    assert all(after[0] in before for before, after in pairwise(tables))


def test_a_statement_alone_stays_as_it_is() -> None:
    assert list(in_one_statement([Write("a", "DELETE FROM a WHERE k = $1", [(1,)])])) == [
        ("DELETE FROM a WHERE k = $1", (1,))
    ]
    assert list(in_one_statement([])) == []
