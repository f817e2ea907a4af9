"""Where a model lies on this machine, what it is called and the digest of its files."""

import hashlib
import importlib.metadata
import importlib.util
import json
from pathlib import Path

from datagov.detect.pii.ner.config import GLINER, SPACY, STANZA, TRANSFORMERS, ModelFiles
from datagov.errors import ConfigError

_PACKAGES = {
    SPACY: ("spacy",),
    STANZA: ("spacy", "stanza"),
    TRANSFORMERS: ("spacy", "transformers", "torch"),
    GLINER: ("gliner",),
}
"""What each engine needs beside Presidio; all but spaCy come with one of Presidio's extras."""


def installed(engine: str) -> tuple[str, ...]:
    """Returns the packages that an engine stands on, with versions, as `name==version`.

    Raises:
        ConfigError: One is not installed.
    """
    missing = [name for name in _PACKAGES[engine] if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"{engine} needs packages that are not installed: {', '.join(missing)}; "
            f"pip install 'presidio-analyzer[{engine}]', or name another engine"
        )
    names = ("presidio-analyzer", *_PACKAGES[engine])
    return tuple(f"{name}=={importlib.metadata.version(name)}" for name in names)


def spacy_files(name: str, folder: Path) -> ModelFiles:
    """Returns a spaCy pipeline: an installed package, or a folder.

    Raises:
        ConfigError: There is neither.
    """
    import spacy

    if spacy.util.is_package(name):
        path = spacy.util.get_package_path(name)
        return ModelFiles(name, importlib.metadata.version(name), _digest(path), name)
    found = folder / Path(name).expanduser()
    meta = found / "meta.json"
    if not meta.is_file():
        raise ConfigError(
            f"{name!r} is no installed spaCy pipeline, and {found} is no folder of one; install it "
            f"(python -m spacy download {name}, where there is a network), or name its folder"
        )
    version = str(json.loads(meta.read_text("utf-8")).get("version", ""))
    return _in_folder(found, version)


def stanza_files(name: str, folder: Path) -> ModelFiles:
    """Returns the Stanza models of a language: in Stanza's own folder, or in one that is named.

    Raises:
        ConfigError: They are not there.
    """
    # A bare name is a language: a folder beside the policy may be called `en` for other reasons.
    found = folder / Path(name).expanduser() if "/" in name else _stanza_folder() / name
    if not found.is_dir():
        raise ConfigError(
            f"{name!r}: Stanza has no models in {found}; fetch them (stanza.download({name!r}), "
            "where there is a network), or name their folder"
        )
    return _in_folder(found, "")


def _stanza_folder() -> Path:
    from stanza.resources.common import DEFAULT_MODEL_DIR

    return Path(DEFAULT_MODEL_DIR)


def hub_files(name: str, folder: Path) -> ModelFiles:
    """Returns a model of the Hugging Face Hub: in its cache on this machine, or in a folder.

    Raises:
        ConfigError: It is in neither.
    """
    named = folder / Path(name).expanduser()
    if named.is_dir():
        return _in_folder(named, "")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        path = Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError) as error:
        raise ConfigError(
            f"{name!r} is neither a folder ({named}) nor in the Hugging Face cache; fetch it (hf "
            f"download {name}, where there is a network), or name its folder"
        ) from error
    return ModelFiles(name, path.name, _digest(path), str(path))


def _in_folder(path: Path, version: str) -> ModelFiles:
    path = path.resolve()
    return ModelFiles(path.name, version, _digest(path), str(path))


def _digest(folder: Path) -> str:
    """Returns the SHA-256 over names and contents of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            with path.open("rb") as handle:
                content = hashlib.file_digest(handle, "sha256").hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()
