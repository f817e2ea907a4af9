"""Full-width letters, digits and signs replaced one for one by ASCII, so that patterns see them."""

import pyarrow as pa
import pyarrow.compute as pc

_TABLE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_LETTERS_AND_DIGITS = r"[\x{ff10}-\x{ff19}\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}]"


def folded(texts: pa.Array) -> pa.Array:
    """Returns the texts with full-width forms folded in those that have full-width letters.

    One code point stays one code point, so that offsets hold in both. Texts with nothing but
    full-width punctuation, which is most Chinese ones, stay as they are.
    """
    found = pc.match_substring_regex(texts, _LETTERS_AND_DIGITS)
    indices = pc.indices_nonzero(found)
    if not len(indices):
        return texts
    new = pa.array([texts[i].as_py().translate(_TABLE) for i in indices.to_pylist()], texts.type)
    return pc.replace_with_mask(texts, found, new)
