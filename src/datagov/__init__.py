"""datagov: a corpus goes in, a signed release with evidence for every decision comes out.

>>> import datagov
>>> result = datagov.scan("corpus/", "release")       # doctest: +SKIP
>>> datagov.verify("release", "signing.pub.pem").ok   # doctest: +SKIP
True
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datagov.scanning import Run, ScanResult, scan
    from datagov.verification import verify

__version__ = "0.1.0"
__all__ = ["Run", "ScanResult", "__version__", "scan", "verify"]

_HOMES = {"scan": "scanning", "Run": "scanning", "ScanResult": "scanning", "verify": "verification"}


def __getattr__(name: str) -> Any:
    # Imported when first used: Beam and Great Expectations take seconds to load.
    if name not in _HOMES:
        raise AttributeError(f"module 'datagov' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"datagov.{_HOMES[name]}"), name)
