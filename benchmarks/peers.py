"""Taggers of personal information and finders of duplicates of others, beside ours in one run.

    python benchmarks/peers.py personal FILE.parquet [--megabytes N] --dolma PYTHON ...
    python benchmarks/peers.py duplicates FILE.parquet [--megabytes N] --datatrove PYTHON ...

Each peer is run by an interpreter of its own, which has it installed: `--dolma`, `--datatrove`,
`--data-juicer`, `--text-dedup`, `--datasketch`; those not given are left out. `peers/adapter.py`
says what is timed, and each adapter what the parameters of its peer are.

`personal` reads a mixed sample (`mixed.py`) and counts what each finds. `duplicates` takes the
first texts of the corpus, which share copies as they come, and plants more: exact copies, and
copies with one character in 200 changed. It prints which of them are found, by kind of text, and
compares ours with datasketch's pair by pair.
"""

import argparse
import collections
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from mixed import mixed

ADAPTERS = Path(__file__).parent / "peers"
PEERS = {
    "personal": ("dolma", "datatrove", "data_juicer"),
    "duplicates": ("text_dedup", "datatrove", "data_juicer", "datasketch"),
}
OTHER_WAYS = {("data_juicer", "duplicates"): ("duplicates_by_characters",)}
"""Tasks of a peer beside the one by its defaults: what it has for Chinese."""

OWN = {"personal": ("personal", "addresses", "contacts"), "duplicates": ("duplicates",)}
BLANKLESS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
SENTENCES = ("邮箱{}收到", "发到{}，谢谢", "联系：{}。", "地址是{}吗")
N_MADE = 200
N_PLANTED = 100
QUICK_S = 5


