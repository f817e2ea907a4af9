"""Writing an assessment: tables, numbers and a report for annotation leads."""

import json
from pathlib import Path

import jinja2
import pyarrow.parquet as pq

from datagov.annotations.assess import Assessment
from datagov.errors import OutputError

TOP_SUSPECTS = 100
TOP_CONFUSION = 40


def write_tables(assessment: Assessment, folder: Path) -> None:
    """Writes `labels`, `annotators` and `suspects` as Parquet, and `metrics.json`."""
    for name in ("labels", "annotators", "suspects"):
        pq.write_table(getattr(assessment, name), folder / f"{name}.parquet", compression="zstd")
    numbers = json.dumps(assessment.metrics, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "metrics.json").write_text(numbers + "\n", encoding="utf-8")


def write_assessment(assessment: Assessment, out: Path) -> None:
    """Writes tables, numbers and `index.html` to the new folder `out`.

    Raises:
        OutputError: `out` exists already.
    """
    try:
        out.mkdir(parents=True)
    except FileExistsError as error:
        raise OutputError(f"{out}: exists already; choose another --out") from error
    write_tables(assessment, out)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("datagov", "annotations"), autoescape=True
    )
    suspects = assessment.suspects.slice(0, TOP_SUSPECTS).to_pylist()
    annotators = sorted(
        assessment.annotators.to_pylist(), key=lambda row: (row["accuracy"], row["annotator_id"])
    )
    page = environment.get_template("report.html.jinja").render(
        metrics=assessment.metrics,
        annotators=annotators,
        suspects=suspects,
        n_suspects=assessment.suspects.num_rows,
        confusion=[row for row in assessment.confusion if row[0] != row[1]][:TOP_CONFUSION],
    )
    (out / "index.html").write_text(page, encoding="utf-8")
