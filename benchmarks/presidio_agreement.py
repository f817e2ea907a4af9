"""Do we find what Presidio finds, and how much faster? On a mixed corpus, both in one run.

    python benchmarks/presidio_agreement.py find FILE.parquet FOLDER [--megabytes N]
    python benchmarks/presidio_agreement.py compare FILE.parquet FOLDER [--megabytes N] [--show N]

`find` lets Presidio and ours look at the same megabyte in turn and writes to FOLDER what Presidio
found and the seconds of processor time that each took, a file for each megabyte; a run that was
broken off goes on. `--recognisers default` is for those that Presidio loads if nothing is said,
`english` (the default) for all English ones. Ours looks in three ways, each in a process of its own
so that none has met the texts before: `same`, for the same entities, leaving nothing out and adding
nothing, so that its findings should be Presidio's; `kinds`, for the same entities as ours does it
when it is asked for them; `default`, for what ours does when nothing is said. Start-up, patterns to
compile and the first text are not timed. `compare` prints the speeds, the share of findings
(entity, start, end, score) that are equal at each threshold, and the rest by reason with masked
examples; then what the rules of plausibility would take.
"""

import argparse
import collections
import gc
import json
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from mixed import chunks, mixed
from presidio_peer import PHONE_REGIONS, Presidio, default_recognisers, every_recogniser

from datagov.detect.pii import PiiDetector

THRESHOLDS = (0.0, 0.4)
TIMED = 0.4
WARM = "Warm up: call 212-555-0123 or write to ann@example.org, see http://example.org/a"


class Finding(NamedTuple):
    text: int
    entity: str
    start: int
    end: int
    score: float


def same_as_presidio(entities, min_score=TIMED, plausible_only=False):
    """Returns our detector for nothing but what Presidio's recognisers find."""
    return PiiDetector(
        min_score=min_score,
        entities=entities,
        context_only=(),
        without=(),
        phone_regions=PHONE_REGIONS,
        additions=False,
        plausible_only=plausible_only,
    )


def recognisers_of(options):
    return default_recognisers() if options.recognisers == "default" else every_recogniser()


def ways(entities):
    """Returns our detectors that are timed."""
    return {
        "same": same_as_presidio(entities),
        "kinds": PiiDetector(entities=entities),
        "default": PiiDetector(),
    }


class Timed:
    """A detector in a process of its own."""

    def __init__(self, detector):
        spawning = multiprocessing.get_context("spawn")
        self.process = ProcessPoolExecutor(1, spawning)
        self.detector = detector
        self([WARM])
        # As the workers of a scan do.
        self.process.submit(gc.freeze).result()

    def __call__(self, texts):
        """Returns the seconds of processor time that the texts take."""
        return self.process.submit(seconds, self.detector, texts).result()


def seconds(detector, texts):
    start = time.process_time()
    detector.detect(texts)
    return time.process_time() - start


def find(options):
    peer = Presidio(recognisers_of(options))
    peer.kept(peer.results(WARM), TIMED)
    ours = {name: Timed(detector) for name, detector in ways(peer.entities).items()}
    folder = options.folder / options.recognisers
    folder.mkdir(parents=True, exist_ok=True)
    for number, chunk in enumerate(chunks(mixed(options.path, options.megabytes), 1)):
        path = folder / f"{number:04}.json"
        if not path.exists():
            texts = chunk["text"].to_list()
            run = found_by_presidio(peer, texts)
            run["n_bytes"] = int(chunk["size"].sum())
            run["seconds"] |= {name: timed(texts) for name, timed in ours.items()}
            path.write_text(json.dumps(run))
            print(path, flush=True)


def found_by_presidio(peer, texts):
    start = time.process_time()
    results = [peer.results(text) for text in texts]
    kept = {TIMED: [peer.kept(found, TIMED) for found in results]}
    took = time.process_time() - start
    for threshold in set(THRESHOLDS) - {TIMED}:
        kept[threshold] = [peer.kept(found, threshold) for found in results]
    findings = {
        str(threshold): [
            Finding(text, r.entity_type, r.start, r.end, round(r.score, 4))
            for text, found in enumerate(of_texts)
            for r in found
        ]
        for threshold, of_texts in kept.items()
    }
    return {"seconds": {"presidio": took}, "found": findings}


