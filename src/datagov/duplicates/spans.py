"""Tokens of records together with where each of them stands in the text, in code points.

The hashes are those of `tokens.tokenise`; places are found by a kernel of their own, since most
steps need none. Texts that have to be composed (see `characters`) are tokenised as composed, and
their places are led back to the text as it is: a token that begins or ends within characters which
compose together takes in all of them.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.characters import ALONE, NOTHING, SIGN, WORD, characters
from datagov.duplicates.composing import MARK, SECOND, joining, texts_that_join
from datagov.duplicates.signs import PREFIX, SUFFIX, sign_at
from datagov.duplicates.signs_at_once import UNSURE, does_at_once
from datagov.duplicates.tokens import Buffers, seed_of, tables, tokenise
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints, decoded

Places = npt.NDArray[np.int32]

PURPOSE = b"passages"
"""What the seed of hashes in this module, of fingerprints and of wholes is derived for."""

TOKENS = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("field", pa.string()),
        pa.field("token", pa.int32()),
        pa.field("tokens", pa.large_list(pa.uint32())),
        pa.field("starts", pa.large_list(pa.int32())),
        pa.field("ends", pa.large_list(pa.int32())),
    ]
)
"""Stretches of tokens of cells, ordered: hashes, and spans in code points of the cell. `token` is
the index of the first among all tokens of the record."""


def tokens_of(cells: Cells, n_rows: int, key: bytes, places: pa.Table, margin: int) -> pa.Table:
    """Returns TOKENS: those that are no farther than `margin` from one of the places.

    Args:
        cells: The texts.
        n_rows: How many records there are.
        key: The secret that hashes depend on.
        places: `record` (a row), `token` (an index among all tokens of the record), in any order.
        margin: How many tokens before and after each place are taken; no more than the cell has.
    """
    rows = cells.row.to_numpy()
    record, token = (places[name].to_numpy().astype(np.int64) for name in ("record", "token"))
    order = np.lexsort((token, record))
    records, first = np.unique(record[order], return_index=True)
    wanted = pa.array(np.isin(rows, records))
    chosen = Cells(*(values.filter(wanted) for values in (cells.row, cells.field, cells.text)))
    chosen_rows = np.searchsorted(records, chosen.row.to_numpy()).astype(np.int64)
    buffers = Buffers.of(Cells(pa.array(chosen_rows), chosen.field, chosen.text), len(records))
    size = int(buffers.tokens_at_most.sum())
    hashes = np.empty(size, np.uint32)
    starts, ends = np.empty(size, np.int32), np.empty(size, np.int32)
    stretches = np.empty((len(order) + 1, 4), np.int64)
    n_stretches = _tokens_all(
        buffers.data,
        buffers.starts,
        buffers.ends,
        buffers.records,
        *tables(),
        seed_of(key, PURPOSE),
        token[order],
        np.append(first, len(order)).astype(np.int64),
        margin,
        hashes,
        starts,
        ends,
        stretches,
    )
    which, cell, begin, offset = (column.copy() for column in stretches[: n_stretches + 1].T)
    of_cell = offset[np.searchsorted(cell[:-1], np.arange(len(chosen.text) + 1))]
    lead_back(chosen.text.cast(pa.large_string()), of_cell, starts, ends)
    n = offset[-1]
    lists = [
        pa.LargeListArray.from_arrays(pa.array(offset), pa.array(values[:n].copy()))
        for values in (hashes, starts, ends)
    ]
    columns = [
        pa.array(records[which[:-1]]),
        chosen.field.take(pa.array(cell[:-1])).cast(pa.string()),
        pa.array(begin[:-1].astype(np.int32)),
        *lists,
    ]
    return pa.Table.from_arrays(columns, schema=TOKENS)


@dataclass(frozen=True)
class Stretches:
    """Stretches of tokens, ordered by record and place.

    Attributes:
        hashes: Of the tokens of all stretches.
        offsets: n + 1 indices into `hashes`.
        record: Of each stretch, as a dense number.
        token: Index of its first token in the record.
        names: What each dense number stands for.
    """

    hashes: npt.NDArray[np.uint32]
    offsets: Ints
    record: Ints
    token: Ints
    names: Ints

    @classmethod
    def of(cls, tokens: pa.Table) -> "Stretches":
        """Returns the stretches of a table of schema TOKENS, ordered by record and token."""
        hashes, offsets = flat(tokens["tokens"])
        names, record = np.unique(tokens["record"].to_numpy(), return_inverse=True)
        token = tokens["token"].to_numpy().astype(np.int64)
        return cls(hashes, offsets, record.astype(np.int64), token, names)

    def at(self, record: Ints, token: Ints) -> Ints:
        """Returns the stretch that holds each token, by dense number of the record."""
        keys = self.record << 32 | self.token
        return np.searchsorted(keys, record << 32 | token, side="right") - 1


def flat(column: pa.ChunkedArray) -> tuple[Any, Ints]:
    """Returns the values of all lists and the n + 1 offsets of each."""
    lists = column.combine_chunks()
    offsets = lists.offsets.to_numpy()
    values = lists.values.slice(offsets[0], offsets[-1] - offsets[0])
    return values.to_numpy(zero_copy_only=False), (offsets - offsets[0]).astype(np.int64)


def spans_of_runs(
    cells: Cells, n_rows: int, key: bytes, row: Ints, token: Ints, sizes: Ints
) -> dict[str, pa.Array]:
    """Returns `field`, `start`, `end`: where runs of tokens stand, in code points.

    Args:
        cells: The texts.
        n_rows: How many records there are.
        key: Any; places do not depend on it.
        row: Record of each run.
        token: Index of its first token among all tokens of the record.
        sizes: How many tokens it has; it does not go beyond a cell.
    """
    last = token + sizes - 1
    places = pa.table(
        {"record": np.concatenate([row, row]), "token": np.concatenate([token, last])}
    )
    tokens = tokens_of(cells, n_rows, key, places, 1)
    stretches = Stretches.of(tokens)
    spans = {}
    for name, of_run in (("starts", token), ("ends", last)):
        record = np.searchsorted(stretches.names, row)
        stretch = stretches.at(record, of_run)
        at = stretches.offsets[stretch] + of_run - stretches.token[stretch]
        values = tokens[name].combine_chunks().flatten().to_numpy()
        spans[name[:-1]] = pa.array(values[at])
        spans["field"] = tokens["field"].combine_chunks().take(pa.array(stretch))
    return spans


def lead_back(texts: pa.Array, offsets: Ints, starts: Places, ends: Places) -> None:
    """Turns spans in texts as composed into spans in the texts, in place.

    Args:
        texts: large_string, as they were before composing.
        offsets: n + 1 indices: the spans of text i are `offsets[i]:offsets[i + 1]`.
        starts: First code points.
        ends: One past the last ones.
    """
    if not len(texts):
        return
    composed = texts_that_join(texts, characters().joining)
    for i in np.flatnonzero(composed & (np.diff(offsets) > 0)).tolist():
        first, behind = origins(texts[i].as_py())
        spans = slice(offsets[i], offsets[i + 1])
        starts[spans] = first[starts[spans]]
        ends[spans] = behind[ends[spans] - 1]


def origins(text: str) -> tuple[Places, Places]:
    """Returns where each code point of NFKC(text) comes from: first code point, one past the last.

    A text falls into pieces that are normalised one by one: a piece begins where a code point's
    decomposition begins with one that neither reorders nor composes with those before (Unicode
    Standard Annex 15, section 9.1).
    """
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    different, which = np.unique(codes, return_inverse=True)
    chars = [chr(code) for code in different.tolist()]
    begins = np.array([_begins_piece(char) for char in chars], bool)[which]
    begins[:1] = True
    pieces = np.flatnonzero(begins)
    behind = np.append(pieces, len(codes))[1:]
    changes = np.array([unicodedata.normalize("NFKC", char) != char for char in chars], bool)[which]
    sizes = np.ones(len(pieces), np.int64)
    for i in np.flatnonzero((behind - pieces > 1) | changes[pieces]).tolist():
        sizes[i] = len(unicodedata.normalize("NFKC", text[pieces[i] : behind[i]]))
    return np.repeat(pieces, sizes).astype(np.int32), np.repeat(behind, sizes).astype(np.int32)


def _begins_piece(char: str) -> bool:
    return not joining()[ord(char)] & (SECOND | MARK)


@kernel
def _tokens_all(
    data: Bytes,
    text_starts: Ints,
    text_ends: Ints,
    records: Ints,
    kind: Bytes,
    folded: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    seed: np.uint64,
    places: Ints,
    of_record: Ints,
    margin: int,
    hashes: npt.NDArray[np.uint32],
    starts: Places,
    ends: Places,
    stretches: Ints,
) -> int:
    """Writes stretches as rows of record, cell, first token, first index; the last one is an end.

    A cell is tokenised behind what is kept of those before, then what is not kept of it goes.
    """
    kept = np.int64(0)
    m = 0
    for record in range(len(records) - 1):
        first = np.int64(0)
        place = of_record[record]
        for text in range(records[record], records[record + 1]):
            start, end = text_starts[text], text_ends[text]
            located(data, start, end, kind, folded, starts, ends, kept)
            behind, _ = tokenise(data, start, end, kind, folded, expansions, seed, hashes, kept)
            size = behind - kept
            base = kept
            taken = np.int64(0)
            while place < of_record[record + 1] and places[place] < first + size:
                low = max(taken, places[place] - first - margin)
                high = min(size, places[place] - first + margin)
                place += 1
                if low > taken or taken == 0:
                    row = stretches[m]
                    row[0], row[1], row[2], row[3] = record, text, first + low, kept
                    m += 1
                for i in range(base + low, base + high):
                    hashes[kept], starts[kept], ends[kept] = hashes[i], starts[i], ends[i]
                    kept += 1
                taken = max(taken, high)
            first += size
    row = stretches[m]
    row[0], row[1], row[2], row[3] = np.int64(0), len(text_starts), np.int64(0), kept
    return m


@kernel
def located(
    data: Bytes,
    start: int,
    end: int,
    kind: Bytes,
    folded: npt.NDArray[np.uint32],
    starts: Places,
    ends: Places,
    n: int,
) -> int:
    """Writes the spans of a text's tokens, in code points, to `starts[n:]` and `ends[n:]`.

    Signs that belong to a token are in its span.

    Returns:
        The index behind the last one.
    """
    before = n
    in_word = False
    sign_point = -1
    at = start
    point = 0
    while at < end:
        lead = data[at]
        if lead < 0x80:
            code, width = np.int64(lead), 1
        else:
            code, width = decoded(data, at)
        at += width
        which = kind[code]
        if which >= WORD:
            if not in_word:
                starts[n] = point if sign_point < 0 else sign_point
                in_word = True
                sign_point = -1
            ends[n] = point + 1
        elif which != NOTHING:
            if in_word:
                n += 1
                in_word = False
            if which == ALONE:
                starts[n] = point if sign_point < 0 else sign_point
                ends[n] = point + 1
                n += 1
                sign_point = -1
            elif which >= SIGN:
                n_points = 1
                does = does_at_once(data, start, end, at - 1) if width == 1 else UNSURE
                if does == UNSURE:
                    does, _, n_points = sign_at(data, start, end, at - width, width, kind, folded)
                if does == PREFIX and sign_point < 0:
                    sign_point = point
                elif does == SUFFIX and n > before:
                    ends[n - 1] = point + n_points
        point += 1
    return n + 1 if in_word else n
