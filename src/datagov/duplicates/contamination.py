"""Which records hold items of evaluation sets: runs of tokens in common, weighted by rarity.

The scoring follows decon, the tool of the Allen Institute for AI that the data of Olmo 3 were
decontaminated with (github.com/allenai/decon, doc/simple-details.md):

- **Search.** Runs of five tokens of the record are looked up among those of the questions. A
  cluster of an item goes on until eleven runs after one another are not its.
- **Overlap** of a component: the sum of the weights of its different runs that are there, by the
  sum of the weights of all of them; the weight is the inverse document frequency among items, here
  ln(1 + N/n).
- **Answer and passage** are looked for around the cluster: within twice their own length, and 50
  tokens for an answer, 100 for a passage, at least. Parts of fewer than five tokens have to stand
  there token by token.
- **Score**: .75 question and .25 answer; .85 and .15 with a passage instead; .7, .2 and .1 with
  both. A question of fewer than 20 different runs gives up to half of its weight to the others.
- **Length.** Less may differ in short items: scores below 1 of items of up to 20 tokens are
  multiplied by .8, of 50 and more by 1, with a line between. (decon raises the threshold instead:
  at its default of .8 both call the same.)

What differs: words and characters here where decon has tokens of a language model; every run is
looked up and not one in ten; nothing is reported of which less than half of the question is there.
"""

import numpy as np
import polars as pl
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.benchmark_index import (
    ANSWER,
    N_GRAM,
    N_ROLES,
    QUESTION,
    Arrays,
    BenchmarkIndex,
    Tokens,
    Weights,
)
from datagov.duplicates.lookup import Hashes, find, shift_of
from datagov.duplicates.spans import PURPOSE, spans_of_runs
from datagov.duplicates.tokens import Buffers, seed_of, tables
from datagov.duplicates.tokens import tokenise as _tokenise
from datagov.duplicates.winnowing import rolling
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints

TOUCHES = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("item", pa.int64()),
        pa.field("score", pa.float32()),
        pa.field("n_matched", pa.int32()),
        pa.field("field", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
    ]
)
"""Items that records hold, one row for each of both: score from 0 to 1, how many of the item's
different runs and short parts were found, and the span of the question in code points."""

MIN_SCORE = 0.5
MAX_MISSES = 11
MIN_OVERLAP = 0.5
"""Share of a question below which nothing is reported."""

SHORT, LONG = 20, 50
"""Tokens of items up to which scores are scaled down in full, and from which not at all."""

_SCALE = 0.8


def touches(
    index: BenchmarkIndex, cells: Cells, n_rows: int, key: bytes, min_score: float = MIN_SCORE
) -> pa.Table:
    """Returns TOUCHES: which items each record holds, ordered by record and item.

    Args:
        index: Of the items.
        cells: The texts.
        n_rows: How many records there are.
        key: As the index was made with.
        min_score: Below which nothing is reported.
    """
    buffers = Buffers.of(cells, n_rows)
    places, scores = _touch_all(
        buffers.data,
        buffers.starts,
        buffers.ends,
        buffers.records,
        *tables(),
        seed_of(key, PURPOSE),
        index.search(),
        index.components(),
        min_score,
        np.empty(buffers.max_tokens, np.uint32),
        np.empty(buffers.max_tokens, np.uint64),
    )
    names = ("record", "item", "n_matched", "token", "n_tokens")
    rows = pl.DataFrame({name: places[:, i].copy() for i, name in enumerate(names)})
    best = (
        rows.with_columns(score=pl.Series(scores, dtype=pl.Float64))
        .sort("record", "item", -pl.col("score"), "token")
        .unique(["record", "item"], keep="first", maintain_order=True)
    )
    runs = (best[name].to_numpy() for name in ("record", "token", "n_tokens"))
    columns = {name: pa.array(best[name].to_numpy()) for name in (*names, "score")}
    columns |= spans_of_runs(cells, n_rows, key, *runs)
    return pa.Table.from_arrays(
        [columns[name].cast(TOUCHES.field(name).type) for name in TOUCHES.names], schema=TOUCHES
    )


@kernel
def _touch_all(
    data: Bytes,
    starts: Ints,
    ends: Ints,
    records: Ints,
    kind: Bytes,
    folded: Tokens,
    expansions: Tokens,
    seed: np.uint64,
    search: Arrays,
    components: Arrays,
    min_score: float,
    tokens: Tokens,
    values: Hashes,
) -> tuple[Ints, Weights]:
    """Returns rows of record, item, n_matched, first token, n_tokens; and the score of each."""
    out = np.empty((64, 5), np.int64)
    scores = np.empty(64, np.float64)
    m = 0
    n_items = len(search[-1])
    state = np.zeros((n_items, 4), np.int64)
    weights = np.zeros(n_items, np.float64)
    counted = np.zeros(len(search[-2]), np.int64)
    n_clusters = 0
    for record in range(len(records) - 1):
        n = 0
        for text in range(records[record], records[record + 1]):
            base = n
            n, _ = _tokenise(
                data, starts[text], ends[text], kind, folded, expansions, seed, tokens, n
            )
            cell = tokens[base:n]
            rolling(cell, N_GRAM, seed, values)
            runs = values[: max(0, len(cell) - N_GRAM + 1)]
            clusters, n_clusters = _clusters(
                runs, text + 1, search, state, weights, counted, n_clusters
            )
            for item, first, last in clusters:
                score, n_matched, begin, end = _score(item, first, last, cell, runs, components)
                if score < min_score:
                    continue
                if m == len(out):
                    out = np.concatenate((out, np.empty_like(out)))
                    scores = np.concatenate((scores, np.empty_like(scores)))
                row = out[m]
                row[0], row[1], row[2] = record, item, n_matched
                row[3], row[4] = base + begin, end + N_GRAM - begin
                scores[m] = score
                m += 1
    return out[:m], scores[:m]


