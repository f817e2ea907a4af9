"""Finds named entities with a model, in the texts that it looks at."""

from collections.abc import Iterator

import pyarrow as pa
import regex

from datagov.detect.pii.ner.config import NerConfig
from datagov.detect.pii.ner.pieces import pieces
from datagov.detect.pii.ner.routing import COVERED, routes
from datagov.detect.pii.spans import Span

_REPLACED = regex.compile(r"\[[A-Z][A-Z0-9_]+(?: [0-9a-z]+…?)?\]")
"""What stands where something was redacted before: a model takes it for a name."""

_WRITTEN = regex.compile(r"[\p{L}\p{N}]")


def find_entities(
    texts: pa.Array, ner: NerConfig, min_score: float
) -> list[tuple[int, list[Span]]]:
    """Returns the entities in each text, by index, sorted; texts without any are left out.

    What is nothing but the replacement of something redacted is no entity.

    Args:
        texts: `large_string`, no nulls.
        ner: The models, and at which texts they look.
        min_score: Entities below are left out.
    """
    # Presidio and spaCy are loaded only where a model is asked for.
    from datagov.detect.pii.ner.engines import loaded

    by_language: dict[str, list[int]] = {}
    for cell, route in enumerate(routes(texts, ner)):
        if route.state == COVERED:
            by_language.setdefault(route.language, []).append(cell)
    found: dict[int, list[Span]] = {}
    for language, cells in sorted(by_language.items()):
        model = ner.model(language)
        assert model is not None
        rule = ner.rule(model)
        places, stretches = _cut(texts, cells)
        answers = loaded(ner.loading).entities(stretches, language)
        for (cell, at), piece, entities in zip(places, stretches, answers, strict=True):
            for entity in entities:
                if (
                    entity.score >= min_score
                    and entity.category in ner.entities
                    and _is_written(piece, entity.start, entity.end)
                ):
                    span = Span(
                        entity.start + at, entity.end + at, entity.category, rule, entity.score
                    )
                    found.setdefault(cell, []).append(span)
    return sorted(found.items())


def _cut(texts: pa.Array, cells: list[int]) -> tuple[list[tuple[int, int]], list[str]]:
    """Returns the pieces of some texts: cell and start of each, and what is written there."""
    cut = [(cell, *piece) for cell in cells for piece in pieces(texts[cell].as_py())]
    return [(cell, start) for cell, start, _ in cut], [piece for *_, piece in cut]


def _is_written(text: str, start: int, end: int) -> bool:
    """True if a letter or digit stands between two places, outside what replaced something."""
    return any(_WRITTEN.search(text, *stretch) for stretch in _outside(text, start, end))


def _outside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    # The entity may be a word inside the brackets.
    for match in _REPLACED.finditer(text, max(0, start - 80), end + 80):
        if match.end() <= start or match.start() >= end:
            continue
        yield start, max(start, match.start())
        start = min(end, match.end())
    yield start, end
