"""Which of several equal records is rather kept, by what policy prefers."""

import datetime as dt

import polars as pl
import pyarrow as pa
import pytest

from datagov.release.dates import dates
from datagov.release.preferences import _from_date


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["1970-01-01", "1969-12-31T10:00", "no date", None]),
        pa.array([dt.date(1970, 1, 1), dt.date(1969, 12, 31), None, None]),
    ],
)
def test_what_has_no_date_has_null_and_the_first_day_of_1970_is_a_date(column):
    assert dates(pa.table({"day": column}), "day").to_pylist() == [0, -1, None, None]


def test_without_a_column_of_dates_there_are_none():
    table = pa.table({"day": [1.5, 2.5]})
    for name in (None, "other", "day"):
        assert dates(table, name).to_pylist() == [None, None]


@pytest.mark.parametrize(("newest", "order"), [(True, [2, 1, 0, 3]), (False, [0, 1, 2, 3])])
def test_a_record_without_a_date_comes_after_all_that_have_one(newest, order):
    keys = _from_date(pl.Series([-1, 0, 20_000, None], dtype=pl.Int32), newest=newest)
    assert sorted(range(4), key=lambda i: keys[i]) == order
