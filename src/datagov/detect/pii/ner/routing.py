"""Which texts a model looks at: those of the sample whose language has one."""

import hashlib
from typing import NamedTuple

import pyarrow as pa

from datagov.detect.pii.ner.config import NerConfig

COVERED, NOT_SAMPLED, NO_MODEL, NOTHING_WRITTEN = STATES = (
    "covered",
    "not_sampled",
    "no_model",
    "nothing_written",
)
"""What becomes of a text, in this order of asking: in the sample, anything written, a model."""


class Route(NamedTuple):
    """What becomes of one text; the language is empty for one that is not in the sample."""

    state: str
    language: str


def routes(texts: pa.Array, ner: NerConfig) -> list[Route]:
    """Returns what becomes of each text. Depends on the text alone, wherever it stands.

    Args:
        texts: `large_string`, no nulls.
        ner: Says which share is looked at, and which languages have a model.
    """
    sampled = [i for i in range(len(texts)) if _is_sampled(texts[i].as_buffer(), ner.share)]
    # Its kernels take a while to import, and most runs have no models.
    from datagov.detect.language import NO_LANGUAGE, identify

    languages = identify(texts.take(pa.array(sampled, pa.int64()))).to_pylist()
    found = [Route(NOT_SAMPLED, "")] * len(texts)
    for i, language in zip(sampled, languages, strict=True):
        if language == NO_LANGUAGE:
            state = NOTHING_WRITTEN
        else:
            state = COVERED if ner.model(language) else NO_MODEL
        found[i] = Route(state, language)
    return found


def _is_sampled(text: pa.Buffer, share: float) -> bool:
    """True for a share of all texts; what is in a small sample is in every larger one."""
    if share >= 1:
        return True
    digest = hashlib.blake2b(text, digest_size=8, person=b"datagov sample").digest()
    return int.from_bytes(digest) < share * 2**64
