"""Personal information: Presidio's recognisers at the speed of a multi-pattern scan, and Chinese.

>>> from datagov.detect.pii import PiiDetector
>>> PiiDetector().detect(["mail me: ann@example.org"]).num_rows
1
"""

from datagov.detect.pii.detector import PiiDetector

__all__ = ["PiiDetector"]
