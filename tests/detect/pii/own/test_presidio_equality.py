"""One's own recognisers find what Presidio's PatternRecognizer of the same YAML does."""

from functools import lru_cache

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from oracle import Finding, engine
from presidio_analyzer import EntityRecognizer, PatternRecognizer
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.recognizer_registry import RecognizerRegistry

from datagov.declared import manifest
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.own.recognisers import load_recognisers
from datagov.detect.pii.own.soundness import FLAGS, UnsoundPattern, sound_pattern
from datagov.detect.pii.rules import Recogniser

ATOMS = st.sampled_from(
    (
        *("a", "b", "K", "1", "-", " ", "é", "工", r"\.", r"\d", r"\w", r"\s", "[a-c]", "[^a]"),
        *("[A-Z0-9]", "[\u4e00-\u9fff]", ".", "(?:ab|a)", "(?:a|b1)", "(a1?)", r"\W", "[é-ü]"),
    )
)
COUNTS = st.sampled_from(("", "", "", "?", "+", "*", "{2}", "{1,3}", "{2,}", "+?", "{2,40}"))
EDGES = st.sampled_from(("", "", r"\b", "(?<!a)", r"(?<=\W)", "^", r"(?<![\w.])"))
ENDS = st.sampled_from(("", "", r"\b", "(?!a)", r"(?=\W|$)", "$", r"(?!\w)"))


@st.composite
def patterns(draw):
    """Draws a pattern that can be used."""
    parts = draw(st.lists(st.tuples(ATOMS, COUNTS).map("".join), min_size=1, max_size=5))
    pattern = draw(EDGES) + "".join(parts) + draw(ENDS)
    try:
        sound_pattern("p", pattern, 0.5, FLAGS)
    except UnsoundPattern:
        assume(False)
    return pattern


WORDS = (
    *("a", "ab", "abc", "b", "1", "11", "a1", "aaab", "K", "k", "工", "工号", "é", "É", "ü", "-"),
    *(
        ".",
        " ",
        "  ",
        "\n",
        "\t",
        "_",
        "badge",
        "Badge:",
        "number",
        "é1",
        "New",
        "york",
        "new york",
    ),
    *("A.B", "ſ", "\u212a", "İ", "，", "\u00a0", "😀", "Σ", "ς", "aaaaaaaaaaaa", "1111111111"),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=25).map("".join)
TERMS = st.lists(
    st.sampled_from(
        (
            "a",
            "ab",
            "New",
            "New York",
            "york",
            "A.B",
            "工号",
            "é",
            "k",
            "b.",
            ".net",
            "-",
            "ς",
            "a 1",
        )
    ),
    min_size=1,
    max_size=6,
    unique=True,
)
SCORES = st.sampled_from((0.05, 0.3, 0.5, 0.85, 1.0))


@lru_cache(maxsize=1)
def enhancer():
    return LemmaContextAwareEnhancer()


def presidios(recognisers, text: str, min_score: float) -> list[Finding]:
    doc = engine().nlp(text)
    words = [token.text for token in doc]
    artifacts = NlpArtifacts([], doc, [token.idx for token in doc], words, engine(), "en")
    results = [r for each in recognisers for r in each.analyze(text, [], artifacts)]
    results = enhancer().enhance_using_context(text, results, artifacts, recognisers)
    results = EntityRecognizer.remove_duplicates([r for r in results if r.score >= min_score])
    return sorted((r.entity_type, r.start, r.end, round(r.score, 4)) for r in results)


def ours(recognisers: tuple[Recogniser, ...], text: str, min_score: float) -> list[Finding]:
    detector = PiiDetector(
        min_score,
        (),
        context_only=(),
        without=(),
        additions=False,
        plausible_only=False,
        recognisers=recognisers,
    )
    rows = detector.detect([text]).to_pylist()
    return sorted((r["category"], r["start"], r["end"], round(r["score"], 4)) for r in rows)


def both(tmp_path, document):
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    registry = RecognizerRegistry()
    registry.recognizers = []
    registry.add_recognizers_from_yaml(path)
    return registry.recognizers, load_recognisers(path)


