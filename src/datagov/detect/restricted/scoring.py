"""From a term and its context to a score between 0 and 1.

A score is the term's weight, plus what its sentence seems to want, minus what its surroundings
explain. The evidence of intent is a noisy-or over features; it counts in full where something is
asked for, and little in a statement.
"""

import numpy as np
import numpy.typing as npt

from datagov.detect.restricted.context import Features
from datagov.detect.restricted.matching import TermHits
from datagov.detect.restricted.terms import load_terms

# How strongly a word of each kind speaks for intent.
_INTENT = {
    "ask": 0.25,
    "question": 0.12,
    "make": 0.45,
    "get": 0.4,
    "harm": 0.4,
    "spread": 0.35,
    "evade": 0.4,
    "home": 0.35,
    "detail": 0.3,
    "target": 0.2,
    "enhance": 0.3,
}
# What the intent is worth: in a request, in a question, in a recipe of a weapon, in a statement.
_ASKED, _QUESTION, _RECIPE, _STATED = 0.68, 0.6, 0.3, 0.15
# By what share a surrounding of each kind lowers the score.
_LOWERING = {
    "law": 0.15,
    "history": 0.15,
    "health": 0.15,
    "study": 0.15,
    "safety": 0.15,
    "culture": 0.15,
}
_PER_COMPANION = 0.03
_MOST_COMPANIONS = 4
_WEAPON = 0.2
"""From this weight on a term names a weapon or its agent, and laboratory wording is a recipe."""
_COMPANY = 0.5
"""Intent from which on an ambiguous term counts by itself."""


def scores(
    hits: TermHits, features: Features, n_companions: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Returns the score of each hit; 0 for an ambiguous term without company."""
    terms = load_terms()
    weight = np.array([term.weight for term in terms])[hits.terms]
    cap = np.array([term.cap for term in terms])[hits.terms]
    ambiguous = np.array([term.ambiguous for term in terms])[hits.terms]
    near = features.sentence
    quiet = np.prod([1 - p * near[name] for name, p in _INTENT.items()], axis=0)
    intent = 1 - quiet
    is_recipe = features.window["procedure"] & near["make"] & (weight >= _WEAPON)
    worth = np.select(
        [near["ask"], near["question"], is_recipe], [_ASKED, _QUESTION, _RECIPE], _STATED
    )
    raised = weight + worth * intent
    raised += _PER_COMPANION * np.minimum(n_companions, _MOST_COMPANIONS)
    explained = np.prod([1 - p * features.window[name] for name, p in _LOWERING.items()], axis=0)
    alone = ambiguous & (n_companions == 0) & ~(near["ask"] & (intent >= _COMPANY))
    return np.where(alone, 0.0, np.minimum(np.clip(raised * explained, 0.0, 1.0), cap))
