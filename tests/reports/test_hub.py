import re

import pytest
from huggingface_hub import DatasetCard

from datagov.reports.facts import About
from datagov.reports.hub import LARGEST, LICENCES, SIZES, hub_licence, size_category


def check_metadata(fields: dict) -> None:
    """What the Hub checks and huggingface_hub does not, offline."""
    assert fields["license"] in LICENCES
    assert ("license_name" in fields) == (fields["license"] == "other")
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", fields.get("license_name", "x"))
    assert fields.get("license_link", "https://").startswith("https://")
    assert set(fields["size_categories"]) <= {name for _, name in SIZES} | {LARGEST}
    assert all(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]+)*", tag) for tag in fields.get("language", []))
    creators = {"crowdsourced", "expert-generated", "found", "machine-generated", "other"}
    assert set(fields.get("annotations_creators", [])) <= creators
    assert all(isinstance(tag, str) and tag for tag in fields["tags"])


def metadata(release) -> dict:
    fields = DatasetCard.load(release / "README.md").data.to_dict()
    check_metadata(fields)
    return fields


def test_the_hub_library_parses_the_front_matter(release):
    assert metadata(release) == {
        "pretty_name": "demo",
        "language": ["zh", "en"],
        "license": "other",
        "license_name": "partly-undeclared-see-sources",
        "size_categories": ["10K<n<100K"],
        "source_datasets": ["wiki"],
        "annotations_creators": ["other"],
        "tags": ["datagov", "training-data-governance"],
        "configs": [{"config_name": "default", "data_files": ["data/*.parquet"]}],
    }


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        (["CC-BY-4.0"], {"license": "cc-by-4.0"}),
        (["GPL-3.0-only"], {"license": "gpl-3.0"}),
        (["ODbL-1.0"], {"license": "odbl"}),
        (
            ["CC-BY-SA-2.0"],
            {
                "license": "other",
                "license_name": "cc-by-sa-2.0",
                "license_link": "https://spdx.org/licenses/CC-BY-SA-2.0.html",
            },
        ),
        (
            ["LicenseRef-Our contract/2"],
            {"license": "other", "license_name": "licenseref-our-contract-2"},
        ),
        (
            ["MIT OR Apache-2.0"],
            {"license": "other", "license_name": "mit-or-apache-2.0"},
        ),
        (["MIT", "CC0-1.0"], {"license": "other", "license_name": "several-see-sources"}),
    ],
)
def test_licences_are_ids_that_the_hub_knows(make_release, licence, expected):
    from_wiki = {"id": "wiki", "licence": licence}
    release = make_release(
        metrics={"by_source/undeclared": ...}, sources={"sources": [_source(**from_wiki)]}
    )
    fields = metadata(release)
    assert {name: fields[name] for name in fields if name.startswith("license")} == expected


def _source(**fields) -> dict:
    return {
        "owner": "o",
        "licence_class": "allow",
        "acquisition": {"collected": {"start": "2026-01-01", "end": "2026-01-01"}},
        "data_grade": "general",
        "ip_contact": None,
        "declared_by": {"name": "n", "role": "data_steward", "date": "2026-01-01"},
        "verdicts": [],
        "contradictions": [],
    } | fields


def test_without_a_registry_the_licence_is_unknown(make_release):
    release = make_release(
        metrics={"by_source/wiki": ..., "sources_declared": 0}, sources={"sources": []}
    )
    fields = metadata(release)
    assert fields["license"] == "unknown"
    assert "source_datasets" not in fields


def test_without_annotations_or_data_nothing_is_said_of_them(make_release):
    release = make_release(metrics={"annotations": None}, data=".keep")
    assert "annotations_creators" not in metadata(release)


@pytest.mark.parametrize(
    ("n", "category"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**12 - 1, "100B<n<1T"), (10**12, "n>1T")],
)
def test_size_categories_begin_where_the_one_before_ends(n, category):
    assert size_category(n) == category


def test_a_licence_called_other_or_unknown_is_none_of_the_hubs():
    assert hub_licence("other") is None
    assert hub_licence("Unknown") is None


@pytest.mark.parametrize(
    "name",
    ["a\n---\nlicense: mit", "---", "#x: y", "'\"", "\u202eevil", "null", "1.0", "名\x00", "- a"],
)
def test_a_hostile_name_stays_a_name(make_release, name):
    release = make_release(about=About(name=name, version="1", key_id="k"))
    fields = metadata(release)
    assert fields["license"] == "other"
    assert isinstance(fields["pretty_name"], str)
    assert "\n" not in fields["pretty_name"]
    assert len((release / "README.md").read_text("utf-8").split("\n---\n")) == 2
