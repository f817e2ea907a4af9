"""Presidio itself as the oracle: its recognisers, its context enhancer, on spaCy's English tokens.

A token stands for its lemma, since a blank pipeline has none.
"""

import inspect
import logging
from functools import lru_cache

import spacy
import tldextract
from presidio_analyzer import (
    EntityRecognizer,
    PatternRecognizer,
    RecognizerResult,
    predefined_recognizers,
)
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts

Finding = tuple[str, int, int, float]

logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)


class Tokens:
    """What Presidio asks of an NLP engine."""

    def __init__(self) -> None:
        self.nlp = spacy.blank("en")
        self.nlp.max_length = 1 << 30

    def is_stopword(self, word: str, _language: str) -> bool:
        return self.nlp.vocab[word].is_stop

    def is_punct(self, word: str, _language: str) -> bool:
        return self.nlp.vocab[word].is_punct


@lru_cache(maxsize=1)
def engine() -> Tokens:
    # Without this Presidio would fetch a newer list of suffixes.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return Tokens()


@lru_cache(maxsize=4)
def recognisers(language: str = "en") -> tuple[EntityRecognizer, ...]:
    found = [
        kind()
        for _, kind in sorted(inspect.getmembers(predefined_recognizers, inspect.isclass))
        if issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer
    ]
    phones = predefined_recognizers.PhoneRecognizer()
    return (*(each for each in found if each.supported_language == language), phones)


def entities() -> tuple[str, ...]:
    return tuple(sorted({each.supported_entities[0] for each in recognisers()}))


def findings(text: str, min_score: float) -> list[Finding]:
    """Returns what AnalyzerEngine.analyze would with all English pattern recognisers."""
    doc = engine().nlp(text)
    words = [token.text for token in doc]
    artifacts = NlpArtifacts([], doc, [token.idx for token in doc], words, engine(), "en")
    results: list[RecognizerResult] = []
    for each in recognisers():
        results += each.analyze(text, each.supported_entities, artifacts)
    results = LemmaContextAwareEnhancer().enhance_using_context(
        text, results, artifacts, list(recognisers())
    )
    results = [result for result in results if result.score >= min_score]
    results = EntityRecognizer.remove_duplicates(results)
    return sorted((r.entity_type, r.start, r.end, round(r.score, 4)) for r in results)
