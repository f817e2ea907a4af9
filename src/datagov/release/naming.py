"""What records and shards are called in evidence: by their own names, unless these name a person.

Evidence is mailed around. An id or the name of a file that is, or holds, an e-mail address, a
phone number or the like is replaced by a digest under the run's key, the same wherever it stands;
the id itself stays in data/.
"""

import dataclasses
import re
from collections.abc import Sequence

import polars as pl
import pyarrow as pa

from datagov.corpus.shards import COMPRESSIONS, FORMATS, Shard
from datagov.detect.detector import Detector
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.entities import DEFAULT_ENTITIES
from datagov.policy import VALUES
from datagov.release.config import ScanConfig
from datagov.tables import KEYED

IDENTIFIERS = tuple(
    name
    for name in DEFAULT_ENTITIES
    if name not in ("PERSON", "CN_ADDRESS") and not name.startswith("SENSITIVE_")
)
"""What is a personal value by its own form, outside of any sentence. Names of persons are none:
what looks like one in an id or in a report is as a rule the name of something else."""

_ENDINGS = "|".join(re.escape(ending) for ending in (*FORMATS, *COMPRESSIONS))
_ENDING = f"(?i)(?:{_ENDINGS})+(/|$)"
"""What ends the name of a file: behind an address it would make it no address."""

_JOINTS = ("/", "/_", "/_-")
"""What joins words in names, where texts have blanks and lines. A value may hold some of it."""

_MAY_HOLD = (
    r"@|\+\d|\d{9}|[A-Za-z]\d{6}|\d{6}[A-Za-z]|\d\.\d{1,3}\.\d|\d{3}[- .]\d{3,4}[- .]\d{3,4}"
)
"""What a name has that is worth taking apart: running numbers and dates are not, and most names
have nothing else."""


def identifying(config: ScanConfig) -> tuple[Detector, ...]:
    """Returns the run's detectors of values, such that they look for what names alone can hold."""
    return tuple(
        _identifying(each) if isinstance(each, PiiDetector) else each
        for each in config.detectors
        if each.name in VALUES
    )


def _identifying(detector: PiiDetector) -> PiiDetector:
    return dataclasses.replace(
        detector,
        # Whatever the policy looks for in texts: evidence is no place for any of these.
        entities=IDENTIFIERS,
        more_entities=(),
        min_score=min(detector.min_score, PiiDetector.min_score),
        # A name is no sentence: a model has nothing to say about it.
        ner=None,
    )


def personal(names: Sequence[str], detectors: Sequence[Detector]) -> list[int]:
    """Returns the indices of the names that are, or hold, a personal value or secret.

    A name is looked at as a whole, and with each part of it on a line of its own. Some 10 µs for a
    name, ten times that for one with a long number in it.
    """
    series = pl.Series(names, dtype=pl.String).fill_null("").str.replace_all(_ENDING, "$1")
    found: set[int] = set()
    last = pl.Series([None] * len(series), dtype=pl.String)
    apart = series.str.contains(_MAY_HOLD)
    for joints in _JOINTS:
        view = series.str.replace_all(f"[{joints}]", "\n")
        # Names that read as in the view before have been looked at.
        changed = (view.ne_missing(last) & (apart | last.is_null())).arg_true()
        texts = view.gather(changed).to_arrow()
        for detector in detectors:
            cells = detector.detect(texts)["cell"].unique().to_pylist()
            found.update(changed.gather(cells).to_list())
        last = view
    return sorted(found)


def shown(names: pa.Array, config: ScanConfig) -> pa.Array:
    """Returns ids, or other names of records and people, as evidence may show them."""
    ours = names.to_pylist()
    indices = personal(ours, identifying(config))
    for index in indices:
        ours[index] = _keyed(ours[index], config)
    return pa.array(ours, pa.string()) if indices else names


def _keyed(name: str, config: ScanConfig) -> str:
    return KEYED + config.keyed(b"id\0" + name.encode())[:32]


def shown_shards(shards: Sequence[Shard], config: ScanConfig) -> tuple[Shard, ...]:
    """Returns the shards under names that evidence may show, sorted by these."""
    segments = [shard.name.split("/") for shard in shards]
    flat = sorted({segment for names in segments for segment in names})
    hidden = {flat[index] for index in personal(flat, identifying(config))}
    renamed = (
        dataclasses.replace(
            shard, name="/".join(_keyed(s, config) if s in hidden else s for s in names)
        )
        for shard, names in zip(shards, segments, strict=True)
    )
    return tuple(sorted(renamed, key=lambda shard: shard.name))
