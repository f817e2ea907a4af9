"""Annotations of one text by several people: told, where all but one are dropped as duplicates."""

import pytest

POLICY = """
version: 1
purpose: training
rules:
  duplicates.exact: {action: %s}
annotations: {item: item, annotator: worker, label: label}
"""
TEXTS = [f"the {i} red boats lie in harbour number {i * 7} until noon" for i in range(4)]


def told(release, write_jsonl, tmp_path, caplog, action="drop", n_workers=3):
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY % action)
    rows = [
        {"text": text, "item": f"i{i}", "worker": f"w{worker}", "label": "ab"[worker % 2]}
        for i, text in enumerate(TEXTS)
        for worker in range(n_workers)
    ]
    if n_workers == 1:
        rows += rows
    result = release(write_jsonl(rows), policy=policy)
    messages = [record.getMessage() for record in caplog.records]
    return result, [message for message in messages if "annotator's record" in message]


def test_annotations_that_are_dropped_with_equal_texts_are_told(
    release, write_jsonl, tmp_path, caplog
):
    result, (message,) = told(release, write_jsonl, tmp_path, caplog)
    assert message.startswith("8 annotations ")
    assert "\n" not in message
    assert "duplicates.exact: {action: keep}" in message
    assert result.metrics["annotations"]["labels"] == 12
    assert result.metrics["records"]["kept"] == 4


@pytest.mark.parametrize(("action", "n_workers", "n_kept"), [("keep", 3, 12), ("drop", 1, 4)])
def test_nothing_is_told_where_no_annotation_is_lost(
    action, n_workers, n_kept, release, write_jsonl, tmp_path, caplog
):
    result, messages = told(release, write_jsonl, tmp_path, caplog, action, n_workers)
    assert not messages
    assert result.metrics["records"]["kept"] == n_kept
    assert not [gate.name for gate in result.gates if not gate.success and gate.name != "agreement"]
