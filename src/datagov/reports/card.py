"""The data card: README.md with the Hugging Face card metadata in its front matter."""

from functools import lru_cache
from typing import Any

import jinja2
import yaml

from datagov.conformance.outcome import VERDICTS
from datagov.reports.facts import Facts
from datagov.reports.hub import metadata
from datagov.reports.wording import FILTERS, Markdown, markdown, share

SHOWN_SOURCES = 200
SHOWN_LANGUAGES = 20


def card(facts: Facts) -> str:
    """Returns the text of README.md.

    Whatever a template prints is escaped unless it is `Markdown`, so nothing that comes from the
    corpus can become markup by being forgotten.
    """
    body = (
        _environment()
        .get_template("card.md.jinja")
        .render(
            facts=facts,
            m=facts.metrics,
            controls={v: [row for row in facts.controls if row["verdict"] == v] for v in VERDICTS},
            shown_sources=SHOWN_SOURCES,
            shown_languages=SHOWN_LANGUAGES,
        )
    )
    front = yaml.safe_dump(metadata(facts), sort_keys=False, allow_unicode=True, width=float("inf"))
    return f"---\n{front}---\n\n{body}"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("datagov", "reports/templates"),
        autoescape=False,  # noqa: S701 - Markdown: `finalize` escapes
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= FILTERS | {"join": _joined}
    environment.globals["share"] = share
    return environment


def _escaped(value: Any) -> Any:
    return markdown(value) if isinstance(value, str) else value


def _joined(values: Any, separator: str = ", ") -> Markdown:
    return Markdown(separator.join(markdown(value) for value in values))
