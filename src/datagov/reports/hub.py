"""The metadata in the front matter of a data card, as the Hugging Face Hub takes it.

`huggingface_hub` parses nearly anything, and the Hub refuses a card over one wrong word; so the
closed lists of the Hub's own check stand here. What nobody declared is left out, never guessed.
"""

import re
from collections.abc import Mapping
from typing import Any

from datagov.reports.facts import Facts
from datagov.reports.wording import visible

_ACCEPTED = """
afl-3.0 agpl-3.0 apache-2.0 apple-amlr apple-ascl artistic-2.0 bigcode-openrail-m
bigscience-bloom-rail-1.0 bigscience-openrail-m bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear
bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0
cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0
cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0
creativeml-openrail-m deepfloyd-if-license ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2
fair-noncommercial-research-license gemma gfdl gpl gpl-2.0 gpl-3.0 grok2-community h-research
intel-research isc lgpl lgpl-2.1 lgpl-3.0 lgpl-lr llama2 llama3 llama3.1 llama3.2 llama3.3
llama4 lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 openmdw-1.0 openrail openrail++
osl-3.0 other pddl postgresql unknown unlicense wtfpl zlib
"""
LICENCES = frozenset(_ACCEPTED.split())
"""Licence ids that the Hub accepts (its own refusal lists them; huggingface_hub issue 4218)."""

SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
    (10**9, "100M<n<1B"),
    (10**10, "1B<n<10B"),
    (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)
"""Size categories, each with the number of records below which it holds; from 10^12 on `n>1T`."""
LARGEST = "n>1T"

# SPDX ids whose name on the Hub is another; `-only` is handled below.
_RENAMED = {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl"}
_SPDX_ID = re.compile(r"[A-Za-z0-9.-]+")


def metadata(facts: Facts) -> dict[str, Any]:
    """Returns the front matter: what is known of the release and nothing else."""
    declared = [row["id"] for row in facts.source_rows if row["declared"] and row["released"]]
    fields: dict[str, Any] = {
        "pretty_name": visible(facts.about.name),
        "language": facts.named_languages,
        **licence(facts),
        "size_categories": [size_category(facts.released)],
        "source_datasets": [visible(name) for name in declared],
        # Who annotated (a crowd, experts, a machine) is in no evidence.
        "annotations_creators": ["other"] if facts.metrics["annotations"] else None,
        "tags": ["datagov", "training-data-governance"],
        "configs": _configs(facts),
    }
    return {name: value for name, value in fields.items() if value}


def _configs(facts: Facts) -> list[dict[str, Any]]:
    """Returns the configurations: one per format, as each is loaded by a builder of its own."""
    suffixes = facts.data_suffixes
    return [
        {
            "config_name": "default" if len(suffixes) == 1 else suffix.removeprefix("."),
            "data_files": [f"data/*{suffix}"],
        }
        for suffix in suffixes
    ]


def licence(facts: Facts) -> dict[str, str]:
    """Returns the licence fields: one licence by its id, several as `other`, none as `unknown`."""
    released = [row for row in facts.source_rows if row["released"]]
    stated = sorted({one for row in released if row["declared"] for one in _licences(row)})
    unstated = not all(row["declared"] for row in released)
    if not stated:
        return {"license": "unknown"}
    if len(stated) > 1 or unstated:
        name = "partly-undeclared-see-sources" if unstated else "several-see-sources"
        return {"license": "other", "license_name": name}
    spdx = stated[0]
    known = hub_licence(spdx)
    if known:
        return {"license": known}
    fields = {"license": "other", "license_name": _slug(spdx)}
    if _SPDX_ID.fullmatch(spdx) and not spdx.startswith(("LicenseRef-", "DocumentRef-")):
        fields["license_link"] = f"https://spdx.org/licenses/{spdx}.html"
    return fields


def _licences(row: Mapping[str, Any]) -> list[str]:
    return list(row["declared"]["licence"])


def hub_licence(spdx: str) -> str | None:
    """Returns the Hub's id of a licence, None when it has none."""
    name = spdx.lower()
    name = _RENAMED.get(name, name.removesuffix("-only"))
    return name if name in LICENCES - {"other", "unknown"} else None


def _slug(spdx: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", spdx.lower()).strip("-.")[:80] or "see-sources"


def size_category(n_records: int) -> str:
    """Returns the size category of a number of records."""
    return next((name for limit, name in SIZES if n_records < limit), LARGEST)
