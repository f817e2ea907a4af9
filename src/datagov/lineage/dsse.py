"""Signed in-toto Statements in DSSE envelopes, in exactly one form of bytes.

A DSSE signature covers payload type and payload, not the envelope around them: key id, white
space, order of members and the unused bits of base64 could be changed without breaking it. So an
envelope counts only if it is, byte for byte, the RFC 8785 form of what it says.
"""

import base64
import binascii
import json
from typing import Any

import rfc8785
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, Signature, SSlibKey  # type: ignore[attr-defined]

from datagov.errors import VerificationError

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class EnvelopeError(VerificationError):
    """An envelope does not hold; `field` names the part of it that does not."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def seal(statement: dict[str, Any], signer: CryptoSigner) -> bytes:
    """Returns `statement`, signed, as the bytes of an envelope; equal arguments, equal bytes."""
    envelope = Envelope(rfc8785.dumps(statement), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    content: bytes = rfc8785.dumps(envelope.to_dict())
    return content


def unseal(content: bytes, key: SSlibKey) -> dict[str, Any]:
    """Returns the statement in an envelope that `key`, and nobody else, has signed.

    Raises:
        EnvelopeError: The envelope is malformed, not in canonical form, not signed by `key`, or
            its payload is no canonical JSON object.
    """
    envelope = _parsed(content)
    (signature,) = envelope.signatures.values()
    if signature.keyid != key.keyid:
        raise EnvelopeError(
            "signatures[0].keyid",
            f"signed by key {signature.keyid}, not by the trusted key {key.keyid}",
        )
    try:
        key.verify_signature(signature, envelope.pae())
    except UnverifiedSignatureError as error:
        raise EnvelopeError(
            "signatures[0].sig",
            f"the signature of key {key.keyid} does not fit the payload: one of both was changed",
        ) from error
    return _statement(envelope.payload)


def read(content: bytes) -> dict[str, Any]:
    """Returns the statement in an envelope, whoever signed it and whatever the signature says.

    Raises:
        EnvelopeError: The envelope is malformed, not in canonical form, or its payload is no
            canonical JSON object.
    """
    return _statement(_parsed(content).payload)


def _parsed(content: bytes) -> Envelope:
    body = _json_object(content, "")
    if set(body) != {"payload", "payloadType", "signatures"}:
        raise EnvelopeError("", "expected the members payload, payloadType and signatures")
    if body["payloadType"] != PAYLOAD_TYPE:
        raise EnvelopeError("payloadType", f"expected {PAYLOAD_TYPE}")
    signatures = body["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise EnvelopeError("signatures", "expected exactly one signature")
    if not isinstance(signatures[0], dict) or set(signatures[0]) != {"keyid", "sig"}:
        raise EnvelopeError("signatures[0]", "expected the members keyid and sig")
    key_id = signatures[0]["keyid"]
    if not isinstance(key_id, str):
        raise EnvelopeError("signatures[0].keyid", "expected a string")
    raw = _base64(signatures[0]["sig"], "signatures[0].sig")
    payload = _base64(body["payload"], "payload")
    return Envelope(payload, PAYLOAD_TYPE, {key_id: Signature(key_id, raw.hex())})


def _base64(text: object, field: str) -> bytes:
    """Decodes base64 of which every bit counts."""
    try:
        decoded = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        decoded = None
    if decoded is None or base64.b64encode(decoded).decode() != text:
        raise EnvelopeError(field, "is not base64 in its one canonical form")
    return decoded


def _statement(payload: bytes) -> dict[str, Any]:
    return _json_object(payload, "payload")


def _json_object(content: bytes, field: str) -> dict[str, Any]:
    """Returns a JSON object whose RFC 8785 form is `content` itself."""
    try:
        body = json.loads(content)
        canonical = rfc8785.dumps(body) == content
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(field, "is not JSON") from error
    if not isinstance(body, dict) or not canonical:
        raise EnvelopeError(field, "is not a JSON object in canonical form (RFC 8785)")
    return body
