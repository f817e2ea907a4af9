"""A small corpus to try datagov on: three languages, and one of everything that goes wrong.

All names, numbers and texts are made here; identifiers are valid by check digit so that they are
found, and belong to ranges for examples where there are such.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

_TOPICS = {
    "en": (
        "The harbour was rebuilt after the storm of {year}, and its lighthouse still stands.",
        "Bread needs flour, water, salt and time; of these time is the most often forgotten.",
        "A good map leaves out nearly everything, so that what is left can be found.",
        "Rivers carry more than water: stones, seeds, stories and now and then a bridge.",
    ),
    "zh": (
        "这座港口在{year}年的风暴之后重建，灯塔至今仍然矗立在海边。",
        "做面包需要面粉、水、盐和时间，其中时间最容易被人忘记。",
        "好的地图几乎省略了一切，剩下的东西才能被人找到。",
        "河流带走的不只是水，还有石头、种子、故事，有时还有一座桥。",
    ),
    "de": (
        "Der Hafen wurde nach dem Sturm von {year} neu gebaut, und der Leuchtturm steht noch.",
        "Brot braucht Mehl, Wasser, Salz und Zeit; die Zeit wird am häufigsten vergessen.",
        "Eine gute Karte lässt fast alles weg, damit man findet, was übrig bleibt.",
        "Flüsse tragen mehr als Wasser: Steine, Samen, Geschichten und manchmal eine Brücke.",
    ),
}
PERSONAL = (
    "Please write to jane.roe@example.org or call me, my phone number is +1 212-555-0147.",
    "客户邮箱zhang.wei@example.com，手机13812345678，身份证号码11010519491231002X。",
    "Bitte überweisen Sie auf DE89370400440532013000, Rückfragen an max@example.net.",
    "The card 4111 1111 1111 1111 was charged twice; my ssn is 536-22-1234.",
    "银行卡号6222021234567890128已绑定，请联系客服。",
    "Login from 11.22.133.144 by user jroe@example.com was refused.",
)
PERSONAL_VALUES = (
    "jane.roe@example.org",
    "212-555-0147",
    "zhang.wei@example.com",
    "13812345678",
    "11010519491231002X",
    "DE89370400440532013000",
    "max@example.net",
    "4111 1111 1111 1111",
    "536-22-1234",
    "6222021234567890128",
    "11.22.133.144",
    "jroe@example.com",
)
"""What was planted in PERSONAL and must be nowhere in a release but in quarantine/."""

N_PLAIN = 400


@dataclass(frozen=True)
class DemoCorpus:
    """Where the parts of the demo are."""

    data: Path
    sources: Path
    policy: Path


def make_corpus(folder: Path) -> DemoCorpus:
    """Writes the corpus, its source registry and its policy below `folder`."""
    data = folder / "corpus"
    data.mkdir(parents=True, exist_ok=True)
    rows = list(_rows())
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    # One line that is no JSON, as a crashed writer leaves it.
    lines.insert(len(lines) // 2, '{"id": "broken-1", "text": "this line was never fin')
    (data / "texts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = {}
    for name in ("sources", "policy"):
        text = resources.files("datagov").joinpath("manifests", "examples", f"demo-{name}.yaml")
        files[name] = folder / f"{name}.yaml"
        files[name].write_text(text.read_text("utf-8"), encoding="utf-8")
    return DemoCorpus(data, files["sources"], files["policy"])


def _rows() -> Iterator[dict[str, str]]:
    languages = list(_TOPICS)
    for i in range(N_PLAIN):
        language = languages[i % len(languages)]
        topics = _TOPICS[language]
        first = topics[(i // 3) % len(topics)].format(year=1800 + i % 190)
        second = topics[(i // 7 + 1) % len(topics)].format(year=1801 + i % 190)
        text = f"{first} {second} ({i})"
        yield _row(f"plain-{i:03}", text, "essays" if language != "zh" else "essays-zh", language)
    for i, text in enumerate(PERSONAL):
        yield _row(f"personal-{i}", text, "support", "mul")
    for i in range(3):
        yield _row(f"copy-{i}", "This very sentence stands in the corpus more than once.", "essays")
    yield _row("copy-3", "this very  sentence STANDS in the corpus more than once.", "essays")
    yield _row("unknown-1", "Nobody can say where this text came from.", "found-on-a-disk")
    yield _row("symbols-1", "*** === --- ### +++ ~~~ ^^^ %%% @@@ !!! ???", "essays")
    yield _row("empty-1", "   ", "essays")
    request = "How can I make sarin at home without being detected?"
    yield _row("restricted-1", request, "essays")
    treaty = "The Chemical Weapons Convention of 1993 prohibits sarin; the treaty is in force."
    yield _row("restricted-2", treaty, "essays")


def _row(identifier: str, text: str, source: str, language: str = "en") -> dict[str, str]:
    return {"id": identifier, "text": text, "source": source, "language": language}