def compare(options):
    entities = Presidio(recognisers_of(options)).entities
    runs = [
        json.loads(p.read_text()) for p in sorted(options.folder.glob(options.recognisers + "/*"))
    ]
    parts = list(chunks(mixed(options.path, options.megabytes), 1))[: len(runs)]
    speeds(runs)
    for threshold in THRESHOLDS:
        detector = same_as_presidio(entities, threshold)
        n_theirs = n_ours = n_equal = 0
        rest = collections.defaultdict(list)
        for part, run in zip(parts, runs, strict=True):
            texts = part["text"].to_list()
            theirs = {Finding(*each) for each in run["found"][str(threshold)]}
            ours = found_by(detector, texts)
            n_theirs, n_ours = n_theirs + len(theirs), n_ours + len(ours)
            n_equal += len(theirs & ours)
            for reason, finding in disagreements(theirs - ours, ours - theirs):
                rest[reason, finding.entity].append((texts[finding.text], finding))
        shares = 100 * n_equal / n_theirs, 100 * n_equal / n_ours
        print(f"\nfrom {threshold}: Presidio {n_theirs:,}, ours {n_ours:,}, equal {n_equal:,}: ")
        print(f"{shares[0]:.3f} % of Presidio's, {shares[1]:.3f} % of ours")
        for (reason, entity), cases in sorted(rest.items(), key=lambda each: -len(each[1])):
            print(f"{len(cases):6d}  {reason:28} {entity}")
            for text, finding in cases[: options.show]:
                print(f"        {finding.score:.2f}  {masked(text, finding)}")
    plausibility(entities, parts)


def speeds(runs):
    size = sum(run["n_bytes"] for run in runs) / 1e6
    total = collections.Counter()
    for run in runs:
        total.update(run["seconds"])
    print(f"{size:.1f} MB: Presidio {size / total['presidio']:.3f} MB/s")
    for way in ways(()):
        ratios = sorted(run["seconds"]["presidio"] / run["seconds"][way] for run in runs)
        print(f"ours, {way:8} {size / total[way]:5.1f} MB/s: ", end="")
        print(f"{total['presidio'] / total[way]:.0f} times; ", end="")
        print(f"of single megabytes {ratios[0]:.0f} to {ratios[-1]:.0f}")


def found_by(detector, texts):
    columns = ("cell", "category", "start", "end", "score")
    table = detector.detect(texts)
    rows = zip(*(table[name].to_pylist() for name in columns), strict=True)
    return {Finding(*row[:4], round(row[4], 4)) for row in rows}


def disagreements(theirs, ours):
    """Yields each finding that only one has, with how the other's differ from it."""
    for name, own, other in (("Presidio", theirs, ours), ("ours", ours, theirs)):
        near = collections.defaultdict(list)
        for each in other:
            near[each.text, each.entity].append(each)
        for finding in sorted(own):
            rivals = [
                each
                for each in near[finding.text, finding.entity]
                if each.start < finding.end and finding.start < each.end
            ]
            if any((r.start, r.end) == (finding.start, finding.end) for r in rivals):
                reason = "same span, other score"
            else:
                reason = "overlapping span" if rivals else "nothing there"
            yield f"only {name}: {reason}", finding


def masked(text, finding):
    """Returns a finding and what stands around it on one line, letters and digits made alike."""
    _, _, start, end, _ = finding
    marked = f"{text[max(0, start - 30) : start]}[{text[start:end]}]{text[end : end + 15]}"
    return "".join(mask(sign) for sign in marked)


def mask(sign):
    if sign.isdigit():
        return "9" if sign.isascii() else sign
    if sign.isalpha() and sign.isascii():
        return "A" if sign.isupper() else "a"
    return sign if sign.isprintable() else repr(sign)[1:-1]


def plausibility(entities, parts):
    taken = collections.Counter()
    n_all = 0
    for part in parts:
        texts = part["text"].to_list()
        every = found_by(same_as_presidio(entities), texts)
        left = found_by(same_as_presidio(entities, plausible_only=True), texts)
        n_all += len(every)
        taken.update(each.entity for each in every - left)
    print(f"\nrules of plausibility take {sum(taken.values()):,} of {n_all:,} from {TIMED}:")
    print(", ".join(f"{entity} {n}" for entity, n in taken.most_common()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for function in (find, compare):
        command = commands.add_parser(function.__name__)
        command.add_argument("path")
        command.add_argument("folder", type=Path)
        command.add_argument("--megabytes", type=float, default=10)
        command.add_argument("--recognisers", choices=("default", "english"), default="english")
        command.set_defaults(run=function)
    command.add_argument("--show", type=int, default=2, help="examples of each disagreement")
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
