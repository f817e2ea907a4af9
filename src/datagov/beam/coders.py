"""How Arrow tables travel between Beam workers: as a compressed Arrow IPC stream.

Pickling a slice of a table writes the whole buffers it points into; a stream writes the slice.
Each byte that passes through the local runner's driver costs it ten of memory.
"""

import apache_beam as beam
import pyarrow as pa

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


class TableCoder(beam.coders.Coder):
    """Encodes a `pyarrow.Table` as an IPC stream."""

    def encode(self, value: pa.Table) -> bytes:
        """Returns the IPC stream of the table."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema, options=_OPTIONS) as writer:
            writer.write_table(value)
        return bytes(sink.getvalue())

    def decode(self, encoded: bytes) -> pa.Table:
        """Returns the table of an IPC stream."""
        return pa.ipc.open_stream(encoded).read_all()

    def is_deterministic(self) -> bool:
        """Tables are values, never keys, so that determinism is not asked of them."""
        return False


def register() -> None:
    """Makes Beam use TableCoder for every collection typed as `pyarrow.Table`."""
    beam.coders.registry.register_coder(pa.Table, TableCoder)
