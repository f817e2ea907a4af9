"""The data card: README.md with the Hugging Face card metadata in its front matter."""

import re
from typing import Any

import jinja2
import yaml

from datagov.reports.facts import Facts

# Hugging Face's size categories, by the number of records below which they hold.
_SIZES = (
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
# Licences that the hub knows by its own short id; others are `other` with a name.
_HUB_LICENCES = frozenset(
    (
        "apache-2.0",
        "mit",
        "cc0-1.0",
        "cc-by-3.0",
        "cc-by-4.0",
        "cc-by-sa-3.0",
        "cc-by-sa-4.0",
        "cc-by-nc-4.0",
        "cc-by-nc-sa-4.0",
        "odc-by",
        "odbl",
        "pddl",
        "unlicense",
        "bsd-3-clause",
        "bsd-2-clause",
    )
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$-])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")


def card(facts: Facts) -> str:
    """Returns the text of README.md."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("datagov", "reports/templates"),
        autoescape=False,  # noqa: S701 - Markdown: every value goes through the filter `md`
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["md"] = escape
    environment.filters["n"] = lambda number: f"{number:,}"
    environment.filters["pct"] = lambda share: f"{100 * share:.2f} %"
    body = environment.get_template("card.md.jinja").render(facts=facts, m=facts.metrics)
    front = yaml.safe_dump(metadata(facts), sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n{body}"


def escape(value: Any) -> str:
    """Returns `value` as Markdown that shows it: one line, no markup, no hidden characters."""
    return _MARKDOWN.sub(r"\\\1", _CONTROL.sub(" ", str(value)))


def metadata(facts: Facts) -> dict[str, Any]:
    """Returns the card metadata of the Hugging Face Hub, with what is known and nothing else."""
    licences = sorted(
        {
            licence
            for row in facts.source_rows
            if row["declared"] and row["counts"]["kept"] + row["counts"]["redacted"]
            for licence in row["declared"]["licence"]
        }
    )
    fields: dict[str, Any] = {
        "pretty_name": _CONTROL.sub(" ", facts.about.name),
        "language": [tag for tag, _ in facts.languages if tag not in ("und", "zxx")],
        **_licence(licences),
        "size_categories": [_size(facts.released)],
        "annotations_creators": ["crowdsourced"] if facts.metrics["annotations"] else None,
        "source_datasets": ["original"],
        "tags": ["datagov"],
    }
    if facts.has_data:
        fields["configs"] = [{"config_name": "default", "data_files": "data/*"}]
    return {name: value for name, value in fields.items() if value}


def _licence(licences: list[str]) -> dict[str, Any]:
    if len(licences) == 1 and licences[0].lower() in _HUB_LICENCES:
        return {"license": licences[0].lower()}
    if not licences:
        return {"license": "unknown"}
    return {"license": "other", "license_name": "see-sources", "license_link": "README.md#sources"}


def _size(n_records: int) -> str:
    return next((name for limit, name in _SIZES if n_records < limit), "n>1T")
