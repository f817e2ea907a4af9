"""What a run leaves for the next one: what is finished and keyed by content, nothing else."""

import errno
import os

import pytest

from datagov.release.workspace import claim, place


def test_only_what_is_keyed_by_content_reaches_the_next_run(tmp_path):
    with claim(tmp_path / "release") as killed:
        with killed.building(killed.evidence("key")) as folder:
            (folder / "findings").write_text("found")
        killed.annotations.mkdir(parents=True)
        killed.staging.mkdir()
        killed.note_part(0, killed.part("key"))
        records = killed.records(0)
        records.write_text("of the killed run")
    with claim(tmp_path / "release") as following:
        assert (following.evidence("key") / "findings").read_text() == "found"
        assert not following.annotations.exists()
        assert not following.staging.exists()
        assert following.n_written() == 0
        # A worker that outlives its run writes somewhere else.
        assert following.records(0) != records


@pytest.mark.parametrize("code", [errno.EPERM, errno.EXDEV, errno.ENOTSUP])
def test_where_files_cannot_be_linked_they_are_copied(tmp_path, monkeypatch, code):
    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "source").write_text("content")
    place(tmp_path / "source", tmp_path / "target")
    assert (tmp_path / "target").read_text() == "content"


def test_that_a_disk_is_full_is_no_reason_to_copy(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "source").write_text("content")
    with pytest.raises(OSError, match="space"):
        place(tmp_path / "source", tmp_path / "target")
