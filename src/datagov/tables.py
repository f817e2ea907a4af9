"""Arrow schemas of every table that travels between stages or into a release.

This is the ground floor: it imports nothing of datagov but its errors. A table is checked once,
with `conform`, where it enters; after that its schema is taken for granted.
"""

import pyarrow as pa

from datagov.errors import DatagovError


def _schema(**fields: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in fields.items()])


SPANS = _schema(
    cell=pa.int64(),
    category=pa.string(),
    rule=pa.string(),
    start=pa.int64(),
    end=pa.int64(),
    score=pa.float32(),
)
"""What a detector returns: `cell` is the index into the texts it was given, offsets are in code
points, half open. Sorted by (cell, start, end, category, rule)."""

FINDINGS = _schema(
    record_id=pa.string(),
    shard=pa.string(),
    position=pa.int64(),
    field=pa.string(),
    detector=pa.string(),
    category=pa.string(),
    rule=pa.string(),
    start=pa.int64(),
    end=pa.int64(),
    score=pa.float32(),
    fingerprint=pa.string(),
    excerpt=pa.string(),
)
"""One row per thing a detector saw, never with the raw value."""

SIGNALS = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("shard", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("source_id", pa.string(), nullable=False),
        pa.field("n_chars", pa.int64(), nullable=False),
        pa.field("n_bytes", pa.int64(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("input_digest", pa.string(), nullable=False),
        pa.field("exact_digest", pa.string(), nullable=False),
        pa.field("normalised_digest", pa.string(), nullable=False),
        pa.field("redacted_digest", pa.string(), nullable=False),
        pa.field("date", pa.int32()),
        pa.field("n_shingles", pa.int64(), nullable=False),
        pa.field("sketch", pa.large_binary(), nullable=False),
    ]
)
"""One row per readable record: the small facts that cross-record stages need. Digests are keyed.
`redacted_digest` is the normalised digest of the text without its personal values and secrets:
texts that differ in nothing else become equal when those are redacted. `date` is in days since
1970, null where policy names no column or the record has none. `sketch` and `n_shingles` tell how
alike two records are, see `duplicates.sketches`; empty where policy does not look for it."""

DUPLICATES = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("shard", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("cluster_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("similarity", pa.float32(), nullable=False),
        pa.field("keep", pa.bool_(), nullable=False),
        pa.field("earlier_release", pa.string()),
        pa.field("earlier_digest", pa.string()),
        pa.field("earlier_record_id", pa.string()),
    ]
)
"""One row per record that has a duplicate; `kind` is exact, normalised, near or
contained, towards the record of the cluster that stays; `similarity` is to that. Where that one is
in an earlier release: the release's name@version, the SHA-256 of its release.json, and the id that
the record has there; null where it is in this corpus."""

CONTAMINATION = _schema(
    record_id=pa.string(),
    shard=pa.string(),
    position=pa.int64(),
    benchmark=pa.string(),
    item=pa.int64(),
    score=pa.float32(),
    n_matched=pa.int32(),
    field=pa.string(),
    start=pa.int64(),
    end=pa.int64(),
)
"""One row per record and item of an evaluation set that it holds: the item's row in its file, from
0 on; how much of it is there, from 0 to 1; how many of its runs of tokens; where the question
stands, in code points of the field. Neither the item's text nor the record's."""

PASSAGES = _schema(
    record_id_a=pa.string(),
    shard_a=pa.string(),
    position_a=pa.int64(),
    field_a=pa.string(),
    start_a=pa.int64(),
    end_a=pa.int64(),
    record_id_b=pa.string(),
    shard_b=pa.string(),
    position_b=pa.int64(),
    field_b=pa.string(),
    start_b=pa.int64(),
    end_b=pa.int64(),
    n_tokens=pa.int32(),
)
"""One row per passage that two records share, `a` being the earlier one: where it stands in each,
in code points of the field, and how many tokens it has; never the text."""

DECISIONS = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("shard", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("source_id", pa.string(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field(
            "reasons", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False
        ),
        pa.field("input_digest", pa.string(), nullable=False),
        pa.field("output_digest", pa.string(), nullable=False),
    ]
)
"""What happens to each record; `output_digest` is empty for records that are not in data/."""

KEYED = "keyed:"
"""How an id, or a part of a shard's name, begins that stands for one that names a person."""

RELEASE_FORMAT = "https://datagov.dev/release/v1"
"""What a `release.json` says of itself."""

REDACTIONS = _schema(
    record_id=pa.string(),
    shard=pa.string(),
    position=pa.int64(),
    field=pa.string(),
    start=pa.int64(),
    end=pa.int64(),
    released_start=pa.int64(),
    released_end=pa.int64(),
    detector=pa.string(),
    category=pa.string(),
    treatment=pa.string(),
)
"""What was taken out of texts in data/: where it stood, where what replaced it stands, in code
points of the field before and after. Sorted as FINDINGS are."""

REJECTS = _schema(
    shard=pa.string(),
    position=pa.int64(),
    reason=pa.string(),
    detail=pa.string(),
    content_digest=pa.string(),
)
"""What could not be read or decoded. `detail` never quotes content."""

ANNOTATIONS = _schema(item_id=pa.string(), annotator_id=pa.string(), label=pa.string())
"""The annotation input, narrowed to the columns that every measure needs."""

LABELS = _schema(
    item_id=pa.string(),
    label=pa.string(),
    confidence=pa.float64(),
    votes=pa.int64(),
    agreement=pa.float64(),
)
ANNOTATORS = pa.schema(
    [
        pa.field("annotator_id", pa.string(), nullable=False),
        pa.field("labels", pa.int64(), nullable=False),
        pa.field("items", pa.int64(), nullable=False),
        pa.field("accuracy", pa.float64(), nullable=False),
        pa.field("agreement", pa.float64(), nullable=True),
        pa.field("flags", pa.list_(pa.string()), nullable=False),
    ]
)
SUSPECTS = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("given_label", pa.string(), nullable=False),
        pa.field("suggested_label", pa.string(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("reasons", pa.list_(pa.string()), nullable=False),
    ]
)

ACTIONS = ("keep", "redact", "quarantine", "drop")
"""From mildest to strictest; where several apply to one record the strictest wins."""


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Returns `table` with exactly the columns, order and types of `schema`.

    Raises:
        DatagovError: A column is missing, cannot be cast or holds nulls that the schema forbids.
    """
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise DatagovError(f"table lacks columns {missing}; it has {table.column_names}")
    try:
        result = table.select(schema.names).cast(schema)
        for field in schema:
            if not field.nullable and result[field.name].null_count:
                raise DatagovError(f"column {field.name!r} has nulls; the schema allows none")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DatagovError(f"table does not fit its schema: {error}") from error
    return result
