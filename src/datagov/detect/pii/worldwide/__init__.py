"""What Presidio's patterns leave out everywhere: other issuers' cards, announced phones, paths."""

from datagov.detect.pii.worldwide.cards import CARDS
from datagov.detect.pii.worldwide.mailboxes import MAILBOXES
from datagov.detect.pii.worldwide.phones import PHONES

WORLDWIDE_RECOGNISERS = (*CARDS, *MAILBOXES, *PHONES)
