"""Why something counts as a secret, for a person to read: the scale of the score in words."""

from datagov.detect.secrets.rules import (
    ASSIGNED_SECRET,
    BASIC_AUTH,
    CONFIRMED,
    CONNECTION_STRING,
    DISTINCTIVE,
    REFUTED,
)

_LEAST = 0.4
"""Below stand placeholders, documented examples and well-known passwords."""

_BY_NAME = {
    ASSIGNED_SECRET: "what it is called, and how random it is",
    BASIC_AUTH: "where it stands, and how random it is",
    CONNECTION_STRING: "where it stands, and how random it is",
}


def why(category: str, score: float) -> str:
    """Returns what the score of a finding rests on; see SecretsDetector for the scale."""
    score = round(score, 2)
    if score < _LEAST:
        return "looks like a placeholder, an example or a well-known password"
    if category in _BY_NAME:
        return _BY_NAME[category]
    if score >= CONFIRMED:
        return "a checksum or a decoded structure confirms it"
    if score >= DISTINCTIVE:
        return "begins and is as long as nothing else, and looks random"
    if score == REFUTED:
        return "begins and is as long as a token, but its checksum fails"
    return "what it is called, and how random it is"
