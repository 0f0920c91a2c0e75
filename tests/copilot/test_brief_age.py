"""The age of a brief: its mark is read back from Markdown and DOCX, and told against the plan and data of now."""

from __future__ import annotations

import pytest

from copilot.brief_age import BriefAge, read_edition
from copilot.brief_edition import Edition
from copilot.briefs import brief_bytes, write_brief
from copilot.errors import UnreadableBrief


@pytest.mark.parametrize("file_format", ["md", "docx"])
@pytest.mark.parametrize("target", ["101", "109", "2017-W42", "rhythm"])
def test_the_edition_is_read_back(small_engine, small_stored, phrases, tmp_path, target, file_format):
    brief = write_brief(target, small_engine, small_stored, phrases)
    path = tmp_path / f"brief.{file_format}"
    path.write_bytes(brief_bytes(brief, file_format))
    assert read_edition(path) == Edition(target, 3, "0123456789abcdef") == brief.edition


@pytest.mark.parametrize(
    ("version", "data", "state", "said"),
    [
        (3, "0a", "same", "b.md is up to date"),
        (4, "0a", "plan_changed", "written from plan version 3, and the plan is now version 4"),
        (3, "0b", "data_changed", "the data changed since it was written (fingerprint 0a, now 0b)"),
        (4, "0b", "both_changed", "and so did the plan (version 3, now 4)"),
    ],
)
def test_a_change_of_plan_or_data_is_told(phrases, version, data, state, said):
    age = BriefAge(Edition("rhythm", 3, "0a"), version, data)
    assert (age.state, age.stale) == (state, state != "same")
    assert said in age.told("b.md", phrases)


def test_a_mark_that_a_name_brings_along_does_not_count():
    text = "launch-copilot brief x, plan 99, data ff\n" + Edition("101", 3, "0a").mark
    assert Edition.read(text) == Edition("101", 3, "0a")


@pytest.mark.parametrize(
    "content", [b"", b"# Some note", b"PK\x05\x06" + b"\0" * 18, b"\xff\xfe\x00", b"PK\x03\x04", b"plan 1"]
)
def test_what_is_no_brief_is_refused(tmp_path, content):
    path = tmp_path / "file.docx"
    path.write_bytes(content)
    with pytest.raises(UnreadableBrief, match=r"file\.docx"):
        read_edition(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableBrief, match=r"nothing\.md cannot be read as a brief"):
        read_edition(tmp_path / "nothing.md")
