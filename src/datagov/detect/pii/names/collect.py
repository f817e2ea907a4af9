"""Writes `given.txt` and `surnames.txt` from Faker's person providers (MIT licence): `make names`.

Faker is needed for development alone. Names are those of countries that write in Latin script, as
they are written and without their accents. A `?` behind one says that a single country has it.
"""

import importlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex

LOCALES = (
    *("cs_CZ", "da_DK", "de_AT", "de_CH", "de_DE", "en", "en_GB", "en_IE", "en_IN", "en_NZ"),
    *("en_US", "es_AR", "es_CO", "es_ES", "es_MX", "et_EE", "fi_FI", "fr_BE", "fr_CA", "fr_FR"),
    *("hr_HR", "hu_HU", "id_ID", "it_IT", "lt_LT", "lv_LV", "nl_BE", "nl_NL", "no_NO", "pl_PL"),
    *("pt_BR", "pt_PT", "ro_RO", "sk_SK", "sl_SI", "sv_SE", "tr_TR", "vi_VN"),
)
FILES = {"given.txt": "first_name", "surnames.txt": "last_name"}
MIN_LENGTH = 3

_NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}'’\-]*\p{L}")


def main() -> None:
    """Writes both lists beside this module, a name a line, sorted."""
    for name, kind in FILES.items():
        countries = Counter(name for locale in LOCALES for name in set(_spellings(locale, kind)))
        lines = "".join(f"{each}{'' if n > 1 else '?'}\n" for each, n in sorted(countries.items()))
        Path(__file__).with_name(name).write_text(lines, encoding="utf-8")


def _spellings(locale: str, kind: str) -> Iterator[str]:
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    for attribute in dir(provider):
        if kind in attribute and "format" not in attribute and "roman" not in attribute:
            for name in _strings(getattr(provider, attribute)):
                if len(name) >= MIN_LENGTH and _NAME.fullmatch(name):
                    yield name
                    yield without_accents(name)


def _strings(value: Any) -> list[str]:
    if not isinstance(value, dict | tuple | list | set | frozenset):
        return []
    return [each for each in value if isinstance(each, str)]


def without_accents(text: str) -> str:
    """Returns a text without its combining marks."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(char for char in parts if not unicodedata.combining(char))


if __name__ == "__main__":
    main()
