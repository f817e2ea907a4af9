"""What there is to tell about the columns of data/ while a scan runs."""

import logging

import pyarrow as pa

from datagov.corpus.schema import held_as_json
from datagov.sources.registry import SourceRegistry

log = logging.getLogger("datagov")


def tell_columns(registry: SourceRegistry, schema: pa.Schema) -> None:
    """Warns of columns that hold something else than a reader would expect, or are not there."""
    column = registry.source_field
    if column is not None and column not in schema.names:
        log.warning(
            "the registry's source_field is %r, and no shard has such a column: records belong to "
            "a source by match.paths alone, and are undeclared where no pattern fits",
            column,
        )
    for name in held_as_json(schema):
        log.warning(
            "column %s: its values have no common type, so data/ holds them as JSON text", name
        )
