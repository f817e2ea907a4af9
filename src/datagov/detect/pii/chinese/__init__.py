"""Chinese identifiers, with boundaries that hold beside Han characters."""

from datagov.detect.pii.chinese.accounts import ACCOUNTS
from datagov.detect.pii.chinese.addresses import ADDRESSES
from datagov.detect.pii.chinese.finance import FINANCE
from datagov.detect.pii.chinese.identity import IDENTITY
from datagov.detect.pii.chinese.phones import PHONES
from datagov.detect.pii.chinese.travel import TRAVEL
from datagov.detect.pii.chinese.vehicles import VEHICLES

CHINESE_RECOGNISERS = (*IDENTITY, *TRAVEL, *PHONES, *FINANCE, *VEHICLES, *ACCOUNTS, *ADDRESSES)

__all__ = ["CHINESE_RECOGNISERS"]
