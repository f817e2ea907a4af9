"""The command line: parses, calls, prints. What it does, `import datagov` can do as well."""

import datetime as dt
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datagov import __version__
from datagov.beam import spawning
from datagov.errors import DatagovError
from datagov.faults import fault

if TYPE_CHECKING:
    from datagov.scanning import ScanResult

log = logging.getLogger("datagov")

PATH = click.Path(path_type=Path)

STOPPED = 130
"""Exit code of a run that was stopped with Ctrl-C or SIGTERM: 128 + SIGINT, as shells have it."""


class _DatagovGroup(click.Group):
    """Turns our errors into one line and an exit code; hands what follows `--` to Beam."""

    def main(self, args: Any = None, *rest: Any, **extra: Any) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        at = given.index("--") if "--" in given else len(given)
        extra["obj"] = tuple(given[at + 1 :])
        _open_streams()
        log.setLevel(logging.INFO)
        # Whoever stops a job with SIGTERM is told the same as with Ctrl-C, and all is put away.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return super().main(given[:at], *rest, **extra)
        except DatagovError as error:
            told = error
        except Exception as error:  # noqa: BLE001 - the last resort: told in a line, traced in a file
            told = fault(error)
        click.echo(f"datagov: {told}", err=True)
        sys.exit(told.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("datagov: stopped; the same command goes on from here", err=True)
            sys.exit(STOPPED)


def _open_streams() -> None:
    """Gives what is written to closed streams to nobody, instead of failing on it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - until the end


def _hush(_context: click.Context, _parameter: click.Parameter, quiet: bool) -> None:
    if quiet:
        log.setLevel(logging.WARNING)


_quiet = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_hush,
    help="Only warnings and errors on stderr.",
)
"""Taken before the command and behind it."""


@click.group(
    cls=_DatagovGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done and every gate passed; 1 done, and a gate or check failed; "
    "2 wrong usage, config or input; 3 our fault; 130 stopped.",
)
@click.version_option(__version__, prog_name="datagov")
@_quiet
def main() -> None:
    """Training-data governance: a corpus goes in, a signed release comes out.

    \b
    First steps:
      datagov demo                       make a small corpus and scan it
      datagov scan CORPUS                scan your own, with the default policy
      datagov verify RELEASE --key PEM   check a release offline, without the corpus
      datagov pii "mail ann@example.org" see what is found in a text, and why

    \b
    Then:
      datagov scan CORPUS --sources sources.yaml --policy policy.yaml
                                         say where records come from, and what to do about what
      datagov annotations LABELS.csv --item i --annotator a --label l --out REPORT
                                         who disagrees, and which labels are probably wrong
      datagov keygen KEYS                a signing key of your own

    Every command says more with --help. Those that read print JSON with --json; what they are busy
    with goes to stderr, as a bar on a terminal and as log lines elsewhere.
    """
    handler = _Lines()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    log.handlers = [handler]
    log.propagate = False
    # Libraries say much that is no concern of the user's; their errors reach him as exceptions.
    logging.getLogger().addHandler(logging.NullHandler())


class _Lines(logging.Handler):
    """Writes log lines to stderr, above the bars if there are any."""

    def emit(self, record: logging.LogRecord) -> None:
        if "tqdm" in sys.modules:
            sys.modules["tqdm"].tqdm.write(self.format(record), file=sys.stderr)
        else:
            click.echo(self.format(record), err=True)


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--out", type=PATH, help="Folder of the release [default: INPUT's name + .release].")
@click.option("--sources", type=PATH, help="Source registry (YAML): who owns what, which licence.")
@click.option("--policy", type=PATH, help="What to do about each category (YAML).")
@click.option("--name", help="Name of the release [default: INPUT's name].")
@click.option(
    "--release-version",
    "version",
    default="1.0.0",
    show_default=True,
    help="Version of the release.",
)
@click.option(
    "--text-field",
    "text_fields",
    multiple=True,
    metavar="COLUMN",
    help="Column with text; repeat for several; `messages` for a chat [default: text].",
)
@click.option("--id-field", metavar="COLUMN", help="Column with ids [default: shard:position].")
@click.option(
    "--format",
    "data_format",
    type=click.Choice(["parquet", "jsonl", "same"]),
    default="parquet",
    show_default=True,
    help="Format of data/; `same`: each record in that of its shard (text, WARC: Parquet).",
)
@click.option("--key", type=PATH, help="Private signing key, PEM [default: your own, made once].")
@click.option("--fingerprint-key", type=PATH, help="Key of fingerprints [default: your own].")
@click.option("--expectations", type=PATH, help="Folder with your own Great Expectations suites.")
@click.option(
    "--against",
    type=PATH,
    multiple=True,
    metavar="RELEASE",
    help="Earlier release: what duplicates a record in it goes; repeatable.",
)
@click.option(
    "--benchmark",
    "benchmarks",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="Evaluation set (Parquet, JSON Lines, CSV, TSV): its items are looked for; repeatable.",
)
@click.option(
    "--max-reject-rate",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help="Share of unreadable records above which the run fails.",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge dates on this day.")
@click.option("--runner", default="local", show_default=True, help="`local` or a Beam runner.")
@click.option("--workers", type=int, help="Worker processes [default: all cores].")
@click.option(
    "--split-mb",
    type=click.IntRange(1, 4096),
    default=32,
    show_default=True,
    help="How much one worker reads at a time; changes speed and memory, not results.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@_quiet
@click.pass_obj
def scan(
    beam_flags: tuple[str, ...],
    /,
    inputs: tuple[str, ...],
    out: Path | None,
    as_of: dt.datetime | None,
    runner: str,
    workers: int | None,
    split_mb: int,
    as_json: bool,
    fingerprint_key: Path | None,
    **options: Any,
) -> None:
    """Scan a corpus and publish a signed release.

    INPUT is a file, a folder, a glob or a URL (s3://, gs://, https:// and others of fsspec);
    Parquet, JSON Lines (plain, gzip, zstd), CSV, TSV, Arrow IPC, text, WARC and WET.

    \b
      datagov scan corpus/
      datagov scan 'web/*.jsonl.gz' books.parquet --out release-1 --id-field id
      datagov scan chats.jsonl --text-field messages
      datagov scan s3://bucket/corpus --sources sources.yaml --policy policy.yaml

    OUT gets data/ (what may be trained on), quarantine/ (held back for people), evidence/, the
    card README.md, report/index.html and signed attestations; it appears whole or not at all. Start
    registry and policy from manifests/examples; every mistake in them is told before anything is
    read. A run that was stopped or killed goes on where it was with the same command. Flags after
    `--` go to Beam.
    """
    if runner == "local" and workers != 1:
        spawning.start()
    from datagov.scanning import Run, default_name, scan

    options["text_fields"] = options["text_fields"] or ("text",)
    result = scan(
        inputs,
        out or Path(f"{default_name(inputs)}.release"),
        as_of=as_of.date() if as_of else None,
        fingerprint_key_file=fingerprint_key,
        run=Run(
            runner=runner,
            n_workers=workers,
            beam_flags=beam_flags,
            split_bytes=split_mb * 1024 * 1024,
            show_progress=sys.stderr.isatty() and log.isEnabledFor(logging.INFO),
        ),
        **options,
    )
    _print_scan(result, as_json)
    sys.exit(0 if result.ok else 1)


def _print_scan(result: "ScanResult", as_json: bool) -> None:
    from datagov.progress import sized

    failed = [gate for gate in result.gates if not gate.success]
    if as_json:
        body = {
            "release": str(result.out),
            "records": result.metrics["records"],
            "text_bytes": result.metrics["text_bytes"],
            "seconds": round(result.seconds, 3),
            "failed_gates": [gate.name for gate in failed],
            "public_key": str(result.public_key),
        }
        click.echo(json.dumps(body, indent=1))
        return
    records = result.metrics["records"]
    n_bytes = result.metrics["text_bytes"]["read"]
    click.echo(
        f"{records['read']:,} records read: {records['kept']:,} kept, "
        f"{records['redacted']:,} redacted, {records['dropped']:,} dropped, "
        f"{records['quarantined']:,} quarantined, {records['rejected']:,} rejected"
    )
    rate = sized(n_bytes / result.seconds)
    click.echo(f"{sized(n_bytes)} of text in {result.seconds:,.1f} s: {rate}/s")
    for gate in failed:
        click.echo(f"gate failed: {gate.title}. {gate.mend}")
    click.echo(f"release  {result.out}")
    click.echo(f"report   {result.out / 'report/index.html'}")
    click.echo(f"check    datagov verify {result.out} --key {result.public_key}")


@main.command()
@click.argument("release", type=PATH)
@click.option("--key", type=PATH, required=True, help="Public key (PEM) that you trust.")
@click.option("--corpus", multiple=True, metavar="INPUT", help="Check the inputs too; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print every check as JSON.")
@_quiet
def verify(release: Path, key: Path, corpus: tuple[str, ...], as_json: bool) -> None:
    """Check a release offline: signatures, every digest, every count.

    Needs neither the corpus nor those who made the release. Exit 1 names each file and field that
    does not hold.

    \b
      datagov verify release-1 --key signing.pub.pem
      datagov verify release-1 --key signing.pub.pem --corpus corpus/ --json
    """
    from datagov.verification import verify

    report = verify(release, key, corpus)
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=1, ensure_ascii=False))
    else:
        for check in report.failures:
            click.echo(check.line())
        n_checks = len(report.checks)
        click.echo(
            f"{release}: {n_checks} checks hold; signed by key {report.key_id} (that this key is "
            "whose you think is not proved by these files)"
            if report.ok
            else f"{release}: {len(report.failures)} of {n_checks} checks failed"
        )
    sys.exit(0 if report.ok else 1)


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--item", required=True, metavar="COLUMN", help="Column with the item's id.")
@click.option("--annotator", required=True, metavar="COLUMN", help="Column with the annotator's.")
@click.option("--label", required=True, metavar="COLUMN", help="Column with the label.")
@click.option("--out", type=PATH, required=True, help="Folder for tables and report.")
@click.option("--json", "as_json", is_flag=True, help="Print the metrics as JSON.")
@_quiet
def annotations(
    inputs: tuple[str, ...], item: str, annotator: str, label: str, out: Path, as_json: bool
) -> None:
    """Measure agreement, find the best labels and those that are probably wrong.

    INPUT is Parquet, CSV or JSON Lines with one label by one annotator per row. OUT gets the best
    labels, what is known of each annotator, suspects to look at again, and a report.

    \b
      datagov annotations labels.csv --item item_id --annotator who --label label --out report
    """
    from datagov.annotations.assess import run

    assessment = run(inputs, out, item=item, annotator=annotator, label=label)
    if as_json:
        click.echo(json.dumps(assessment.metrics, indent=1, ensure_ascii=False))
    else:
        for name, value in assessment.metrics.items():
            click.echo(f"{name:20} {value}")
        click.echo(f"report               {out / 'index.html'}")


@main.command()
@click.argument("text", metavar="TEXT|FILE|-")
@click.option("--policy", type=PATH, help="Take options and actions from a policy (YAML).")
@click.option("--all", "everything", is_flag=True, help="Look for every entity, sure or not.")
@click.option("--min-score", type=click.FloatRange(0, 1), help="Show findings from this score on.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def pii(
    text: str, policy: Path | None, everything: bool, min_score: float | None, as_json: bool
) -> None:
    """Show what personal information and which secrets are found in a text, and why.

    TEXT is looked at as it is given; the name of a FILE stands for the text in it, - for standard
    input. What is found is printed as it stands: keep the output where the text may be.

    \b
    Looked for are, unless the policy says else:
      mail and IP addresses, phone numbers, cards, bank accounts
      numbers of identity, passport, health and tax in English-speaking countries
      Chinese identity, travel and vehicle numbers, accounts, postal addresses
      names of persons, and what is sensitive beside a person
      secrets: keys, tokens, webhooks, passwords and the like
    --all looks for everything that is known, in every language.

    \b
      datagov pii "我的手机号是13812345678"
      datagov pii letter.txt --policy policy.yaml
    """
    from datagov.looking import look

    findings = look(text, policy, everything=everything, min_score=min_score)
    if as_json:
        click.echo(json.dumps([f.as_json() for f in findings], indent=1, ensure_ascii=False))
        return
    for finding in findings:
        click.echo("\n".join(finding.lines()))
    click.echo(f"{len(findings)} found" + ("" if findings or everything else "; try --all"))


@main.command()
@click.argument("folder", type=PATH, default=".")
def keygen(folder: Path) -> None:
    """Make a signing key pair and a fingerprint key in FOLDER.

    Without keys of your own, `scan` makes some once in ~/.config/datagov.

    \b
      datagov keygen keys
      datagov scan corpus/ --key keys/signing.pem --fingerprint-key keys/fingerprint.key
    """
    from datagov.lineage.keys import generate, generate_fingerprint_key

    pair = generate(folder)
    secret = generate_fingerprint_key(folder)
    click.echo(f"private  {pair.private} (keep it secret)")
    click.echo(f"public   {pair.public} (hand it to whoever verifies); id {pair.key_id}")
    click.echo(f"secret   {secret} (keys fingerprints; keep it and its backup)")


@main.command()
@click.argument("folder", type=PATH, default="demo")
@_quiet
@click.pass_context
def demo(context: click.Context, folder: Path) -> None:
    """Make a small corpus in FOLDER and scan it.

    Three languages; planted personal data, duplicates, an undeclared source, a broken record. Open
    FOLDER/release/report/index.html afterwards.
    """
    from datagov.demo import make_corpus

    corpus = make_corpus(folder)
    context.invoke(
        scan,
        inputs=(str(corpus.data),),
        out=folder / "release",
        sources=corpus.sources,
        policy=corpus.policy,
        name="demo",
        version="1.0.0",
        text_fields=(),
        id_field="id",
        data_format="parquet",
        max_reject_rate=0.01,
        runner="local",
        split_mb=32,
    )


if __name__ == "__main__":
    main()
