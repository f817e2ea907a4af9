"""Keys are made once, readable by nobody else, and refused when somebody could have read them."""

import os
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from datagov.errors import ConfigError
from datagov.lineage import keys


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config/datagov"


def test_a_new_pair_belongs_together_and_only_its_owner_reads_the_private_one(
    tmp_path: Path,
) -> None:
    old = os.umask(0)
    try:
        pair = keys.generate(tmp_path / "deep/keys")
    finally:
        os.umask(old)
    assert (mode(pair.private), mode(pair.public)) == (0o600, 0o644)
    assert mode(tmp_path / "deep/keys") == 0o700
    signer, public = keys.load_signer(pair.private), keys.load_public_key(pair.public)
    assert signer.public_key == public
    assert pair.key_id == public.keyid
    public.verify_signature(signer.sign(b"message"), b"message")
    assert sorted(p.name for p in (tmp_path / "deep/keys").iterdir()) == [
        "signing.pem",
        "signing.pub.pem",
    ]


@pytest.mark.parametrize("name", ["signing.pem", "signing.pub.pem"])
def test_keys_are_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(ConfigError, match="not overwritten"):
        keys.generate(tmp_path)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["precious"]


def test_the_users_key_is_made_once(home: Path) -> None:
    first = keys.user_key()
    assert first == keys.user_key()
    assert first.private == home / "signing.pem"
    assert (mode(home), mode(first.private)) == (0o700, 0o600)


def test_a_relative_config_home_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert keys.user_key().private == tmp_path / ".config/datagov/signing.pem"


def _made(config: str) -> tuple[str, bytes]:
    os.environ["XDG_CONFIG_HOME"] = config
    return keys.user_key().key_id, keys.fingerprint_key()


def test_processes_that_start_at_once_get_the_same_keys(home: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        made = set(pool.map(_made, [str(home.parent)] * 16))
    assert len(made) == 1
    assert sorted(p.name for p in home.iterdir()) == [
        "fingerprint.key",
        "signing.pem",
        "signing.pub.pem",
    ]


def test_a_lost_or_foreign_public_key_is_made_anew_from_the_private_one(home: Path) -> None:
    pair = keys.user_key()
    pair.public.write_text("something else")
    assert keys.user_key().key_id == keys.load_public_key(pair.public).keyid
    pair.public.unlink()
    keys.user_key()
    assert keys.load_public_key(pair.public).keyid == pair.key_id


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o601])
def test_a_secret_that_others_may_read_is_refused_with_the_command_that_mends_it(
    home: Path, bits: int
) -> None:
    pair = keys.user_key()
    keys.fingerprint_key()
    for path, load in (
        (pair.private, keys.user_key),
        (home / "fingerprint.key", keys.fingerprint_key),
    ):
        path.chmod(bits)
        with pytest.raises(ConfigError, match=f"chmod 600 {path}"):
            load()


def test_a_key_folder_that_others_may_write_to_is_refused(home: Path) -> None:
    home.mkdir(parents=True)
    home.chmod(0o777)
    with pytest.raises(ConfigError, match=f"chmod 700 {home}"):
        keys.user_key()


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigError, match="cannot keep keys here"):
        keys.user_key()
    with pytest.raises(ConfigError, match="cannot keep keys here"):
        keys.generate(tmp_path / "file/keys")


def test_files_that_hold_no_key_of_the_right_kind_are_refused(tmp_path: Path) -> None:
    pair = keys.generate(tmp_path)
    private = load_pem_private_key(pair.private.read_bytes(), None)
    encrypted = private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    other = generate_private_key(SECP256R1())
    wrong = {
        "empty": b"",
        "noise": b"\xff\x00",
        "encrypted": encrypted,
        "other": other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "public": pair.public.read_bytes(),
    }
    for name, content in wrong.items():
        path = tmp_path / name
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(ConfigError, match=name):
            keys.load_signer(path)
    public_ones = {
        "empty": b"",
        "noise": b"\xff\x00",
        "private": pair.private.read_bytes(),
        "other": other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }
    for name, content in public_ones.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ConfigError, match=name):
            keys.load_public_key(tmp_path / name)
    for load in (keys.load_signer, keys.load_public_key):
        with pytest.raises(ConfigError, match="missing: no such file; name "):
            load(tmp_path / "missing")


def test_the_fingerprint_key_is_32_bytes_made_once_and_named_without_telling_it(
    tmp_path: Path,
) -> None:
    path = keys.generate_fingerprint_key(tmp_path / "project")
    key = keys.fingerprint_key(path)
    assert len(key) == 32
    assert keys.fingerprint_key(path) == key
    assert mode(path) == 0o600
    assert keys.key_id(key) == keys.key_id(key)
    assert keys.key_id(key) != keys.key_id(bytes(32))
    assert keys.key_id(key) not in key.hex()


def test_a_fingerprint_key_that_is_named_and_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"typo\.key: no such file"):
        keys.fingerprint_key(tmp_path / "typo.key")
    assert not (tmp_path / "typo.key").exists()


@pytest.mark.parametrize("content", [b"", b"ab", b"g" * 64, b"A" * 64, b"0" * 66, b"\xff" * 64])
def test_a_damaged_fingerprint_key_is_refused_and_not_replaced(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "fingerprint.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="64 hex digits"):
        keys.fingerprint_key(path)
    assert path.read_bytes() == content
