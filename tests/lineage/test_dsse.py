"""Envelopes hold in exactly one form of bytes, under exactly one key."""

import base64
import json
import string
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner

from datagov.lineage import dsse

SIGNER = CryptoSigner.generate_ed25519()
KEY = SIGNER.public_key
STATEMENT = {"_type": "x", "subject": [{"name": "数据🙂"}], "n": 1.5, "none": None}
SEALED = dsse.seal(STATEMENT, SIGNER)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_what_was_sealed_is_unsealed_and_equal_statements_give_equal_bytes(
    statement: dict[str, Any],
) -> None:
    sealed = dsse.seal(statement, SIGNER)
    assert dsse.unseal(sealed, KEY) == statement
    assert dsse.seal(dict(reversed(statement.items())), SIGNER) == sealed


def test_securesystemslib_verifies_what_we_seal() -> None:
    envelope = Envelope.from_dict(json.loads(SEALED))
    assert envelope.verify([KEY], threshold=1) == {KEY.keyid: KEY}
    assert json.loads(envelope.payload) == STATEMENT
    assert envelope.payload_type == "application/vnd.in-toto+json"


def test_every_flipped_bit_of_an_envelope_is_detected() -> None:
    for at in range(len(SEALED)):
        for bit in range(8):
            flipped = bytearray(SEALED)
            flipped[at] ^= 1 << bit
            with pytest.raises(dsse.EnvelopeError):
                dsse.unseal(bytes(flipped), KEY)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(SEALED)), st.integers(0, 4), st.binary(max_size=4))
def test_every_replaced_stretch_of_an_envelope_is_detected(
    at: int, n_removed: int, put: bytes
) -> None:
    changed = SEALED[:at] + put + SEALED[at + n_removed :]
    if changed != SEALED:
        with pytest.raises(dsse.EnvelopeError):
            dsse.unseal(changed, KEY)


def _signed(sig: object) -> Callable[[dict[str, Any]], object]:
    """Returns a change that puts `sig`, or what it makes of the old one, in its place."""
    return lambda e: e["signatures"][0].update(
        sig=sig(e["signatures"][0]["sig"]) if callable(sig) else sig
    )


def _with_spare_bits(text: str) -> str:
    """Returns other base64 of the same bytes: what is not used of the last digit is set."""
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    body = text.rstrip("=")
    other = alphabet[alphabet.index(body[-1]) + 1]
    return body[:-1] + other + "=" * (len(text) - len(body))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("signatures[0].sig", _signed(_with_spare_bits)),
        ("signatures[0].sig", _signed(lambda sig: sig.rstrip("="))),
        ("signatures[0].sig", _signed(7)),
        ("signatures[0].sig", _signed(base64.b64encode(bytes(64)).decode())),
        ("signatures[0].sig", _signed(base64.b64encode(bytes(3)).decode())),
        ("signatures[0].sig", _signed("")),
        ("signatures[0].keyid", lambda e: e["signatures"][0].update(keyid="0" * 64)),
        ("signatures[0].keyid", lambda e: e["signatures"][0].update(keyid=None)),
        ("signatures[0]", lambda e: e["signatures"][0].update(note="hello")),
        ("signatures", lambda e: e["signatures"].append(e["signatures"][0])),
        ("signatures", lambda e: e.update(signatures=[])),
        ("signatures", lambda e: e.update(signatures="none")),
        ("payload", lambda e: e.update(payload=e["payload"] + "!")),
        ("payload", lambda e: e.update(payload="数据")),
        ("payloadType", lambda e: e.update(payloadType="application/json")),
        ("", lambda e: e.update(extra=1)),
        ("", lambda e: e.pop("payload")),
    ],
)  # fmt: skip
def test_the_field_that_does_not_hold_is_named(
    field: str, change: Callable[[dict[str, Any]], object]
) -> None:
    envelope = json.loads(SEALED)
    change(envelope)
    with pytest.raises(dsse.EnvelopeError) as caught:
        dsse.unseal(rfc8785.dumps(envelope), KEY)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        SEALED + b"\n",
        b" " + SEALED,
        SEALED.replace(b'"payload"', b'"payload" '),
        SEALED.replace(b"payloadType", b"payload\\u0054ype"),
        SEALED[:-1] + b',"signatures":[]}',
        b'{"a":NaN}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\ud800"}',
        b'{"\\ud800":1}',
        SEALED.decode().encode("utf-16"),
        json.dumps(json.loads(SEALED), indent=1).encode(),
    ],
)
def test_other_bytes_of_the_same_json_and_what_is_none_are_refused(content: bytes) -> None:
    with pytest.raises(dsse.EnvelopeError):
        dsse.unseal(content, KEY)


def test_a_foreign_key_is_refused_and_both_keys_are_named() -> None:
    foreign = CryptoSigner.generate_ed25519()
    with pytest.raises(dsse.EnvelopeError) as caught:
        dsse.unseal(dsse.seal(STATEMENT, foreign), KEY)
    assert KEY.keyid in str(caught.value)
    assert foreign.public_key.keyid in str(caught.value)


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[1]", b'{ "a":1}', b'{"a":1,"a":1}', b'{"a":1.0}']
)
def test_a_payload_that_is_signed_but_not_canonical_json_is_refused(payload: bytes) -> None:
    envelope = Envelope(payload, dsse.PAYLOAD_TYPE, {})
    envelope.sign(SIGNER)
    with pytest.raises(dsse.EnvelopeError) as caught:
        dsse.unseal(rfc8785.dumps(envelope.to_dict()), KEY)
    assert caught.value.field == "payload"
