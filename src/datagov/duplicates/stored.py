"""Sketches of more records than memory has room for, in files: half a kilobyte a record.

Of the sketches only those are read that are compared, through the system's cache of files; of the
keys of bands, those of one band at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.duplicates.bands import Banding, band_keys
from datagov.duplicates.sketches import Sketches
from datagov.utf8 import Ints


@dataclass(frozen=True)
class StoredSketches:
    """Sketches in files of a folder.

    Attributes:
        hashes: File of the bytes of all sketches, one after another.
        keys: File of the keys, uint32: those of a batch's first band, its second, and so on.
        n_bands: Keys per record.
        batch_sizes: How many records each batch has.
        offsets: n + 1 places where the sketches of records begin and end in `hashes`.
        n_shingles: How many shingles each record has.
    """

    hashes: Path
    keys: Path
    n_bands: int
    batch_sizes: tuple[int, ...]
    offsets: Ints
    n_shingles: Ints

    @classmethod
    def write(cls, batches: Iterable[Sketches], folder: Path, cut: Banding) -> "StoredSketches":
        """Writes sketches, a batch at a time, and the keys of their bands."""
        sizes, lengths, counts = [], [np.zeros(1, np.int64)], [np.zeros(0, np.int64)]
        paths = folder / "sketches", folder / "keys"
        with paths[0].open("wb") as hashes, paths[1].open("wb") as keys:
            for batch in batches:
                data, offsets = batch.raw()
                hashes.write(data[offsets[0] : offsets[-1]].data)
                keys.write(np.ascontiguousarray(band_keys(batch, cut).T).data)
                sizes.append(len(batch.hashes))
                lengths.append(np.diff(offsets))
                counts.append(batch.n_shingles.to_numpy())
        offsets = np.cumsum(np.concatenate(lengths))
        return cls(*paths, cut.n_bands, tuple(sizes), offsets, np.concatenate(counts))

    def sketches(self) -> Sketches:
        """Returns all sketches; their bytes are read when they are looked at."""
        n = len(self.n_shingles)
        if self.offsets[-1] == 0:
            data = pa.py_buffer(b"")
        else:
            data = pa.py_buffer(np.memmap(self.hashes, np.uint8, "r"))
        offsets = pa.py_buffer(self.offsets)
        array = pa.Array.from_buffers(pa.large_binary(), n, [None, offsets, data])
        return Sketches(array, pa.array(self.n_shingles))

    def bands(self) -> Iterator[tuple[int, npt.NDArray[np.uint32]]]:
        """Yields the number of each band and its keys, one per record."""
        starts = np.cumsum([0, *self.batch_sizes])
        for band in range(self.n_bands):
            keys = np.empty(len(self.n_shingles), np.uint32)
            with self.keys.open("rb", buffering=0) as file:
                for start, size in zip(starts.tolist(), self.batch_sizes, strict=False):
                    file.seek(keys.itemsize * (start * self.n_bands + band * size))
                    file.readinto(keys[start : start + size].data)
            yield band, keys
