"""Presidio as the peer of the benchmarks: its own recognisers and its context, without a model.

Texts are parted into tokens by a blank English spaCy; a token stands for its lemma. The time of a
model and of recognisers that need one is left out.
"""

import inspect
import logging

import spacy
import tldextract
from presidio_analyzer import (
    EntityRecognizer,
    PatternRecognizer,
    RecognizerRegistry,
    predefined_recognizers,
)
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts

logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
# Without this Presidio would fetch a newer list of suffixes.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

PHONE_REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")
"""Those of Presidio's regions that libphonenumber knows."""


def every_recogniser(languages=("en",)):
    """Returns all pattern recognisers of these languages, and that of phone numbers."""
    kinds = (
        each for _, each in sorted(inspect.getmembers(predefined_recognizers, inspect.isclass))
    )
    made = [k() for k in kinds if issubclass(k, PatternRecognizer) and k is not PatternRecognizer]
    made = [each for each in made if each.supported_language in languages]
    return [*made, predefined_recognizers.PhoneRecognizer()]


def default_recognisers():
    """Returns those that Presidio loads for English if nothing is said, but none with a model."""
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    own = (PatternRecognizer, predefined_recognizers.PhoneRecognizer)
    return [each for each in registry.recognizers if isinstance(each, own)]


class Tokens:
    """What Presidio asks of an NLP engine."""

    def __init__(self):
        self.nlp = spacy.blank("en")
        self.nlp.max_length = 1 << 30

    def is_stopword(self, word, _language):
        return self.nlp.vocab[word].is_stop

    def is_punct(self, word, _language):
        return self.nlp.vocab[word].is_punct


class Presidio:
    """What AnalyzerEngine.analyze does with these recognisers."""

    def __init__(self, recognisers):
        self.recognisers = recognisers
        self.enhancer = LemmaContextAwareEnhancer()
        self.tokens = Tokens()

    @property
    def entities(self):
        return tuple(sorted({each.supported_entities[0] for each in self.recognisers}))

    def results(self, text):
        """Returns all results, with the scores that context gives them."""
        doc = self.tokens.nlp(text)
        words = [token.text for token in doc]
        starts = [token.idx for token in doc]
        artifacts = NlpArtifacts([], doc, starts, words, self.tokens, "en")
        results = []
        for each in self.recognisers:
            results += each.analyze(text, each.supported_entities, artifacts)
        return self.enhancer.enhance_using_context(text, results, artifacts, self.recognisers)

    def kept(self, results, min_score):
        """Returns the results of this score and more that lie in no other of their entity."""
        return EntityRecognizer.remove_duplicates([r for r in results if r.score >= min_score])
