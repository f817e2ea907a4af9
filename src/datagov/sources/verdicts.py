"""What a source's declaration allows, and where the scan contradicts it."""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from datagov.declared import Mistake, nearest
from datagov.errors import ConfigError
from datagov.policy import Policy
from datagov.sources.licences import LicenceVerdict, classify
from datagov.sources.registry import UNDECLARED, Source, SourceRegistry

Verdicts = dict[str, dict[str, str]]
"""Reason by category by source id; a source without objections has no category."""

_LICENCE_CATEGORIES = {
    "deny": ("licence_denied", "the licence allows nothing, or nothing is known of it"),
    "unknown": ("licence_unknown", "the licence is not in the licence table; read and add it"),
    "review": ("licence_review", "the licence has terms that a person has to judge"),
}


_SAME_WORD = 0.9
"""Likeness from which two purposes are one: pre-training and post-training are not."""


def verdicts(registry: SourceRegistry, policy: Policy, as_of: dt.date) -> Verdicts:
    """Returns the objections to each source, and to records without one.

    Args:
        registry: The declared sources.
        policy: Names the purpose that each source must permit.
        as_of: The day on which retention is judged.
    """
    found = {source.id: dict(_objections(source, policy, as_of)) for source in registry.sources}
    found[UNDECLARED] = {UNDECLARED: "no source is declared for these records"}
    return found


def check_purpose(registry: SourceRegistry, policy: Policy) -> None:
    """Refuses a purpose that a source permits but for a slip: no record of it would stay.

    Raises:
        ConfigError: With a line for each such source.
    """
    slips = []
    for i, source in enumerate(registry.sources):
        permitted = source.entry["permitted_purposes_x"]
        close = difflib.get_close_matches(policy.purpose, permitted, n=1, cutoff=_SAME_WORD)
        if close and policy.purpose not in permitted:
            slips.append(
                f"sources[{i}].permitted_purposes_x of {source.id}: permits {close[0]!r}, and the "
                f"policy's purpose is {policy.purpose!r}; write them the same way"
            )
    if slips:
        raise ConfigError("\n".join(slips))


def check_priority(registry: SourceRegistry, policy: Policy) -> None:
    """Refuses a preference for sources that the registry does not have.

    Raises:
        ConfigError: With a line for each of them.
    """
    known = [source.id for source in registry.sources]
    hint = "; no source is declared: give the registry by --sources, or leave it out"
    policy.places.refuse(
        Mistake(
            ("duplicates", "source_priority", i),
            f"no such source {name!r}{nearest(name, known) if known else hint}",
        )
        for i, name in enumerate(policy.duplicates.source_priority)
        if name not in (*known, UNDECLARED)
    )


def _objections(source: Source, policy: Policy, as_of: dt.date) -> Iterator[tuple[str, str]]:
    licence = classify(source.licences)
    if licence.licence_class in _LICENCE_CATEGORIES:
        yield _LICENCE_CATEGORIES[licence.licence_class]
    entry = source.entry
    if policy.purpose not in entry["permitted_purposes_x"]:
        permitted = ", ".join(entry["permitted_purposes_x"])
        yield "purpose_not_permitted", f"permits {permitted}, not {policy.purpose}"
    until = source.retention_until
    if until and until < as_of:
        yield "retention_expired", f"was to be kept until {until}"
    if entry["data_grade_x"] == "core":
        yield "core_data", "is graded core data"
    if entry["data_grade_x"] == "important" and not entry.get("important_data_approval_x"):
        yield "important_data_unapproved", "is graded important data without an approval"
    if source.personal_information and not source.legal_basis:
        yield "legal_basis_missing", "declares personal information without a legal basis"


def describe(
    registry: SourceRegistry,
    found: Verdicts,
    findings_by_source: Mapping[str, Mapping[str, int]],
    policy: Policy,
) -> dict[str, Any]:
    """Returns the sources with verdicts and contradictions, for `evidence/sources.json`.

    Args:
        registry: The declared sources.
        found: What `verdicts` returned.
        findings_by_source: Number of findings by detector by source.
        policy: Tells what each verdict leads to.
    """
    return {
        "source_field": registry.source_field,
        "registry_digest": registry.digest if registry.sources else None,
        "purpose": policy.purpose,
        "sources": [
            _described(source, found[source.id], findings_by_source.get(source.id, {}), policy)
            for source in registry.sources
        ],
        UNDECLARED: _verdict_rows(found[UNDECLARED], policy),
    }


def _described(
    source: Source, objections: Mapping[str, str], findings: Mapping[str, int], policy: Policy
) -> dict[str, Any]:
    entry = source.entry
    licence: LicenceVerdict = classify(source.licences)
    return {
        "id": source.id,
        "title": entry["title"],
        "owner": entry["owner_x"],
        "licence": list(source.licences),
        "licence_class": licence.licence_class,
        "licence_choice": licence.choice,
        "obligations": list(licence.obligations),
        "acquisition": entry["acquisition_x"],
        "legal_basis": entry.get("legal_basis_x"),
        "personal_information": entry["personal_information_x"],
        "retention_until": entry.get("retention_until_x"),
        "data_grade": entry["data_grade_x"],
        "important_data_approval": entry.get("important_data_approval_x"),
        "permitted_purposes": entry["permitted_purposes_x"],
        "origin_countries": _places(entry["provenance"].get("origin-geography")),
        "storage_countries": _places(entry["use"].get("storage-allowed")),
        "processing_countries": _places(entry["use"].get("processing-included")),
        "cross_border": entry["cross_border_x"],
        "ip_contact": entry.get("ip_contact_x"),
        "declared_by": entry["declared_by_x"],
        "verdicts": _verdict_rows(objections, policy),
        "contradictions": list(_contradictions(source, findings)),
    }


def _places(places: list[dict[str, str]] | None) -> list[str]:
    return [place["country"] for place in places or ()]


def _verdict_rows(objections: Mapping[str, str], policy: Policy) -> list[dict[str, str]]:
    return [
        {
            "category": category,
            "reason": reason,
            "action": policy.action("sources", category, 1.0),
        }
        for category, reason in objections.items()
    ]


def _contradictions(source: Source, findings: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Yields what was declared and found otherwise: the most useful finding an auditor gets."""
    n_personal = findings.get("pii", 0)
    if source.personal_information is False and n_personal:
        yield {
            "field": "personal_information_x.contains",
            "declared": "contains no personal information",
            "found": f"{n_personal} findings of personal information",
        }
