"""Reading annotation files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa

from datagov.errors import InputError
from datagov.tables import ANNOTATIONS, conform

_READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".parquet": pl.read_parquet,
    ".csv": lambda path: pl.read_csv(path, infer_schema=False),
    ".tsv": lambda path: pl.read_csv(path, separator="\t", infer_schema=False),
    ".jsonl": lambda path: pl.read_ndjson(path, infer_schema_length=None),
    ".ndjson": lambda path: pl.read_ndjson(path, infer_schema_length=None),
}


def read_annotations(inputs: Sequence[str], *, item: str, annotator: str, label: str) -> pa.Table:
    """Returns the annotations of all files as one table of schema ANNOTATIONS.

    Raises:
        InputError: A file is missing or damaged, a column is not there or has empty values.
    """
    names = {"item_id": item, "annotator_id": annotator, "label": label}
    tables = [_read(Path(path), names) for path in inputs]
    return conform(pl.concat(tables).to_arrow(), ANNOTATIONS)


def _read(path: Path, names: dict[str, str]) -> pl.DataFrame:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: unknown format; known endings are {', '.join(_READERS)}")
    try:
        frame = reader(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path}: cannot be read as {path.suffix[1:]}; is it whole?") from error
    for column in names.values():
        if column not in frame.columns:
            raise InputError(f"{path}: has no column {column!r}; it has {', '.join(frame.columns)}")
        n_null = frame[column].null_count()
        if n_null:
            raise InputError(
                f"{path}: column {column!r} is empty in {n_null} of {frame.height} rows; "
                "expected an item, an annotator and a label in each"
            )
    return frame.select(**{to: pl.col(name).cast(pl.String) for to, name in names.items()})
