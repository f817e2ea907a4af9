from datagov.reports.entities import looked_for_by_models

NER = {
    "engine": "spacy",
    "models": [
        {"language": "en", "name": "en_core_web_lg", "version": "3.8.0", "sha256": "ab"},
        {"language": "zh", "name": "names", "version": "", "sha256": "cd"},
    ],
    "entities": ["LOCATION", "PERSON"],
    "share": 0.1,
    "records": {"covered": 1_200, "partly": 30, "not_covered": 11_112},
    "texts": {"covered": 1_300, "not_sampled": 11_500, "no_model": 70, "nothing_written": 9},
    "bytes": {"covered": 100, "not_sampled": 900, "no_model": 0, "nothing_written": 0},
    "by_language": {},
    "without_model": {"fr": {"texts": 20}, "de": {"texts": 50}},
}


def told(**metrics):
    return looked_for_by_models({"detectors": [{"name": "pii"}], **metrics})


def test_engine_models_and_shares_are_told():
    assert told(ner=NER) == (
        "A model looked for LOCATION, PERSON: spacy (en: en_core_web_lg 3.8.0; zh: names). "
        "It looked at 1,200 of 12,342 records (9.7 %) whole, and a part of 30 more: 1,300 of "
        "12,879 texts, 10.0 % of all text. "
        "The policy gave it a sample, 10.0 % of all texts, chosen by their digests; 11,500 texts "
        "are not in it. "
        "Texts in languages without a model were passed over: de 50, fr 20. "
        "It was not asked again about text in which something was redacted. "
        "Elsewhere names were found without a model, by lists and what stands beside them."
    )


def test_what_covers_all_says_so_in_few_sentences():
    everything = NER | {
        "share": 1,
        "records": {"covered": 5, "partly": 0, "not_covered": 0},
        "texts": {"covered": 5},
        "bytes": {"covered": 50},
        "without_model": {},
    }
    assert told(ner=everything).endswith(
        "It looked at 5 of 5 records (100 %) whole: 5 of 5 texts, 100 % of all text. "
        "It was not asked again about text in which something was redacted."
    )


def test_names_without_a_model_are_told_as_such():
    said = "No model for named entities ran: names of persons were found without a model"
    assert told().startswith(said)
    assert told(ner=None).startswith(said)


def test_names_that_nobody_looked_for_are_told():
    detectors = [{"name": "pii", "options": {"names": False}}]
    assert told(detectors=detectors) == "Names of persons were not looked for."
    assert told(detectors=detectors, ner=NER).endswith("Elsewhere names were not looked for.")


def test_card_and_report_say_it(make_release):
    release = make_release(metrics={"ner": NER})
    card = (release / "README.md").read_text("utf-8").replace("\\", "")
    report = (release / "report/index.html").read_text("utf-8")
    for text in (card, report):
        assert told(ner=NER) in text
        assert "unless a rule, a list or a model knows them" in text
