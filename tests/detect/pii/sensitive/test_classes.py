"""Classes: every category has one, and a class says what its law says."""

from collections import Counter
from importlib import resources

import pytest
import yaml

from datagov.detect.pii.chinese import CHINESE_RECOGNISERS
from datagov.detect.pii.entities import DEFAULT_ENTITIES
from datagov.detect.pii.presidio import presidio_recognisers
from datagov.detect.pii.sensitive.classes import (
    KINDS,
    OTHER,
    PERSONAL,
    SENSITIVE,
    Class,
    categories_of,
    class_of,
    count_by_kind,
    kinds_looked_for,
)

LANGUAGES = ("de", "en", "es", "fi", "it", "ko", "pl", "sv", "th", "tr")
MENTIONS = {
    "SENSITIVE_BIOMETRIC": "biometrics",
    "SENSITIVE_BELIEF": "belief",
    "SENSITIVE_IDENTITY": "specific_identity",
    "SENSITIVE_HEALTH": "medical_health",
    "SENSITIVE_FINANCE": "financial_accounts",
    "SENSITIVE_LOCATION": "whereabouts",
    "SENSITIVE_MINOR": "minors_under_14",
}
LISTED = {*categories_of(PERSONAL), *categories_of(OTHER)}


def test_every_category_of_every_recogniser_is_listed():
    of_presidio = {r.entity for lang in LANGUAGES for r in presidio_recognisers(lang)}
    emitted = of_presidio | {r.entity for r in CHINESE_RECOGNISERS} | {*DEFAULT_ENTITIES, *MENTIONS}
    assert emitted - LISTED == set()


def test_no_category_is_listed_twice():
    path = resources.files("datagov.detect.pii.sensitive").joinpath("classes.yaml")
    declared = yaml.safe_load(path.read_text("utf-8"))
    groups = [*declared[SENSITIVE].values(), declared[PERSONAL], declared[OTHER]]
    counts = Counter(name for group in groups for name in group["categories"])
    assert [name for name, n in counts.items() if n > 1] == []
    assert all(group["source"] for group in groups)
    assert tuple(declared[SENSITIVE]) == KINDS


@pytest.mark.parametrize(("category", "kind"), [*MENTIONS.items(), ("IBAN_CODE", KINDS[4])])
def test_sensitive_categories_have_the_kind_of_article_28(category, kind):
    assert class_of(category) == Class(SENSITIVE, kind)
    assert category in categories_of(kind)
    assert category in categories_of(SENSITIVE)
    assert category in categories_of(PERSONAL)


def test_what_names_no_person_is_not_personal():
    assert class_of("CN_USCC") == Class(OTHER)
    assert class_of("SECRET_AWS_KEY") == class_of("SECRET_JWT") == Class(OTHER)
    assert "SECRET_*" in categories_of(OTHER)
    assert not set(categories_of(OTHER)) & set(categories_of(PERSONAL))


def test_an_unknown_category_is_personal():
    assert class_of("EMPLOYEE_NUMBER") == class_of("") == class_of("姓名🙂") == Class(PERSONAL)
    assert categories_of("no such class") == ()


def test_a_kind_is_looked_for_only_when_all_that_stands_for_it_is():
    assert kinds_looked_for(["UK_NHS", "US_MBI"]) == ()
    assert kinds_looked_for(["SENSITIVE_FINANCE", "CREDIT_CARD"]) == ()
    everything = categories_of(SENSITIVE)
    assert kinds_looked_for(everything) == KINDS
    without = [c for c in everything if c != "SENSITIVE_BELIEF"]
    assert set(KINDS) - set(kinds_looked_for(without)) == {"belief"}


def test_counts_are_unknown_for_what_was_not_looked_for():
    found = {"SENSITIVE_HEALTH": 3, "UK_NHS": 2, "EMAIL_ADDRESS": 9}
    counts = count_by_kind(found, ["SENSITIVE_HEALTH", "SENSITIVE_MINOR"])
    assert counts == dict.fromkeys(KINDS) | {"medical_health": 5, "minors_under_14": 0}
    assert count_by_kind({"CREDIT_CARD": 1}, [])["financial_accounts"] == 1
