"""What the scan leaves behind of a unit's texts for finding passages: hashes and numbers alone."""

import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Cells
from datagov.duplicates.winnowing import FINGERPRINTS, WHOLES, fingerprints

LENGTHS = pa.schema([pa.field("n_tokens", pa.int64(), nullable=False)])
"""How many tokens each record of the unit has."""

SCHEMAS = {"fingerprints": FINGERPRINTS, "wholes": WHOLES, "lengths": LENGTHS}


def fingerprint_tables(
    texts: Cells, n_rows: int, first: int, key: bytes, min_tokens: int
) -> dict[str, pa.Table]:
    """Returns a table for each of SCHEMAS; records are numbered from `first` on."""
    found = fingerprints(texts, n_rows, key, min_tokens)
    tables = {"fingerprints": found.sampled, "wholes": found.wholes}
    numbered = {
        name: table.set_column(0, "record", pc.add(table["record"], first)).cast(SCHEMAS[name])
        for name, table in tables.items()
    }
    return numbered | {"lengths": pa.table({"n_tokens": found.n_tokens}, LENGTHS)}