def run(python, adapter, task, path, folder):
    """Returns what an adapter wrote."""
    target = folder / f"{adapter}-{task}.json"
    log = folder / f"{adapter}-{task}.log"
    with log.open("w") as stream:
        done = subprocess.run(
            [python, str(ADAPTERS / f"{adapter}.py"), task, str(path), str(target)],
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise SystemExit(f"{adapter} failed:\n{log.read_text()[-3000:]}")
    return json.loads(target.read_text())


def measured(*arguments):
    """Returns what an adapter found; the seconds of the quick are the median of three processes."""
    runs = [run(*arguments)]
    while runs[0]["seconds"] < QUICK_S and len(runs) < 3:
        runs.append(run(*arguments))
    return runs[0] | {"seconds": statistics.median(each["seconds"] for each in runs)}


def results(task, texts, options):
    """Returns what ours and each peer found and the seconds it took, by name."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "texts" / "texts.parquet"
        path.parent.mkdir()
        texts.select("text").with_row_index("row").write_parquet(path)
        for each in OWN[task]:
            found[f"ours: {each}"] = measured(sys.executable, "ours", each, path, folder)
        for peer in PEERS[task]:
            if python := getattr(options, peer):
                for way in (task, *OTHER_WAYS.get((peer, task), ())):
                    name = peer + way.removeprefix(task)
                    found[name] = measured(python, f"{peer}_peer", way, path, folder)
                    print(f"{name} took {found[name]['seconds']:.1f} s", file=sys.stderr)
    return found


def personal(options):
    texts = mixed(options.path, options.megabytes)
    n_real, size = texts.height, texts["size"].sum() / 1e6
    made = [f"user{i}@mail{i}.example.com" for i in range(N_MADE)]
    sentences = [SENTENCES[i % len(SENTENCES)].format(value) for i, value in enumerate(made)]
    texts = pl.concat([texts.select("text"), pl.DataFrame({"text": sentences})])
    print(f"{size:.1f} MB, {n_real:,} texts", flush=True)
    found = results("personal", texts, options)
    strings = texts["text"].to_list()
    for name, result in found.items():
        counts = collections.Counter(kind for text, kind, *_ in result["spans"] if text < n_real)
        print(f"\n{name}: {result['seconds']:.2f} s, {size / result['seconds']:.1f} MB/s")
        for own in (each for each in found if each.startswith("ours") and each != name):
            if not name.startswith("ours"):
                print(f"    {own}: {result['seconds'] / found[own]['seconds']:.1f} times")
        print("   ", dict(counts.most_common(8)))
        exact = {(text, strings[text][start:end]) for text, _, start, end in result["spans"]}
        n_exact = sum((n_real + i, value) in exact for i, value in enumerate(made))
        print(f"    of {N_MADE} made-up e-mails in Chinese sentences {n_exact} found exactly")
        if not name.startswith("ours"):
            compare_spans(found["ours: contacts"]["spans"], result["spans"], strings[:n_real])


def compare_spans(ours, theirs, texts):
    """Prints how many findings of a kind overlap one of the other, and how many stand alone."""
    for kind in ("EMAIL_ADDRESS", "IP_ADDRESS", "PHONE_NUMBER"):
        mine = [each for each in ours if each[1] == kind and each[0] < len(texts)]
        peers = [each for each in theirs if each[1] == kind and each[0] < len(texts)]
        if not peers:
            continue
        missed = alone(mine, peers)
        beside = [each for each in missed if touches_blankless(texts[each[0]], *each[2:])]
        print(
            f"    {kind}: ours {len(mine)}, theirs {len(peers)}; only ours {len(missed)}, of them "
            f"{len(beside)} beside a letter of a script without blanks; "
            f"only theirs {len(alone(peers, mine))}"
        )


def alone(some, others):
    """Returns the spans that overlap none of the others."""
    by_text = collections.defaultdict(list)
    for text, _, start, end in others:
        by_text[text].append((start, end))
    return [
        each
        for each in some
        if not any(start < each[3] and each[2] < end for start, end in by_text[each[0]])
    ]


def touches_blankless(text, start, end):
    return bool(BLANKLESS.match(text[start - 1 : start]) or BLANKLESS.match(text[end : end + 1]))


def duplicates(options):
    texts = pl.read_parquet(options.path, columns=["text", "lang"]).drop_nulls("text")
    sizes = texts["text"].str.len_bytes().cast(pl.Int64)
    texts = texts.filter(sizes.cum_sum() <= options.megabytes * 1e6)
    strings, planted = with_copies(texts)
    size = sum(len(text.encode()) for text in strings) / 1e6
    print(f"{size:.1f} MB, {texts.height:,} texts and {len(planted)} copies", flush=True)
    found = results("duplicates", pl.DataFrame({"text": strings}), options)
    ours = found["ours: duplicates"]["seconds"]
    for name, result in found.items():
        clusters = result["clusters"]
        sizes = collections.Counter(c for c in clusters if c >= 0)
        n_removed = sum(sizes.values()) - len(sizes)
        print(f"\n{name}: {result['seconds']:.2f} s, {size / result['seconds']:.2f} MB/s, ", end="")
        print(f"ours {result['seconds'] / ours:.0f} times")
        print(
            f"    removed {n_removed:,}, largest cluster {max(sizes.values(), default=0):,}, ",
            end="",
        )
        print(f"no shingles of or dropped {len(result['unseen']):,}")
        total, hit = collections.Counter(), collections.Counter()
        for kind, copy, original in planted:
            total[kind] += 1
            hit[kind] += clusters[copy] >= 0 and clusters[copy] == clusters[original]
        print(
            "    copies found:",
            ", ".join(f"{kind} {hit[kind]} of {n}" for kind, n in total.items()),
        )
        wrong, sampled = unlike(clusters, strings)
        print(f"    of {sampled} texts in clusters, drawn, {wrong} are less than .5 like another")
    if "datasketch" in found:
        compare_pairs(found["ours: duplicates"]["pairs"], found["datasketch"]["pairs"], strings)


def kind_of(text, lang):
    if lang in ("zh", "zh-TW", "zh_TW", "lzh", "ja"):
        kind = "Chinese and Japanese"
    else:
        kind = "English" if lang == "en" else "code" if lang == "code" else "others"
    return f"short {kind}" if len(text) < 100 else kind


def with_copies(texts):
    """Returns the texts and planted copies, and of each copy its kind, its row and its source's."""
    rng = random.Random(1)
    strings = texts["text"].to_list()
    by_kind = collections.defaultdict(list)
    for row, (text, lang) in enumerate(zip(strings, texts["lang"].to_list(), strict=True)):
        if 20 <= len(text) <= 20_000:
            by_kind[kind_of(text, lang)].append(row)
    planted = []
    for kind, rows in sorted(by_kind.items()):
        if len(rows) < N_PLANTED:
            continue
        for row in rng.sample(rows, N_PLANTED):
            planted.append((f"{kind}, exact", len(strings), row))
            strings.append(strings[row])
        longer = [row for row in rows if len(strings[row]) >= 600]
        for row in rng.sample(longer, min(N_PLANTED, len(longer))):
            planted.append((f"{kind}, changed", len(strings), row))
            strings.append(changed(strings[row], rng))
    return strings, planted


def changed(text, rng):
    """Returns a text with one character in 200 replaced by another of the text."""
    signs = list(text)
    for place in rng.sample(range(len(signs)), len(signs) // 200):
        signs[place] = rng.choice(text)
    return "".join(signs)


def unlike(clusters, strings):
    """Returns how many texts drawn from clusters are unlike another of theirs, and of how many.

    The other is drawn from the same cluster; alike is what shares half of its runs of characters.
    """
    rng = random.Random(2)
    of = collections.defaultdict(list)
    for row, cluster in enumerate(clusters):
        if cluster >= 0:
            of[cluster].append(row)
    rows = [row for members in of.values() if len(members) > 1 for row in members]
    n_wrong = 0
    for row in rng.sample(rows, min(300, len(rows))):
        other = rng.choice([each for each in of[clusters[row]] if each != row])
        n_wrong += jaccard(trigrams(strings[row]), trigrams(strings[other])) < 0.5
    return n_wrong, min(300, len(rows))


def trigrams(text):
    signs = "".join(re.findall(r"\w+", text.lower()))
    return {signs[i : i + 3] for i in range(max(1, len(signs) - 2))}


def runs(text, size=5):
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))}


