"""Items of evaluation sets, ready to be looked for in a corpus: see `contamination`.

An item has up to three components, told by the names of its columns: question (all that is neither
of the others), answer (options too) and passage. A component has parts: a column, or each string in
a column of lists. Runs of N_GRAM tokens do not go beyond a part, so that options may be reordered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.lookup import Hashes, Lookup
from datagov.duplicates.spans import PURPOSE
from datagov.duplicates.tokens import Buffers, seed_of, tables, tokenise
from datagov.duplicates.winnowing import rolling
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints

Weights = npt.NDArray[np.float64]
Tokens = npt.NDArray[np.uint32]
Arrays = tuple[Any, ...]

N_GRAM = 5
"""Tokens of the runs that are compared; decon's default."""

HOT = 100
"""Runs that more items have do not begin a search: "which of the following is the"."""

QUESTION, ANSWER, PASSAGE = range(3)
N_ROLES = 3

# fmt: off
ANSWERS = frozenset({
    "answer", "answers", "answerkey", "best_answer", "choices", "chosen", "completion",
    "correct_answer", "correct_answers", "endings", "expected", "explanation", "gold",
    "incorrect_answers", "label", "labels", "options", "output", "rationale", "reference",
    "response", "responses", "solution", "solutions", "target", "targets",
})
PASSAGES = frozenset({
    "article", "background", "context", "contexts", "document", "documents", "paragraph",
    "paragraphs", "passage", "passages", "premise", "story", "support",
})
METADATA = frozenset({
    "_id", "category", "dataset", "id", "idx", "index", "item_id", "lang", "language",
    "level", "qid", "question_id", "source", "split", "subject", "task", "task_id", "topic",
    "type", "uid", "url", "uuid",
})
# fmt: on
"""Names of columns, in small letters, that hold answers, passages, and what is not looked for."""

_WEIGHTS = np.array([[1, 0, 0], [0.75, 0.25, 0], [0.85, 0, 0.15], [0.7, 0.2, 0.1]])
_FULL_CONFIDENCE = 20
"""Different runs of a question from which on it carries its whole weight."""


