"""The date of each record, from a column of dates, timestamps or texts that begin with one."""

import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.casting import as_texts
from datagov.corpus.schema import is_json

_ISO = "%Y-%m-%d"
_ISO_CHARS = 10


def dates(table: pa.Table, column: str | None) -> pa.Array:
    """Returns days since 1970 as int32, one per row; null where there is no date to be read.

    Args:
        table: Records.
        column: A date, a timestamp, or a text that begins as ISO 8601 writes dates; None for no
            dates at all.
    """
    none = pa.nulls(table.num_rows, pa.int32())
    if column is None or column not in table.column_names:
        return none
    values = table[column].combine_chunks()
    if is_json(table.schema.field(column)):
        values = as_texts(table, column)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        first = pc.utf8_slice_codeunits(values, 0, _ISO_CHARS)
        values = pc.strptime(first, format=_ISO, unit="s", error_is_null=True)
    if not (pa.types.is_date(values.type) or pa.types.is_timestamp(values.type)):
        return none
    return values.cast(pa.date32(), safe=False).cast(pa.int32())
