"""Keys on disk: Ed25519 pairs that sign releases, and the secret that keys fingerprints.

Private keys are PKCS #8 PEM files that nobody but their owner may read; a key that others can read
is refused, not mended, since they may have read it already.
"""

import contextlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]

from datagov.errors import ConfigError

PRIVATE_NAME = "signing.pem"
PUBLIC_NAME = "signing.pub.pem"
FINGERPRINT_NAME = "fingerprint.key"
FINGERPRINT_BYTES = 32

_KEY_ID_MESSAGE = b"datagov fingerprint key id v1"


@dataclass(frozen=True)
class KeyPair:
    """A signing key on disk.

    Attributes:
        private: Its PKCS #8 PEM file, mode 0600.
        public: The PEM file to hand to whoever verifies.
        key_id: The id that signatures carry, as securesystemslib computes it.
    """

    private: Path
    public: Path
    key_id: str


def generate(directory: Path) -> KeyPair:
    """Makes a new key pair in `directory` and returns where it is.

    Raises:
        ConfigError: A key is there already, or the directory cannot be written.
    """
    pair = (directory / PRIVATE_NAME, directory / PUBLIC_NAME)
    for path in pair:
        if path.exists():
            raise ConfigError(
                f"{path}: exists already; keys are not overwritten; choose another directory"
            )
    signer = CryptoSigner.generate_ed25519()
    with _writing_to(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(pair[0], signer.private_bytes, 0o600)
        _create(pair[1], _public_pem(signer), 0o644)
    return KeyPair(*pair, signer.public_key.keyid)


def user_key() -> KeyPair:
    """Returns the user's own key pair, made at the first call; safe in many processes at once.

    Raises:
        ConfigError: The key is damaged, readable by others, or cannot be made.
    """
    directory = _user_directory()
    private = directory / PRIVATE_NAME
    with _writing_to(directory):
        if not private.exists():
            with contextlib.suppress(FileExistsError):
                _create(private, CryptoSigner.generate_ed25519().private_bytes, 0o600)
    return key_pair(private)


def key_pair(private: Path) -> KeyPair:
    """Returns the pair of a private key file; the public one beside it is made if need be.

    Raises:
        ConfigError: The key is not usable, or the public one cannot be written.
    """
    signer = load_signer(private)
    public = private.with_suffix(".pub.pem")
    with _writing_to(private.parent):
        if not public.exists() or public.read_bytes() != _public_pem(signer):
            public.unlink(missing_ok=True)
            with contextlib.suppress(FileExistsError):
                _create(public, _public_pem(signer), 0o644)
    return KeyPair(private, public, signer.public_key.keyid)


def load_signer(path: Path) -> CryptoSigner:
    """Returns the signer for a private key file.

    Raises:
        ConfigError: It cannot be read, is readable by others, or holds no Ed25519 private key.
    """
    pem = _read_secret(path)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"{path}: is no unencrypted private key in PKCS #8 PEM; make one with 'datagov keygen'"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path}: is not an Ed25519 key; make one with 'datagov keygen'")
    return CryptoSigner(key)


def load_public_key(path: Path) -> SSlibKey:
    """Returns the key that signatures are checked against.

    Raises:
        ConfigError: The file cannot be read or holds no Ed25519 public key.
    """
    try:
        pem = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; name the public key ({PUBLIC_NAME})") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the public key: {error.strerror}") from error
    if b"PRIVATE KEY" in pem:
        raise ConfigError(f"{path}: is a private key; give the public one ({PUBLIC_NAME})")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"{path}: is no public key in PEM; expected {PUBLIC_NAME}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{path}: is not an Ed25519 key; releases are signed with Ed25519")
    return SSlibKey.from_crypto(key)


def generate_fingerprint_key(directory: Path) -> Path:
    """Returns the fingerprint key in `directory`, made when there is none; safe in many processes.

    Raises:
        ConfigError: The directory cannot be written.
    """
    path = directory / FINGERPRINT_NAME
    with _writing_to(directory):
        if not path.exists():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                _create(path, secrets.token_hex(FINGERPRINT_BYTES).encode() + b"\n", 0o600)
    return path


def fingerprint_key(path: Path | None = None) -> bytes:
    """Returns the 32 secret bytes in `path`; without one those of the user's own, made once.

    Raises:
        ConfigError: The file is missing, damaged or readable by others.
    """
    path = generate_fingerprint_key(_user_directory()) if path is None else path
    content = _read_secret(path)
    if not re.fullmatch(rb"[0-9a-f]{64}\n?", content):
        raise ConfigError(
            f"{path}: is no fingerprint key: expected {2 * FINGERPRINT_BYTES} hex digits in lower "
            "case; restore it from your backup, or make another with 'datagov keygen'"
        )
    return bytes.fromhex(content.decode().strip())


def key_id(key: bytes) -> str:
    """Returns a short public name of a secret key, from which nothing of it can be learnt."""
    return hmac.digest(key, _KEY_ID_MESSAGE, "sha256").hex()[:16]


def _user_directory() -> Path:
    """Returns the user's key directory, made if needed, after checking that it is theirs alone."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    directory = (
        Path(base if Path(base).is_absolute() else Path("~/.config").expanduser()) / "datagov"
    )
    with _writing_to(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if directory.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ConfigError(
                f"{directory}: others may write to it and so replace keys; "
                f"run: chmod 700 {directory}"
            )
    return directory


def _read_secret(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: no such file; name a key that is there, or make one with 'datagov keygen'"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the key: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f"{path}: others may read this secret key; run: chmod 600 {path}")
    return content


def _public_pem(signer: CryptoSigner) -> bytes:
    private = load_pem_private_key(signer.private_bytes, password=None)
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _create(path: Path, content: bytes, mode: int) -> None:
    """Makes `path` with all of `content` at once.

    Raises:
        FileExistsError: Somebody was quicker; theirs stays.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.link(temporary, path)
    finally:
        temporary.unlink()


@contextlib.contextmanager
def _writing_to(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{directory}: cannot keep keys here: {error.strerror}; name another key by flag"
        ) from error
