"""What the trusted key has signed about a release: the part of it that may be believed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from datagov.lineage import dsse, statements
from datagov.lineage.checks import Check, ContentError, differences
from datagov.lineage.files import ATTESTATIONS, EVENT_LOG, EXPECTATIONS, Listing, shown
from datagov.lineage.sign import ENVELOPES

_MAX_ENVELOPE_BYTES = 1 << 28


@dataclass(frozen=True)
class Attested:
    """The statements that the trusted key has signed, by predicate type; at least one."""

    statements: Mapping[str, Mapping[str, Any]]

    @property
    def subjects(self) -> dict[str, str]:
        """The digests by name that the first statement is about."""
        return _subjects(next(iter(self.statements.values())))

    def predicate(self, kind: str) -> Mapping[str, Any]:
        """Returns the predicate of type `kind`.

        Raises:
            ContentError: No such statement is signed by the trusted key.
        """
        if kind not in self.statements:
            raise ContentError(ENVELOPES[kind], "is not there or not trusted: this was not checked")
        predicate: Mapping[str, Any] = self.statements[kind]["predicate"]
        return predicate

    def parameters(self) -> Mapping[str, Any]:
        """Returns the `externalParameters` of the run."""
        found = self._member("buildDefinition", "externalParameters")
        return found if isinstance(found, dict) else {}

    def dependencies(self, role: str) -> dict[str, str]:
        """Returns the digests of what the release was made from, by name."""
        return dict(self.each_dependency(role))

    def each_dependency(self, role: str) -> list[tuple[str, str]]:
        """Returns name and digest of what the release was made from; names may be the same."""
        return [
            pair
            for entry in self._list("buildDefinition", "resolvedDependencies")
            if isinstance(entry, dict) and entry.get("annotations") == {"role": role}
            for pair in _digests([entry]).items()
        ]

    def byproducts(self) -> dict[str, str]:
        """Returns the digests of the reports and logs of the run, by name."""
        return _digests(self._list("runDetails", "byproducts"))

    def log(self) -> dict[str, str]:
        """Returns the digests of the files in lineage/: byproducts that are no subjects."""
        if statements.PROVENANCE_TYPE not in self.statements:
            return {}
        return {n: digest for n, digest in self.byproducts().items() if n.startswith(EVENT_LOG)}

    def times(self) -> str:
        """Returns when the run was, by what its signer says."""
        metadata = self._member("runDetails", "metadata")
        known = metadata if isinstance(metadata, dict) else {}
        return f"{known.get('startedOn')} to {known.get('finishedOn')}"

    def _member(self, *path: str) -> Any:
        node: Any = self.predicate(statements.PROVENANCE_TYPE)
        for name in path:
            node = node.get(name) if isinstance(node, dict) else None
        return node

    def _list(self, *path: str) -> list[Any]:
        found = self._member(*path)
        return found if isinstance(found, list) else []


def _subjects(statement: Mapping[str, Any]) -> dict[str, str]:
    return _digests(statement["subject"])


def _digests(entries: Any) -> dict[str, str]:
    """Returns name and sha256 of those resource descriptors that have both."""
    return {
        entry["name"]: entry["digest"]["sha256"]
        for entry in entries
        if isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("digest"), dict)
        and isinstance(entry["digest"].get("sha256"), str)
    }


def check_envelopes(
    listing: Listing, key: SSlibKey, trusted: dict[str, Mapping[str, Any]]
) -> Iterator[Check]:
    """Yields a check of each envelope; adds those statements to `trusted` that `key` signed."""
    for kind, name in ENVELOPES.items():
        if name not in listing.files:
            continue
        try:
            trusted[kind] = opened(
                listing.files[name], kind, lambda content: dsse.unseal(content, key)
            )
            yield Check("signature", True, f"signed by the trusted key {key.keyid}", name)
        except dsse.EnvelopeError as error:
            yield Check("signature", False, str(error), name, error.field)
        except OSError as error:
            yield Check("signature", False, f"cannot be read: {error.strerror}", name)


def opened(
    path: Path, kind: str, unseal: Callable[[bytes], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Returns the statement of type `kind` in an envelope that `unseal` takes it out of.

    Raises:
        EnvelopeError: The envelope is not sound, or the statement is another one.
        OSError: It cannot be read.
    """
    if path.stat().st_size > _MAX_ENVELOPE_BYTES:
        raise dsse.EnvelopeError("", "is too large for an attestation")
    statement = unseal(path.read_bytes())
    if statement.get("_type") != statements.STATEMENT_TYPE:
        raise dsse.EnvelopeError("payload._type", f"expected {statements.STATEMENT_TYPE}")
    if statement.get("predicateType") != kind:
        raise dsse.EnvelopeError("payload.predicateType", f"expected {kind} in this file")
    if not isinstance(statement.get("predicate"), dict):
        raise dsse.EnvelopeError("payload.predicate", "expected an object")
    subject = statement.get("subject")
    if not isinstance(subject, list) or not subject or len(_digests(subject)) != len(subject):
        raise dsse.EnvelopeError("payload.subject", "expected distinct names with sha256 digests")
    return statement


def check_statements(listing: Listing, attested: Attested) -> Iterator[Check]:
    """Checks that the right statements are there, and that all are about the same subjects."""
    subjects = attested.subjects
    has_gates = any(name.startswith(EXPECTATIONS) for name in subjects)
    expected = [
        name for kind, name in ENVELOPES.items() if kind != statements.TEST_RESULT_TYPE or has_gates
    ]
    for name in expected:
        if name not in listing.files:
            yield Check("statement", False, "is missing", name)
    for name in listing.files:
        if name.startswith(ATTESTATIONS) and name not in expected:
            yield Check("files", False, "is too many: nothing signed speaks of it", shown(name))
    for kind, statement in attested.statements.items():
        wrong = next(differences(subjects, _subjects(statement)), None)
        if wrong:
            detail = "has other subjects than the first statement: statements were mixed"
            yield Check("statement", False, detail, ENVELOPES[kind], f"payload.subject {wrong[0]}")
            continue
        detail = f"speaks of {len(subjects)} subjects"
        if kind == statements.PROVENANCE_TYPE:
            detail += f"; run from {attested.times()}, as its signer says"
        yield Check("statement", True, detail, ENVELOPES[kind])