@dataclass(frozen=True)
class BenchmarkIndex:
    """Items as hashes of runs of tokens. Component c of item i has the number `N_ROLES * i + c`.

    Attributes:
        n_items: How many items there are.
        unseen: Items that cannot be found: fewer than N_GRAM tokens, or nothing but hot runs.
        grams: The runs that begin a search.
        gram_weights: Weight of each of them.
        gram_firsts: n + 1 indices: run i is in the items `gram_items[firsts[i]:firsts[i + 1]]`.
        gram_items: See there.
        totals: Sum of the weights of an item's runs that begin a search.
        runs: All different runs of components, ascending within each.
        run_weights: Weight of each.
        run_firsts: n + 1 indices: the runs of component i are `runs[firsts[i]:firsts[i + 1]]`.
        short_tokens: Tokens of parts with fewer than N_GRAM of them; not those of questions.
        short_firsts: n + 1 indices into it.
        component_shorts: n + 1 indices: the short parts of each component.
        short_weight: What each counts for: as much as one run that no other item has.
        component_totals: Sum of the weights of a component's runs and short parts.
        component_tokens: How many tokens a component has.
        component_weights: What each component counts for; those of an item sum up to 1.
    """

    n_items: int
    unseen: Ints
    grams: Lookup
    gram_weights: Weights
    gram_firsts: Ints
    gram_items: Ints
    totals: Weights
    runs: Hashes
    run_weights: Weights
    run_firsts: Ints
    short_tokens: Tokens
    short_firsts: Ints
    component_shorts: Ints
    short_weight: float
    component_totals: Weights
    component_tokens: Ints
    component_weights: Weights

    @classmethod
    def of(
        cls,
        items: pa.Table | Sequence[Mapping[str, Any]],
        key: bytes,
        columns: Sequence[str] | None = None,
    ) -> "BenchmarkIndex":
        """Returns the index of some items; one is named by its row.

        Args:
            items: One item a row. Texts are strings, and strings inside lists and structs.
            key: The secret that hashes depend on.
            columns: Those that hold texts; all that hold strings, but for METADATA, unless given.
        """
        rows = items.to_pylist() if isinstance(items, pa.Table) else items
        parts = _Parts.of(rows, key, columns)
        component, run = parts.runs(key)
        n_items = len(rows)
        item = component // N_ROLES
        weights = _idf(item, run, n_items)
        hot = np.log1p(n_items / HOT) > weights
        begins = _begins(item, component % N_ROLES, hot, n_items)
        order = np.lexsort((item[begins], run[begins]))
        pairs = np.stack([run[begins], item[begins].astype(np.uint64)], axis=1)[order]
        different = np.ones(len(pairs), bool)
        different[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        pairs, gram_weight = pairs[different], weights[begins][order][different]
        grams, first = np.unique(pairs[:, 0], return_index=True)
        gram_items = pairs[:, 1].astype(np.int64)
        totals = _sums(gram_items, gram_weight, n_items)
        n_components = N_ROLES * n_items
        shorts, short_component = parts.shorts(component)
        short_weight = float(np.log1p(n_items))
        component_totals = _sums(component, weights, n_components)
        component_totals += np.bincount(short_component, minlength=n_components) * short_weight
        component_tokens = np.bincount(
            parts.component, parts.sizes.astype(np.float64), n_components
        ).astype(np.int64)
        return cls(
            n_items=n_items,
            unseen=np.flatnonzero(totals == 0),
            grams=Lookup.of(grams),
            gram_weights=gram_weight[first] if len(first) else np.zeros(0),
            gram_firsts=np.append(first, len(gram_items)).astype(np.int64),
            gram_items=gram_items,
            totals=totals,
            runs=run,
            run_weights=weights,
            run_firsts=np.searchsorted(component, np.arange(n_components + 1)).astype(np.int64),
            short_tokens=np.concatenate([np.zeros(0, np.uint32), *shorts]).astype(np.uint32),
            short_firsts=np.cumsum([0, *map(len, shorts)]).astype(np.int64),
            component_shorts=np.searchsorted(short_component, np.arange(n_components + 1)),
            short_weight=short_weight,
            component_totals=component_totals,
            component_tokens=component_tokens,
            component_weights=_component_weights(component, component_totals, hot, n_items),
        )

    def search(self) -> Arrays:
        """Returns what clusters are looked for with."""
        return (
            *self.grams.raw(),
            self.gram_weights,
            self.gram_firsts,
            self.gram_items,
            self.totals,
        )

    def components(self) -> Arrays:
        """Returns what clusters are scored with."""
        return (
            self.runs,
            self.run_weights,
            self.run_firsts,
            self.short_tokens,
            self.short_firsts,
            self.component_shorts,
            self.short_weight,
            self.component_totals,
            self.component_tokens,
            self.component_weights,
        )


@dataclass(frozen=True)
class _Parts:
    """Parts of components, ordered by component: tokens, their n + 1 offsets, component of each."""

    tokens: Tokens
    offsets: Ints
    component: Ints

    @property
    def sizes(self) -> Ints:
        return np.diff(self.offsets)

    @classmethod
    def of(
        cls, rows: Sequence[Mapping[str, Any]], key: bytes, columns: Sequence[str] | None
    ) -> "_Parts":
        texts, component = [], []
        for i, row in enumerate(rows):
            for role, text in sorted(_texts(row, columns), key=itemgetter(0)):
                texts.append(text)
                component.append(N_ROLES * i + role)
        numbers = np.array(component, np.int64)
        tokens, offsets = _token_hashes(texts, key)
        return cls(tokens, offsets, numbers)._joined(len(rows))

    def _joined(self, n_items: int) -> "_Parts":
        """Returns the parts; where all of an item's are short, as one part of its question."""
        item = self.component // N_ROLES
        longest = np.zeros(n_items, np.int64)
        np.maximum.at(longest, item, self.sizes)
        short = longest[item] < N_GRAM
        component = np.where(short, item * N_ROLES, self.component)
        first = np.ones(len(item), bool)
        first[1:] = ~short[1:] | (item[1:] != item[:-1])
        offsets = np.append(self.offsets[:-1][first], self.offsets[-1])
        return _Parts(self.tokens, offsets, component[first])

    def runs(self, key: bytes) -> tuple[Ints, Hashes]:
        """Returns component and hash of all different runs of N_GRAM tokens, ordered."""
        n = max(0, len(self.tokens) - N_GRAM + 1)
        values = np.zeros(n, np.uint64)
        rolling(self.tokens, N_GRAM, seed_of(key, PURPOSE), values)
        part = np.repeat(np.arange(len(self.component)), self.sizes)[:n]
        inside = np.arange(n) + N_GRAM <= self.offsets[1:][part]
        component, values = self.component[part[inside]], values[inside]
        order = np.lexsort((values, component))
        component, values = component[order], values[order]
        new = np.ones(len(order), bool)
        new[1:] = (component[1:] != component[:-1]) | (values[1:] != values[:-1])
        return component[new], values[new]

    def shorts(self, with_runs: Ints) -> tuple[list[Tokens], Ints]:
        """Returns the tokens and component of short parts, other than of questions."""
        chosen = (self.sizes > 0) & (self.sizes < N_GRAM) & (self.component % N_ROLES != QUESTION)
        which = np.flatnonzero(chosen).tolist()
        tokens = [self.tokens[self.offsets[i] : self.offsets[i + 1]] for i in which]
        return tokens, self.component[chosen]


def _texts(row: Mapping[str, Any], columns: Sequence[str] | None) -> Iterator[tuple[int, str]]:
    """Yields the role and text of each part of an item."""
    for name in row if columns is None else columns:
        low = name.lower()
        if columns is None and low in METADATA:
            continue
        role = ANSWER if low in ANSWERS else PASSAGE if low in PASSAGES else QUESTION
        for text in _strings(row.get(name)):
            yield role, text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for each in value:
            yield from _strings(each)


def _idf(item: Ints, run: Hashes, n_items: int) -> Weights:
    """Returns ln(1 + N/n) for each run, n being the number of items that have it."""
    order = np.lexsort((item, run))
    run, item = run[order], item[order]
    begins = np.ones(len(run), bool)
    begins[1:] = run[1:] != run[:-1]
    new = begins.copy()
    new[1:] |= item[1:] != item[:-1]
    group = np.cumsum(begins) - 1
    n = np.bincount(group, new)
    weights = np.empty(len(run), np.float64)
    weights[order] = np.log1p(n_items / n[group])
    return weights


def _sums(group: Ints, weights: Weights, n: int) -> Weights:
    # Of nothing numpy makes integers.
    return np.bincount(group, weights, n).astype(np.float64)


def _begins(
    item: Ints, role: Ints, hot: npt.NDArray[np.bool_], n_items: int
) -> npt.NDArray[np.bool_]:
    """Returns which runs begin a search: of questions; where one has none, of all components."""
    usable = np.zeros(n_items, bool)
    usable[item[(role == QUESTION) & ~hot]] = True
    begins: npt.NDArray[np.bool_] = ~hot & ((role == QUESTION) | ~usable[item])
    return begins


def _component_weights(
    component: Ints, totals: Weights, hot: npt.NDArray[np.bool_], n_items: int
) -> Weights:
    """Returns decon's weights, one row per item; a short question gives of its to the others.

    Without a question that can be searched for all components count by the weights of their runs.
    """
    by_item = totals.reshape(n_items, N_ROLES)
    has = by_item > 0
    weights = _WEIGHTS[has[:, ANSWER] + 2 * has[:, PASSAGE]].copy()
    n_runs = np.bincount(component, minlength=N_ROLES * n_items).reshape(n_items, N_ROLES)
    confidence = np.minimum(1, 0.5 + 0.5 * n_runs[:, QUESTION] / _FULL_CONFIDENCE)
    others = has[:, ANSWER] | has[:, PASSAGE]
    question = np.where(others, weights[:, QUESTION] * confidence, 1.0)
    spread = np.where(others, (1 - question) / np.maximum(1e-9, 1 - weights[:, QUESTION]), 0)
    weights = weights * spread[:, None]
    weights[:, QUESTION] = question
    searched = np.bincount(component[~hot], minlength=N_ROLES * n_items)
    without = searched.reshape(n_items, N_ROLES)[:, QUESTION] == 0
    sums = np.maximum(1e-9, by_item.sum(axis=1, keepdims=True))
    return np.where(without[:, None], by_item / sums, weights)


def _token_hashes(texts: list[str], key: bytes) -> tuple[Tokens, Ints]:
    n = len(texts)
    cells = Cells(
        pa.array(np.arange(n)), pa.nulls(n, pa.string()), pa.array(texts, pa.large_string())
    )
    buffers = Buffers.of(cells, n)
    offsets = np.zeros(n + 1, np.int64)
    tokens = np.empty(int(buffers.tokens_at_most.sum()), np.uint32)
    bounds = (buffers.starts, buffers.ends)
    _tokenise_all(buffers.data, *bounds, *tables(), seed_of(key, PURPOSE), tokens, offsets)
    return tokens[: offsets[-1]], offsets


@kernel
def _tokenise_all(
    data: Bytes,
    starts: Ints,
    ends: Ints,
    kind: Bytes,
    folded: Tokens,
    expansions: Tokens,
    seed: np.uint64,
    tokens: Tokens,
    offsets: Ints,
) -> None:
    n = 0
    for text in range(len(starts)):
        n, _ = tokenise(data, starts[text], ends[text], kind, folded, expansions, seed, tokens, n)
        offsets[text + 1] = n