CHOSEN = st.lists(st.tuples(patterns(), SCORES), min_size=1, max_size=2)


@settings(max_examples=25)
@given(CHOSEN, TEXTS, st.booleans())
@example([(" ", 0.5)], "a ", True)
@example([(" ", 0.05)], "new york工号", True)
@example([(" ", 0.05)], "工号 a  b", True)
def test_patterns_find_what_presidios_do(tmp_path_factory, chosen, text, with_context):
    check_patterns(tmp_path_factory.mktemp("own"), chosen, text, with_context)


@pytest.mark.slow
@settings(max_examples=1000)
@given(CHOSEN, TEXTS, st.booleans())
def test_many_patterns_find_what_presidios_do(tmp_path_factory, chosen, text, with_context):
    check_patterns(tmp_path_factory.mktemp("own"), chosen, text, with_context)


def check_patterns(folder, chosen, text, with_context):
    """Where Presidio finds anything: it raises for a match that begins in no token.

    Such is a blank at the end of the text: spaCy makes no token of it, and context is looked for
    from there.
    """
    document = {
        "name": "Own",
        "supported_entity": "OWN",
        "patterns": [
            {"name": str(i), "regex": pattern, "score": score}
            for i, (pattern, score) in enumerate(chosen)
        ],
        "context": ["badge", "工号"] if with_context else [],
    }
    theirs, own = both(folder, {"recognizers": [document]})
    found = ours(own, text, 0.0)
    try:
        expected = presidios(theirs, text, 0.0)
    except ValueError as error:
        if "in the list of tokens" not in str(error):
            raise
        return
    assert found == expected


@settings(max_examples=60)
@given(TERMS, SCORES, TEXTS, st.sampled_from((0.0, 0.4)))
def test_deny_lists_find_what_presidios_do(tmp_path_factory, terms, score, text, min_score):
    document = {
        "name": "Own",
        "supported_entities": ["OWN"],
        "deny_list": terms,
        "deny_list_score": score,
        "patterns": [{"name": "digits", "regex": r"\d[\d ]{1,3}", "score": 0.3}],
        "context": ["badge"],
    }
    theirs, own = both(tmp_path_factory.mktemp("own"), {"recognizers": [document]})
    assert ours(own, text, min_score) == presidios(theirs, text, min_score)


@pytest.mark.parametrize("flags", [0, 2, 8, 16, 26])
def test_flags_are_those_of_the_file(tmp_path, flags):
    patterns = [{"name": "p", "regex": "^a.b$", "score": 0.5}]
    document = {
        "name": "Own",
        "supported_entity": "OWN",
        "patterns": patterns,
        "deny_list": ["New"],
        "global_regex_flags": flags,
    }
    theirs, own = both(tmp_path, {"recognizers": [document]})
    for text in ("a-b", "A-B", "x\na-b\ny", "a\nb", "new New"):
        assert ours(own, text, 0.0) == presidios(theirs, text, 0.0)


def test_the_example_finds_what_it_does_in_presidio(tmp_path):
    document = yaml.safe_load(manifest("examples/recognisers.yaml"))
    (tmp_path / "own.yaml").write_text(manifest("examples/recognisers.yaml"), "utf-8")
    for entry in document["recognizers"]:
        # Presidio makes one recogniser per language; in English these are they.
        for language in entry.pop("supported_languages", []):
            entry["context"] = [*entry.get("context", []), *language["context"]]
    theirs = [PatternRecognizer.from_dict(entry) for entry in document["recognizers"]]
    text = "Order 123456 went to EMP-654321, who leads project Bluebird. " + "Birds fly. " * 9
    text += "Nobody ever saw a Kingfisher or 999999 of them."
    found = ours(load_recognisers(tmp_path / "own.yaml"), text, 0.4)
    assert found == presidios(theirs, text, 0.4)
    assert [text[start:end] for _, start, end, _ in found] == ["EMP-654321", "Bluebird"]
