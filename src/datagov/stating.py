"""What the attestations of a run will state: what went into it, and how it was made."""

import dataclasses
import datetime as dt
import hashlib
import platform
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from datagov import __version__
from datagov.corpus.shards import Shard
from datagov.detect.detector import config_digest
from datagov.gates.suites import Suite
from datagov.lineage.statements import ROLE_EARLIER, ROLE_GATE, Dependency, Facts, inputs, packages
from datagov.release.config import ScanConfig
from datagov.release.coverage import ner_of


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        rfc8785.dumps({k: v for k, v in value.items() if k != "path"})
    ).hexdigest()


def facts(
    shards: Sequence[Shard],
    config: ScanConfig,
    suites: Sequence[Suite],
    started: dt.datetime,
    internal: Mapping[str, Any],
) -> Facts:
    """Returns what is known of a run when its attestations are made.

    Args:
        shards: What was read.
        config: What decided about the content of the release.
        suites: The gates.
        started: When the run began.
        internal: How it was run, as far as that changes nothing in the content.
    """
    declared = [
        Dependency("detector", f"{d.name}@{d.version}", sha256=config_digest(d))
        for d in config.detectors
    ]
    ner = ner_of(config)
    if ner:
        declared += [
            Dependency("model", f"{files.name}@{files.version}", sha256=files.sha256)
            for model in ner.loading.models
            for files in (model.files, model.tokenizer)
            if files
        ]
    declared.append(Dependency("policy", "policy", sha256=config.policy.digest))
    if config.registry.sources:
        declared.append(Dependency("source-registry", "sources", sha256=config.registry.digest))
    declared += [
        Dependency(ROLE_EARLIER, release.title, sha256=release.digest) for release in config.earlier
    ]
    declared += [Dependency("benchmark", b.name, sha256=b.sha256) for b in config.benchmarks]
    gates = [
        Dependency(ROLE_GATE, suite.name, sha256=_digest(dataclasses.asdict(suite)))
        for suite in suites
    ]
    return Facts(
        name=config.name,
        version=config.version,
        flags={
            "text_fields": list(config.read.text_fields),
            "chat_fields": sorted(config.read.chat_fields),
            "id_field": config.read.id_field,
            "format": config.data_format,
            "max_reject_rate": config.max_reject_rate,
            "max_record_bytes": config.read.max_record_bytes,
            "as_of": config.as_of.isoformat(),
        },
        policy=config.policy.document,
        policy_sha256=config.policy.digest,
        dependencies=[*inputs(shards), *declared, *gates, *packages()],
        invocation_id=uuid.uuid4().urn,
        started=started,
        finished=dt.datetime.now(dt.UTC),
        internal=internal,
        builder_version={"datagov": __version__, "python": platform.python_version()},
    )
