"""What Presidio's patterns leave out everywhere: other issuers' cards, announced phone numbers."""

from datagov.detect.pii.worldwide.cards import CARDS
from datagov.detect.pii.worldwide.phones import PHONES

WORLDWIDE_RECOGNISERS = (*CARDS, *PHONES)
