"""Which of several equal or alike records is rather kept: one sortable value per record."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from datagov.policy import VALUES
from datagov.release.config import ScanConfig
from datagov.release.decisions import RECORD
from datagov.sources.licences import CLASSES, classify
from datagov.sources.registry import SourceRegistry

Ints = npt.NDArray[np.int64]

_MOST = (1 << 32) - 1


def ranks(signals: pl.DataFrame, findings: pl.DataFrame, config: ScanConfig) -> pl.Series:
    """Returns a Binary per record; of two records that with the lesser is rather kept.

    First comes what policy would do to the record for itself (`severity`), then what policy
    prefers, in its order. Equal ranks are left to the digest and the place.

    Args:
        signals: With `severity` of each record.
        findings: Of the same records; all count, whatever policy does about them.
        config: Policy and registry.
    """
    options = config.policy.duplicates
    licences = _licence_classes(config.registry)
    priority = {source: i for i, source in enumerate(options.source_priority)}
    columns: dict[str, Callable[[], Ints]] = {
        "source_priority": lambda: _looked_up(signals["source_id"], priority),
        "licence": lambda: _looked_up(signals["source_id"], licences),
        "personal_data": lambda: _counted(signals, findings, pl.col("detector").is_in(VALUES)),
        "quality": lambda: _counted(signals, findings, pl.col("detector") == "quality"),
        "length": lambda: _MOST - signals["n_chars"].to_numpy(),
        "newest": lambda: _from_date(signals["date"], newest=True),
        "oldest": lambda: _from_date(signals["date"], newest=False),
    }
    keys = [signals["severity"].to_numpy(), *(columns[name]() for name in options.prefer)]
    # Big-endian, so that bytes compare as the numbers do.
    table = np.stack([np.clip(key, 0, _MOST) for key in keys], axis=1).astype(">u4")
    width = table.shape[1] * 4
    raw = table.tobytes()
    # The severity is small; its first three bytes would say nothing.
    values = [raw[at + 3 : at + width] for at in range(0, len(raw), width)]
    return pl.Series("rank", values, dtype=pl.Binary)


def _licence_classes(registry: SourceRegistry) -> Mapping[str, int]:
    return {
        source.id: CLASSES.index(classify(source.licences).licence_class)
        for source in registry.sources
    }


def _looked_up(sources: pl.Series, known: Mapping[str, int]) -> Ints:
    """Returns the number of each source; those without come last."""
    last = len(CLASSES) + len(known)
    by_name = {name: known.get(name, last) for name in sources.unique().to_list()}
    return sources.replace_strict(by_name, return_dtype=pl.Int64).to_numpy()


def _counted(signals: pl.DataFrame, findings: pl.DataFrame, which: pl.Expr) -> Ints:
    counts = findings.filter(which).group_by(*RECORD).len("n")
    joined = signals.select(*RECORD).join(counts, on=RECORD, how="left", maintain_order="left")
    return joined["n"].fill_null(0).cast(pl.Int64).to_numpy()


def _from_date(days: pl.Series, *, newest: bool) -> Ints:
    """Returns the dates such that the preferred is least; records without a date come last."""
    shifted = days.cast(pl.Int64) + (1 << 31)
    preferred = _MOST - shifted if newest else shifted
    return preferred.fill_null(_MOST).to_numpy()
