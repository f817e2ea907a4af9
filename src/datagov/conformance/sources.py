"""The declared sources as `evidence/sources.json` has them, typed for rules."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNDECLARED = "undeclared"

MANDATORY = (
    "id",
    "title",
    "owner",
    "licence",
    "acquisition",
    "permitted_purposes",
    "personal_information",
    "data_grade",
    "origin_countries",
    "cross_border",
    "declared_by",
)


@dataclass(frozen=True)
class Source:
    """One declared source.

    Attributes:
        id: Its id in the registry.
        licences: Licence expressions that hold together.
        licence_class: allow, attribution, share_alike, review, unknown or deny.
        acquisition: open_source, self_collected, commercial, user_input, synthetic, public_sector.
        acquisition_evidence: Each with `kind`, `uri` and perhaps `sha256`.
        basis: Legal basis, "" when none is named.
        basis_evidence: Each with `kind`, `uri`, perhaps `sha256` and `scope`.
        personal: Whether personal information is declared; None when the declarer does not know.
        sensitive: Classes of sensitive personal information that are declared.
        purposes: What the source may be used for.
        retention_until: Last day on which it may be kept.
        grade: general, important or core; "" when ungraded.
        approval: Reference of the approval to use important data, "" when there is none.
        countries: Places by `origin`, `storage` and `processing`.
        abroad: Whether it is provided abroad; None when nothing is declared.
        route: Legal route of the transfer.
        route_reference: Reference of the route's document, "" when there is none.
        ip_contact: Whom rights holders write to, "" when nobody is named.
        missing: Mandatory fields that are empty.
        contradictions: What the scan found otherwise than declared, in words.
    """

    id: str
    licences: tuple[str, ...]
    licence_class: str
    acquisition: str
    acquisition_evidence: tuple[Mapping[str, str], ...]
    basis: str
    basis_evidence: tuple[Mapping[str, str], ...]
    personal: bool | None
    sensitive: tuple[str, ...]
    purposes: tuple[str, ...]
    retention_until: dt.date | None
    grade: str
    approval: str
    countries: Mapping[str, tuple[str, ...]]
    abroad: bool | None
    route: str
    route_reference: str
    ip_contact: str
    missing: tuple[str, ...]
    contradictions: tuple[str, ...]


def declared_sources(document: Mapping[str, Any]) -> dict[str, Source]:
    """Returns the sources in `document`, the content of `evidence/sources.json`, by id."""
    sources = [_source(entry) for entry in document.get("sources", ())]
    return {source.id: source for source in sources}


def _source(entry: Mapping[str, Any]) -> Source:
    acquisition = entry.get("acquisition") or {}
    basis = entry.get("legal_basis") or {}
    personal = entry.get("personal_information") or {}
    transfer = entry.get("cross_border") or {}
    until = entry.get("retention_until")
    contains = personal.get("contains")
    return Source(
        id=entry["id"],
        licences=tuple(entry.get("licence") or ()),
        licence_class=entry.get("licence_class") or "unknown",
        acquisition=acquisition.get("class") or "",
        acquisition_evidence=tuple(acquisition.get("evidence") or ()),
        basis=basis.get("basis") or "",
        basis_evidence=tuple(basis.get("evidence") or ()),
        personal=contains if isinstance(contains, bool) else None,
        sensitive=tuple(personal.get("sensitive") or ()),
        purposes=tuple(entry.get("permitted_purposes") or ()),
        retention_until=dt.date.fromisoformat(until) if until else None,
        grade=entry.get("data_grade") or "",
        approval=entry.get("important_data_approval") or "",
        countries={
            part: tuple(entry.get(f"{part}_countries") or ())
            for part in ("origin", "storage", "processing")
        },
        abroad=transfer.get("provided_abroad"),
        route=transfer.get("route") or "none",
        route_reference=transfer.get("reference") or "",
        ip_contact=entry.get("ip_contact") or "",
        missing=tuple(name for name in MANDATORY if not entry.get(name)),
        contradictions=tuple(
            f"declared: {found['declared']}; found: {found['found']}"
            for found in entry.get("contradictions", ())
        ),
    )
