"""Writing an assessment: tables, numbers and a report for annotation leads."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from datagov.annotations.assess import Assessment
from datagov.annotations.report import page
from datagov.errors import OutputError

TABLES = ("labels", "annotators", "suspects")


def write_tables(assessment: Assessment, folder: Path) -> None:
    """Writes `labels`, `annotators` and `suspects` as Parquet, and `metrics.json`."""
    for name in TABLES:
        pq.write_table(getattr(assessment, name), folder / f"{name}.parquet", compression="zstd")
    numbers = json.dumps(
        assessment.metrics, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    (folder / "metrics.json").write_text(numbers + "\n", encoding="utf-8")


def refuse_existing(out: Path) -> None:
    """Raises OutputError if `out` is there already."""
    if out.exists():
        raise OutputError(f"{out}: exists already; choose another --out")


def write_assessment(assessment: Assessment, out: Path) -> None:
    """Writes tables, numbers and `index.html` to the new folder `out`, all or nothing.

    Raises:
        OutputError: `out` exists already or cannot be written.
    """
    refuse_existing(out)
    partial = out.with_name(f".{out.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        write_tables(assessment, partial)
        (partial / "index.html").write_text(page(assessment), encoding="utf-8")
        partial.rename(out)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise OutputError(
            f"{out}: cannot be written ({error.strerror}); free or choose it"
        ) from error
