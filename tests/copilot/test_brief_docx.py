"""DOCX briefs: a sound package with real footnotes, the same words as the Markdown, and nothing that time changes."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from copilot.brief_blocks import plain, read_blocks
from copilot.brief_docx import to_docx
from copilot.brief_writing import Brief
from copilot.briefs import brief_bytes, write_brief


@pytest.fixture
def brief(small_engine, small_stored, phrases):
    return lambda target: write_brief(target, small_engine, small_stored, phrases)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def opened(content: bytes):
    return docx.Document(io.BytesIO(content))


@pytest.mark.parametrize("target", ["101", "107", "201", "2017-W42", "rhythm"])
def test_the_package_is_sound(brief, target):
    found = parts(to_docx(brief(target)))
    types = found["[Content_Types].xml"].decode()
    assert "/word/footnotes.xml" in types
    assert "wordprocessingml.footnotes+xml" in types
    assert "footnotes.xml" in found["word/_rels/document.xml.rels"].decode()
    root = parse_xml(found["word/footnotes.xml"])
    ids = [note.get(qn("w:id")) for note in root]
    assert ids[:2] == ["-1", "0"]
    assert [note.get(qn("w:type")) for note in root][:3] == ["separator", "continuationSeparator", None]
    references = re.findall(r'<w:footnoteReference w:id="(\d+)"/>', found["word/document.xml"].decode())
    assert references == ids[2:] == [str(n) for n in range(1, len(references) + 1)]
    styles = {style.get(qn("w:styleId")) for style in parse_xml(found["word/styles.xml"]).iter(qn("w:style"))}
    used = {style.get(qn("w:val")) for style in root.iter(qn("w:pStyle"), qn("w:rStyle"))}
    assert used <= styles
    settings = [child.tag for child in parse_xml(found["word/settings.xml"])]
    assert settings.index(qn("w:footnotePr")) < settings.index(qn("w:compat"))  # the schema's order


def test_a_footnote_that_is_referred_to_twice_is_written_once(brief):
    written = brief("101")
    _, texts = read_blocks(written.markdown)
    document = parts(to_docx(written))["word/document.xml"].decode()
    assert document.count("<w:footnoteReference ") == len(texts)
    bookmarks = set(re.findall(r'<w:bookmarkStart w:id="\d+" w:name="(\w+)"/>', document))
    crossed = re.findall(r'w:instr="NOTEREF (\w+) ', document)
    assert crossed
    assert set(crossed) <= bookmarks


def test_it_says_what_the_markdown_says(brief):
    written = brief("101")
    document = opened(to_docx(written))
    said = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    blocks, _ = read_blocks(written.markdown)
    for block in blocks:
        if block.text:
            assert any(plain(block.text) in line for line in said), block
        for row in block.rows:
            assert all(plain(cell) in cells for cell in row), row


def test_tables_have_header_rows_and_the_quote_its_style(brief):
    document = opened(to_docx(brief("101")))
    assert document.tables
    for table in document.tables:
        first = table.rows[0]._tr.trPr
        assert first is not None
        assert first.find(qn("w:tblHeader")) is not None
    quotes = [one.text for one in document.paragraphs if one.style is not None and one.style.name == "Intense Quote"]
    assert quotes == ["Potato Chips 9 Oz"]


@pytest.mark.parametrize("target", ["101", "2017-W42", "rhythm"])
def test_the_chart_is_a_picture_with_alternative_text(brief, target):
    written = brief(target)
    (picture,) = opened(to_docx(written)).inline_shapes
    assert picture._inline.docPr.get("descr") == written.charts[0].alt
    assert len(written.charts[0].alt) > 20


def test_head_foot_and_properties_name_the_edition(brief):
    document = opened(to_docx(brief("101")))
    head, foot = (part.paragraphs[0].text for part in (document.sections[0].header, document.sections[0].footer))
    assert head == "Plan version 3 · data as of 2017-10-09 · data fingerprint 0123456789abcdef"
    assert foot.startswith("launch-copilot")
    assert document.core_properties.identifier == "launch-copilot brief 101, plan 3, data 0123456789abcdef"
    assert document.core_properties.title == "Launch brief: “Potato Chips 9 Oz”"


def test_equal_briefs_are_equal_files(brief):
    assert to_docx(brief("101")) == to_docx(brief("101"))


def test_hostile_text_stays_text(brief):
    found = parts(to_docx(brief("109")))
    links = b"".join(content for name, content in found.items() if name.endswith(".rels"))
    assert b"evil" not in links
    assert b"hyperlink" not in links
    document = found["word/document.xml"].decode()
    assert "w:hyperlink" not in document
    assert "<b>" not in document
    assert "\u202e" not in document


def test_text_with_xml_and_markup_of_its_own_is_written_as_it_is(brief):
    line = r"- \*not strong\* \[\^F1\] \<w:p/\> \& \`code\`"
    written = brief("101")
    document = opened(to_docx(replace(written, markdown=f"{line}\n\n{written.markdown}")))
    assert document.paragraphs[0].text == "*not strong* [^F1] <w:p/> & `code`"


def test_a_chinese_document_names_an_east_asian_font_for_every_style():
    written = Brief("1", "标题", "# 标题\n\n## 建议\n- 上新\n", (), 1, "f", "zh")
    with zipfile.ZipFile(io.BytesIO(brief_bytes(written, "docx"))) as package:
        styles = package.read("word/styles.xml").decode()
    assert 'w:eastAsia="Microsoft YaHei"' in styles
    assert 'w:eastAsia="zh-CN"' in styles
    assert "eastAsiaTheme" not in styles
