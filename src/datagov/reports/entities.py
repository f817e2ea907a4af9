"""How a release says which model looked for names, and at how much: for the card and the report."""

from collections.abc import Iterator, Mapping
from typing import Any

from datagov.reports.wording import count, share

SHOWN_LANGUAGES = 20


def looked_for_by_models(metrics: Mapping[str, Any]) -> str:
    """Returns in a few sentences who looked for names, and at what share of the corpus."""
    ner = metrics.get("ner")
    options = [each.get("options", {}) for each in metrics["detectors"] if each["name"] == "pii"]
    by_lists = all(each.get("names", True) for each in options)
    return _without_model(by_lists) if ner is None else " ".join(_with_model(ner, by_lists))


def _without_model(by_lists: bool) -> str:
    if not by_lists:
        return "Names of persons were not looked for."
    return (
        "No model for named entities ran: names of persons were found without a model, by lists of "
        "names and what stands beside them; one that no list and no word announces was missed."
    )


def _with_model(ner: Mapping[str, Any], by_lists: bool) -> Iterator[str]:
    records, texts, n_bytes = ner["records"], ner["texts"], ner["bytes"]
    models = "; ".join(
        f"{model['language']}: {' '.join(filter(None, (model['name'], model['version'])))}"
        for model in ner["models"]
    )
    n_records, n_texts = sum(records.values()), sum(texts.values())
    yield f"A model looked for {', '.join(ner['entities'])}: {ner['engine']} ({models})."
    partly = f", and a part of {count(records['partly'])} more" if records["partly"] else ""
    yield (
        f"It looked at {count(records['covered'])} of {count(n_records)} records"
        f" ({share(records['covered'], n_records)}) whole{partly}: {count(texts['covered'])} of "
        f"{count(n_texts)} texts, {share(n_bytes['covered'], sum(n_bytes.values()))} of all text."
    )
    if ner["share"] < 1:
        yield (
            f"The policy gave it a sample, {share(ner['share'], 1)} of all texts, chosen by their "
            f"digests; {count(texts['not_sampled'])} texts are not in it."
        )
    if ner["without_model"]:
        rows = sorted(ner["without_model"].items(), key=lambda row: (-row[1]["texts"], row[0]))
        named = ", ".join(f"{name} {count(n['texts'])}" for name, n in rows[:SHOWN_LANGUAGES])
        more = f", {len(rows) - SHOWN_LANGUAGES} more languages" if rows[SHOWN_LANGUAGES:] else ""
        yield f"Texts in languages without a model were passed over: {named}{more}."
    yield "It was not asked again about text in which something was redacted."
    if records["covered"] < n_records and not by_lists:
        yield "Elsewhere names were not looked for."
    elif records["covered"] < n_records:
        yield "Elsewhere names were found without a model, by lists and what stands beside them."
