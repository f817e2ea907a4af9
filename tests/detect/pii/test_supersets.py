"""What is scanned for ends at each match, or behind the one character that may not be of it."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_texts import text_of

from datagov.detect.multipattern import CASELESS, DOTALL, MULTILINE, PREFILTER, Expression, find
from datagov.detect.pii.chinese import CHINESE_RECOGNISERS
from datagov.detect.pii.folding import fold
from datagov.detect.pii.presidio import presidio_recognisers
from datagov.detect.pii.searching import shape_of
from datagov.detect.pii.supersets import superset
from datagov.detect.pii.worldwide import WORLDWIDE_RECOGNISERS

PATTERNS = [
    (recogniser, pattern)
    for recogniser in CHINESE_RECOGNISERS
    for pattern in recogniser.patterns
    if not pattern.superset
]
SHAPES = [shape_of(*each) for each in PATTERNS]
SOUGHT = tuple(
    Expression(i, f"(?i){shape.pattern}", DOTALL | PREFILTER) for i, shape in enumerate(SHAPES)
)
PIECES = ("1", "5", "1234567", "20", "19900101", "A", "e", "K", "(", ")", "-", " ", ".", "_", "汉")
TEXTS = st.lists(st.sampled_from((*PIECES, "１", "Ａ", "é", "ſ", "٣")), max_size=14).map("".join)


@given(TEXTS.map(fold))
def test_matches_in_folded_texts_are_seen_one_character_late_at_most(text):
    data = f"\n{text}\n".encode()
    hits = find(SOUGHT, data)
    seen = set(zip(hits.ids.tolist(), hits.ends.tolist(), strict=True))
    for number, (recogniser, pattern) in enumerate(PATTERNS):
        for match in regex.finditer(pattern.regex, text, recogniser.flags, overlapped=True):
            end = len(f"\n{text[: match.end()]}".encode())
            assert (number, end + SHAPES[number].late) in seen


IPS = next(each for each in presidio_recognisers("en") if each.name == "IpRecognizer")
IPS_SOUGHT = tuple(
    Expression(i, f"(?i){pattern.superset}", DOTALL | PREFILTER)
    for i, pattern in enumerate(IPS.patterns)
    if pattern.superset
)
PIECES_OF_IPS = st.sampled_from(("a", "1F", "20b", ":", "::", "1.2.3.4", "/8", "%e", " ", "g"))


@given(st.lists(PIECES_OF_IPS, max_size=24).map("".join))
def test_ip_addresses_are_seen_where_they_end_or_within_if_they_have_no_greatest_width(text):
    hits = find(IPS_SOUGHT, f"\n{text}\n".encode())
    for expression in IPS_SOUGHT:
        pattern = IPS.patterns[expression.id]
        is_limited = superset(pattern.regex, "").max_width is not None
        ends = set((hits.ends[hits.ids == expression.id] - 1).tolist())
        for match in regex.finditer(pattern.regex, text, IPS.flags, overlapped=True):
            seen = {match.end()} if is_limited else set(range(match.start() + 1, match.end() + 1))
            assert seen & ends


@pytest.mark.parametrize(
    ("pattern", "late"),
    [
        (r"\d{7}(?![0-9A-Z])", 1),
        (r"\d{7}(?!\d)(?![.]\d)", 1),
        (r"\d{7}(?![.]\d)", 0),
        (r"\d{7}(?!\n)", 0),
        (r"\d{7,}(?!\d)", 0),
        (r"\d{7}\b", 0),
    ],
)
def test_a_character_behind_is_asked_for_where_one_is_refused(pattern, late):
    assert superset(pattern, "", in_folded=True).late == late
    assert superset(pattern, "").late == 0


BY_HAND = [
    (recogniser, pattern)
    for recogniser in (*CHINESE_RECOGNISERS, *WORLDWIDE_RECOGNISERS)
    for pattern in recogniser.patterns
    if pattern.superset
]
BY_HAND_SOUGHT = tuple(
    Expression(i, pattern.superset, DOTALL | MULTILINE | PREFILTER | CASELESS)
    for i, (_, pattern) in enumerate(BY_HAND)
)


@pytest.mark.parametrize("number", range(len(BY_HAND)))
@settings(max_examples=300, deadline=None)
@given(rng=st.randoms(use_true_random=False), change=st.sampled_from((str, str.upper)))
def test_what_is_written_by_hand_sees_every_match_that_counts(number, rng, change):
    recogniser, pattern = BY_HAND[number]
    text = fold(f" {change(text_of(pattern.regex, rng))} ")
    hits = find(BY_HAND_SOUGHT, f"\n{text}\n".encode())
    seen = set(hits.ends[hits.ids == number].tolist())
    has_end = shape_of(recogniser, pattern).max_width is not None
    for match in regex.finditer(pattern.regex, text, recogniser.flags):
        if recogniser.entity == "PHONE_NUMBER" and not recogniser.score(pattern, match.group()):
            # What is scanned for has as many digits as a phone number.
            continue
        last = match.end() + pattern.late
        first = match.end() if has_end else match.start() + 1
        ends = {len(f"\n{text[:end]}".encode()) for end in range(first, last + 1)}
        assert seen & ends, (pattern.name, match.group())