@kernel
def _clusters(
    values: Hashes,
    cell: int,
    search: Arrays,
    state: Ints,
    weights: Weights,
    counted: Ints,
    n_clusters: int,
) -> tuple[Ints, int]:
    """Returns rows of item, first and last run for clusters that hold enough of their item.

    Args:
        values: Hashes of the runs of a cell.
        cell: Its number, from 1 on.
        search: Of the index.
        state: For each item the last cell it was seen in, the number of its cluster, and the first
            and last run of that.
        weights: Sum of the weights of each item's cluster.
        counted: For each place in `gram_items`, the last cluster it was counted for.
        n_clusters: How many there were in earlier cells; returned with those of this one.
    """
    keys, bits, leading, gram_weights, gram_firsts, gram_items, totals = search
    shift = shift_of(leading)
    found = np.empty((8, 3), np.int64)
    opened = np.empty(8, np.int64)
    m = n_open = 0
    for at in range(len(values)):
        gram = find(keys, bits, leading, shift, values[at])
        if gram < 0:
            continue
        for posting in range(gram_firsts[gram], gram_firsts[gram + 1]):
            item = gram_items[posting]
            now = state[item]
            new = now[0] != cell
            if new:
                if n_open == len(opened):
                    opened = np.concatenate((opened, np.empty_like(opened)))
                opened[n_open] = item
                n_open += 1
            elif at - now[3] > MAX_MISSES:
                if weights[item] >= MIN_OVERLAP * totals[item]:
                    found, m = _added(found, m, item, now[2], now[3])
                new = True
            if new:
                n_clusters += 1
                now[0], now[1], now[2] = cell, n_clusters, at
                weights[item] = 0.0
            now[3] = at
            if counted[posting] != now[1]:
                counted[posting] = now[1]
                weights[item] += gram_weights[gram]
    for item in opened[:n_open]:
        if weights[item] >= MIN_OVERLAP * totals[item]:
            found, m = _added(found, m, item, state[item, 2], state[item, 3])
    return found[:m], n_clusters


@kernel
def _added(found: Ints, m: int, item: int, first: int, last: int) -> tuple[Ints, int]:
    if m == len(found):
        found = np.concatenate((found, np.empty_like(found)))
    found[m, 0], found[m, 1], found[m, 2] = item, first, last
    return found, m + 1


@kernel
def _score(
    item: int,
    first: int,
    last: int,
    tokens: Tokens,
    values: Hashes,
    components: Arrays,
) -> tuple[float, int, int, int]:
    """Returns an item's score, how much of it was found, first and last run of its question."""
    (
        runs, run_weights, run_firsts, short_tokens, short_firsts, component_shorts, short_weight,
        component_totals, component_tokens, component_weights,
    ) = components  # fmt: skip
    question = run_firsts[N_ROLES * item], run_firsts[N_ROLES * item + 1]
    first, last = _extended(values, runs[question[0] : question[1]], first, last)
    score = 0.0
    n_matched = n_tokens = 0
    for role in range(N_ROLES):
        component = N_ROLES * item + role
        size = component_tokens[component]
        n_tokens += size
        share = component_weights[item, role]
        if share == 0:
            continue
        reach = 0 if role == QUESTION else max(50 if role == ANSWER else 100, 2 * size)
        low = max(0, first - reach)
        high = min(len(tokens), last + N_GRAM + reach)
        begin, end = run_firsts[component], run_firsts[component + 1]
        window = values[low : max(low, high - N_GRAM + 1)]
        found, n = _runs_in(window, runs[begin:end], run_weights[begin:end])
        n_matched += n
        for short in range(component_shorts[component], component_shorts[component + 1]):
            part = short_tokens[short_firsts[short] : short_firsts[short + 1]]
            if _stands_in(part, tokens[low:high]):
                found += short_weight
                n_matched += 1
        score += share * found / component_totals[component]
    if score > 1 - 1e-9:
        return 1.0, n_matched, first, last
    above = min(1.0, max(0.0, (n_tokens - SHORT) / (LONG - SHORT)))
    return score * (_SCALE + (1 - _SCALE) * above), n_matched, first, last


@kernel
def _extended(values: Hashes, runs: Hashes, first: int, last: int) -> tuple[int, int]:
    """Returns the first and last run of a cluster with those that begin no search."""
    at = first - 1
    while at >= 0 and first - at <= MAX_MISSES:
        if _place(runs, values[at]) >= 0:
            first = at
        at -= 1
    at = last + 1
    while at < len(values) and at - last <= MAX_MISSES:
        if _place(runs, values[at]) >= 0:
            last = at
        at += 1
    return first, last


@kernel
def _place(runs: Hashes, value: np.uint64) -> int:
    """Returns the index of a hash, or -1."""
    i = int(np.searchsorted(runs, value))
    return i if i < len(runs) and runs[i] == value else -1


@kernel
def _runs_in(values: Hashes, runs: Hashes, weights: Weights) -> tuple[float, int]:
    """Returns weight and number of the different runs that are among `values`."""
    seen = np.zeros(len(runs), np.bool_)
    found = 0.0
    n = 0
    for value in values:
        i = _place(runs, value)
        if i >= 0 and not seen[i]:
            seen[i] = True
            found += weights[i]
            n += 1
    return found, n


@kernel
def _stands_in(part: Tokens, tokens: Tokens) -> bool:
    for at in range(len(tokens) - len(part) + 1):
        n = 0
        while n < len(part) and tokens[at + n] == part[n]:
            n += 1
        if n == len(part):
            return True
    return False
