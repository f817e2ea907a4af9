"""Comparing records of different units: what crosses a shuffle, and what is done on either side.

A record's number says where it stands: its part, and its row among the part's records. Text never
crosses, nor do sketches but those of records that have a candidate.

    keys of bands, some by some ── candidates ── by part of the first: with its sketch ──
    by part of the second: compared ── all: clusters ── by part: members

That a member is alike to the one that stays is not left to chance: where the two have not been
compared, they are, in a second round.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from datagov.duplicates.bands import band_keys, banding
from datagov.duplicates.candidates import candidate_pairs, unpacked, with_first_in
from datagov.duplicates.clusters import (
    CONTAINED,
    EDGES,
    MEMBERS,
    NEAR,
    alike,
    centres,
    clusters,
    together,
)
from datagov.duplicates.examples import PAIRS, chosen
from datagov.duplicates.find import ALIKE_MARGIN
from datagov.duplicates.sketches import Sketches, likeness
from datagov.policy import DuplicateOptions, Policy
from datagov.release.earlier import FIRST_PART, EarlierRelease
from datagov.release.earlier_records import with_earlier
from datagov.release.examples import N_EXAMPLES
from datagov.release.part_records import PART_SHIFT, SKETCHED, PartRecords, first_number

Tables = Iterable[pa.Table]
ByPart = Iterator[tuple[int, pa.Table]]

BANDS_PER_BUCKET = 16
"""Bands that are looked at together; pairs that share several of them are then named once."""


_ORDER = "order"
_RANK_BYTES = 2

SHARES = ("first_in_second", "second_in_first")
"""Columns of pairs beside `first, second`: how much of one is known to stand in the other, measured
on passages; 0 where it is not known. Where the sketches say more, that counts."""


def removed(equal: Tables) -> pl.Series:
    """Returns the numbers of the records for which an equal one stays."""
    rows = pl.concat([MEMBERS.to_frame(), *(pl.DataFrame(table) for table in equal)])
    return rows.filter(pl.col("record") != pl.col("kept"))["record"]


def write_bands(
    records: PartRecords, out: pl.Series, options: DuplicateOptions, file: Path
) -> Iterator[tuple[int, str]]:
    """Writes the keys of all bands of a part; yields (bucket, the file), a bucket some bands.

    Keys are many, most meet no equal, and the local runner holds in memory what it shuffles: so
    they are read where they lie, by columns.

    Args:
        records: Of the part.
        out: Numbers of records that take no part: repeated ids, and all equal ones but one.
        options: How duplicates are looked for.
        file: Where to write to.
    """
    cut = banding(options.near_from)
    keys = band_keys(records.sketches(), cut)
    rows = records.columns("record", "n_shingles", "rank", "digest")
    frame = rows.select(
        "record",
        "n_shingles",
        _order(rows).alias(_ORDER),
        *(pl.Series(_band(band), keys[:, band]) for band in range(cut.n_bands)),
    )
    stays = (pl.col("n_shingles") > 0) & ~pl.col("record").is_in(out.implode())
    frame.filter(stays).write_parquet(file, compression="zstd")
    for bucket in range(-(-cut.n_bands // BANDS_PER_BUCKET)):
        yield bucket, str(file)


def candidates(bucket: int, files: Iterable[str], options: DuplicateOptions) -> ByPart:
    """Yields (part of the first, table of `first, second`): the pairs that some bands show."""
    ordered = sorted(files, key=lambda file: int(Path(file).stem))
    first = bucket * BANDS_PER_BUCKET
    bands = range(first, min(first + BANDS_PER_BUCKET, banding(options.near_from).n_bands))
    pairs = candidate_pairs(
        ((band, _column(ordered, _band(band)).to_numpy()) for band in bands),
        _column(ordered, "n_shingles").to_numpy(),
        options.near_from - ALIKE_MARGIN,
        _column(ordered, _ORDER).to_numpy(),
    )
    records = _column(ordered, "record").to_numpy()
    # Pairs take many times more as a table: so as that of one part at a time.
    parts = records >> PART_SHIFT
    starts = np.flatnonzero(np.diff(parts, prepend=-1))
    ends = np.append(starts, len(records))[1:]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        of_part = unpacked(with_first_in(pairs, start, end))
        if len(of_part):
            named = pl.DataFrame(records[of_part], ["first", "second"])
            yield int(parts[start]), _unmeasured(named).to_arrow()


def _unmeasured(pairs: pl.DataFrame) -> pl.DataFrame:
    """Returns pairs of which no share is known but by what sketches will say."""
    none = pl.lit(0, pl.Float32)
    return pairs.select("first", "second", first_in_second=none, second_in_first=none)


def _order(rows: pl.DataFrame) -> pl.Series:
    """Returns the first bytes of rank and digest as a number: roughly who would rather stay."""
    digits = (
        (pl.col(name).bin.encode("hex") + "0" * 2 * n_bytes).str.slice(0, 2 * n_bytes)
        for name, n_bytes in (("rank", _RANK_BYTES), ("digest", 8 - _RANK_BYTES))
    )
    number = pl.concat_str(digits).str.to_integer(base=16, dtype=pl.UInt64)
    return rows.select(number).to_series()


def _band(band: int) -> str:
    return f"band_{band}"


def _column(files: list[str], name: str) -> pl.Series:
    return pl.read_parquet(files, columns=[name])[name]


def with_first(records: PartRecords, tables: Tables) -> ByPart:
    """Yields (part of the second, its pairs with what comparing needs of the first).

    A table holds the sketch of a first record once, at the first of its pairs.
    """
    pairs = _all(tables).group_by("first", "second").agg(pl.col(SHARES).max())
    pairs = pairs.sort("first", "second")
    rows = records.columns("rank", "digest", "source", *SKETCHED)[records.rows(pairs["first"])]
    known = pairs.with_columns(
        rank_first=rows["rank"],
        digest_first=rows["digest"],
        source_first=rows["source"],
        n_shingles_first=rows["n_shingles"],
        sketch_first=rows["sketch"],
    )
    is_new = pl.col("first") != pl.col("first").shift(1)
    sketch = pl.when(is_new.fill_null(value=True)).then("sketch_first").otherwise(pl.lit(b""))
    for part, of_part in by_part(known, "second"):
        yield part, pl.DataFrame(of_part).with_columns(sketch_first=sketch).to_arrow()


def compared(
    records: PartRecords,
    tables: Tables,
    options: DuplicateOptions,
    file: Path,
) -> Iterator[tuple[int, str]]:
    """Writes the edges between records that are alike; yields (0, the file) if there are any."""
    pairs = _all(tables).sort("first", pl.col("sketch_first").bin.size(), descending=[False, True])
    rows = records.rows(pairs["second"])
    with_sketch = (pairs["sketch_first"].bin.size() > 0).to_numpy()
    first = Sketches(
        pairs["sketch_first"].filter(with_sketch).to_arrow().cast(pa.large_binary()),
        pairs["n_shingles_first"].filter(with_sketch).to_arrow(),
    )
    which = np.cumsum(with_sketch) - 1
    indices = np.stack([which, rows.to_numpy()], axis=1)
    found = likeness(first, records.sketches(), indices)
    own = records.columns("rank", "digest", "source")[rows]
    edges = pairs.select(
        "first",
        "second",
        "rank_first",
        "digest_first",
        "source_first",
        jaccard=pl.lit(pl.Series(found.jaccard)),
        first_in_second=pl.max_horizontal(pl.lit(pl.Series(found.first)), "first_in_second"),
        second_in_first=pl.max_horizontal(pl.lit(pl.Series(found.second)), "second_in_first"),
        rank_second=pl.lit(own["rank"]),
        digest_second=pl.lit(own["digest"]),
        source_second=pl.lit(own["source"]),
    )
    close = alike(edges, options.near_from, options.contained_from)
    if close.height:
        close.write_parquet(file, compression="zstd")
        yield 0, str(file)


def uncompared(files: Iterable[str], policy: Policy) -> ByPart:
    """Yields (part, pairs of a record and the one that may stay for it, never yet compared).

    One may stay of all that hangs together by what is noted, and one of what hangs together by
    likeness that something is done about: a template joins many that are closer to each other.
    """
    nodes, edges = _graph(sorted(files))
    acting = edges.filter(pl.col("jaccard") >= policy.acts_from("duplicates", NEAR))
    found = pl.concat([centres(nodes, edges), centres(nodes, acting)])
    pairs = found.filter(pl.col("record") != pl.col("kept")).unique()
    ordered = pairs.select(
        first=pl.min_horizontal("record", "kept"), second=pl.max_horizontal("record", "kept")
    )
    new = ordered.join(edges, on=["first", "second"], how="anti")
    yield from by_part(_unmeasured(new), "first")


def members(
    equal: Tables, edges: Iterable[str], policy: Policy, earlier: Sequence[EarlierRelease]
) -> ByPart:
    """Yields (part, its members of clusters, of schema `known.DUPLICATE_RECORDS`)."""
    options = policy.duplicates
    acts_from = {kind: policy.acts_from("duplicates", kind) for kind in (NEAR, CONTAINED)}
    same = [pl.DataFrame(table) for table in equal]
    similar, shown = MEMBERS.to_frame(), PAIRS.to_frame()
    files = sorted(edges)
    if files:
        nodes, close = _graph(files)
        similar = clusters(
            nodes,
            close,
            near_from=options.near_from,
            contained_from=options.contained_from,
            chains=options.chains,
            acts_from=(acts_from[NEAR], acts_from[CONTAINED]),
        )
        shown = chosen(_pairs(similar, nodes, acts_from), N_EXAMPLES)
    found = together(pl.concat([MEMBERS.to_frame(), *same]), similar, acts_from)
    records = pl.concat([shown["record"], shown["kept"]])
    found = found.with_columns(example=pl.col("record").is_in(records.implode()))
    ours = found.filter(pl.col("record") < first_number(FIRST_PART))
    yield from by_part(with_earlier(ours, earlier), "record")


def _pairs(
    members: pl.DataFrame, nodes: pl.DataFrame, acts_from: Mapping[str, float]
) -> pl.DataFrame:
    """Returns the records of this corpus that duplicate another one of it, of schema PAIRS."""
    source = nodes.select("record", "source")
    here = pl.all_horizontal(pl.col("record", "kept") < first_number(FIRST_PART))
    least = pl.col("kind").replace_strict(acts_from, return_dtype=pl.Float32)
    return (
        members.filter((pl.col("record") != pl.col("kept")) & here)
        .join(source, on="record")
        .join(source.rename({"record": "kept", "source": "source_kept"}), on="kept")
        .with_columns(acts=pl.col("similarity") >= least)
        .select(PAIRS.names())
    )


def _graph(files: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = pl.read_parquet(files)
    nodes = pl.concat(
        rows.select(
            record=side, rank=f"rank_{side}", digest=f"digest_{side}", source=f"source_{side}"
        )
        for side in ("first", "second")
    )
    return nodes.unique("record"), rows.select(*EDGES).unique(["first", "second"])


def _all(tables: Tables) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(table) for table in tables])


def by_part(table: pl.DataFrame, record: str) -> ByPart:
    """Yields (part, its rows in their order), the part being that of a column's record."""
    part_of = pl.col(record).cast(pl.Int64) // (1 << PART_SHIFT)
    for (part,), rows in table.group_by(part_of, maintain_order=True):
        yield int(str(part)), rows.to_arrow()
