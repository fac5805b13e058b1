"""Small lines: where their points are, whatever the values."""

from satark.web.sparks import spark_of


def test_the_largest_is_at_the_top_and_a_gap_is_a_gap() -> None:
    assert spark_of([0, 4, 2]) == ("M4.0,20.0L48.0,4.0L92.0,12.0", 92.0, 12.0)
    assert spark_of([1, None, 2]) == ("M4.0,12.0M92.0,4.0", 92.0, 4.0)


def test_few_values_and_none_are_drawn_too() -> None:
    assert spark_of([0, 0]).y == 20.0
    assert spark_of([7]) == ("M4.0,4.0", 4.0, 4.0)
    assert spark_of([None]).path == ""