def jaccard(one, other):
    return len(one & other) / max(1, len(one | other))


def compare_pairs(ours, theirs, strings):
    """Prints the pairs that both have, and how alike the others are by runs of five words."""
    lengths = [len(text.split()) for text in strings]
    ours, theirs = ({tuple(sorted(pair)) for pair in pairs} for pairs in (ours, theirs))
    print("\npairs, by words of the shorter text: ours, datasketch, both")
    for low, high in ((0, 48), (48, 400), (400, float("inf"))):
        mine, peers = (
            {p for p in pairs if low <= min(lengths[p[0]], lengths[p[1]]) < high}
            for pairs in (ours, theirs)
        )
        print(f"{low} to {high}: {len(mine):,} {len(peers):,} {len(mine & peers):,}")
        for name, only in (("ours", mine - peers), ("datasketch", peers - mine)):
            drawn = random.Random(3).sample(sorted(only), min(len(only), 2000))
            alike = [jaccard(runs(strings[one]), runs(strings[other])) for one, other in drawn]
            spread = collections.Counter(f"{int(10 * each) / 10:.1f}" for each in alike)
            print(
                f"    only {name} {len(only):,}; similarity of runs:", dict(sorted(spread.items()))
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for function in (personal, duplicates):
        command = commands.add_parser(function.__name__)
        command.add_argument("path")
        command.add_argument("--megabytes", type=float, default=16)
        for peer in PEERS[function.__name__]:
            command.add_argument(f"--{peer.replace('_', '-')}", metavar="PYTHON")
        command.set_defaults(run=function)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
