"""The one place that imports Great Expectations: in this process, silent and without a network.

The import takes 3 to 10 seconds, so nothing imports this module before a gate is to run.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import polars as pl
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import (
    get_expectation_impl,
    list_registered_expectation_implementations,
)

from datagov.errors import ConfigError
from datagov.gates.frames import Frames, check_known_columns, nearest
from datagov.gates.suites import Suite

GX_VERSION: str = gx.__version__

NO_COLUMNS = "expect_table_row_count"
"""Expectations of this prefix count rows and need no column's values."""


def check_expectations(suite: Suite) -> list[str]:
    """Returns what Great Expectations does not accept in `suite`, one line per mistake."""
    return [mistake for i in range(len(suite.expectations)) for mistake in _mistakes(suite, i)]


def _where(suite: Suite, i: int) -> str:
    return f"{suite.path}: expectations[{i}]"


def _mistakes(suite: Suite, i: int) -> Iterator[str]:
    kind = suite.expectations[i]["type"]
    known = list_registered_expectation_implementations()
    if kind not in known:
        yield f"{_where(suite, i)}.type: no expectation is called {kind!r}{nearest(kind, known)}"
        return
    arguments = sorted(get_expectation_impl(kind).__fields__)
    unknown = [name for name in suite.expectations[i].get("kwargs", {}) if name not in arguments]
    for name in unknown:
        hint = nearest(name, arguments)
        yield f"{_where(suite, i)}.kwargs.{name}: {kind} has no such argument{hint}"
    if unknown:
        return
    try:
        columns = needed_columns(suite.expectations[i]) or ()
        check_known_columns(suite.table, columns, f"{_where(suite, i)}.kwargs")
    except ConfigError as error:
        yield str(error)
    try:
        _built(suite, i)
    except (GreatExpectationsError, ValueError, TypeError) as error:
        yield f"{_where(suite, i)}: {kind} refuses its arguments: {_one_line(error)}"


def _one_line(error: Exception) -> str:
    """Returns what is wrong without pydantic's layout; a suite quotes nothing of the corpus."""
    listed = getattr(error, "errors", None)
    if not callable(listed):
        return " ".join(str(error).split())
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc'] if part != '__root__')} {item['msg']}".strip()
        for item in listed()
    )


def _built(suite: Suite, i: int) -> Expectation:
    given = suite.expectations[i]
    known = ("type", "kwargs", "meta", "notes", "description", "severity")
    fields = {name: given[name] for name in known if given.get(name) is not None}
    return ExpectationConfiguration(**({"kwargs": {}} | fields)).to_domain_obj()


def validate(suite: Suite, frames: Frames) -> list[dict[str, Any]]:
    """Returns Great Expectations' result for each expectation of `suite`, in order.

    Results have no times, ids or run names: the same release gives the same results.

    Raises:
        ConfigError: An expectation names a column that the table does not have, or cannot be
            evaluated on the columns that it names.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    mistakes = check_expectations(suite)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    frame = _frame(suite, frames)
    batch = (
        context.data_sources.add_pandas(suite.table)
        .add_dataframe_asset(suite.table)
        .add_batch_definition_whole_dataframe(suite.table)
        .get_batch({"dataframe": frame.to_pandas()})
    )
    results = []
    for i in range(len(suite.expectations)):
        result: dict[str, Any] = batch.validate(_built(suite, i)).to_json_dict()
        if _raised(result["exception_info"]):
            raise ConfigError(
                f"{_where(suite, i)}: {suite.expectations[i]['type']} cannot be evaluated on table "
                f"{suite.table}; check that its arguments fit the columns' types"
            )
        results.append(_stable(result))
    return results


def _frame(suite: Suite, frames: Frames) -> pl.DataFrame:
    columns: dict[str, None] = {}
    needs_all = False
    for i, expectation in enumerate(suite.expectations):
        needed = needed_columns(expectation)
        needs_all |= needed is None
        for column in needed or ():
            frames.check(suite.table, column, f"{_where(suite, i)}.kwargs")
            columns[column] = None
    return frames.frame(suite.table, None if needs_all else list(columns))


def needed_columns(expectation: Mapping[str, Any]) -> list[str] | None:
    """Returns the columns whose values an expectation reads; None when that may be all."""
    kwargs = expectation.get("kwargs", {})
    named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    named += kwargs.get("column_list", [])
    if kwargs.get("row_condition"):
        return None
    return named if named or expectation["type"].startswith(NO_COLUMNS) else None


def _raised(exception_info: Mapping[str, Any]) -> bool:
    flags = [exception_info, *(v for v in exception_info.values() if isinstance(v, dict))]
    return any(flag.get("raised_exception") for flag in flags)


def _stable(result: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what of a result depends on the release and the suite alone."""
    config = {k: v for k, v in result["expectation_config"].items() if k not in ("id", "meta")}
    config["kwargs"] = {k: v for k, v in config["kwargs"].items() if k != "batch_id"}
    return {
        "success": bool(result["success"]),
        "expectation_config": config,
        "result": result["result"],
    }
