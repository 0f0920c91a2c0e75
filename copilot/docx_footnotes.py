"""Footnotes in a DOCX: python-docx has none, so the part is written here, as ECMA-376 Part 1, section 17.11, describes.

The package gets `word/footnotes.xml` with the two separators that Word needs, a relationship from the document, the
content type, the styles `FootnoteText` and `FootnoteReference`, and in the settings the separators' numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.text.paragraph import Paragraph

TEXT_STYLE, REFERENCE_STYLE = "footnote text", "footnote reference"
_SEPARATORS = ((-1, "separator"), (0, "continuationSeparator"))


def add_reference(paragraph: Paragraph, number: int) -> None:
    """Add the reference to a footnote at the end of a paragraph, with a bookmark for cross-references to it."""
    run = paragraph.add_run(style=REFERENCE_STYLE)
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(number))
    run._r.append(reference)
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), _bookmark(number))
    run._r.addprevious(start)
    run._r.addnext(end)


def add_cross_reference(paragraph: Paragraph, number: int) -> None:
    """Add the number of a footnote that was referred to before."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f"NOTEREF {_bookmark(number)} \\f \\h")
    run = paragraph.add_run(str(number), style=REFERENCE_STYLE)
    run._r.addprevious(field)
    field.append(run._r)


def _bookmark(number: int) -> str:
    return f"_note{number}"


def add_styles(document: Document) -> None:
    """Add the two footnote styles to a document whose template lacks them."""
    styles = document.styles
    text = styles.add_style(TEXT_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    reference = styles.add_style(REFERENCE_STYLE, WD_STYLE_TYPE.CHARACTER)
    assert isinstance(text, ParagraphStyle)
    assert isinstance(reference, CharacterStyle)
    text.base_style = styles["Normal"]
    text.font.size = Pt(8)
    text.paragraph_format.space_after = Pt(0)
    reference.font.superscript = True


def add_footnotes(document: Document, texts: Sequence[str]) -> None:
    """Add the footnotes part; the first text is footnote 1."""
    root = OxmlElement("w:footnotes")
    for number, kind in _SEPARATORS:
        root.append(_separator(number, kind))
    text_style, reference_style = (document.styles[name].style_id for name in (TEXT_STYLE, REFERENCE_STYLE))
    for number, text in enumerate(texts, 1):
        root.append(_footnote(number, text, text_style, reference_style))
    blob = serialize_part_xml(root)
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    _name_separators(document)


def _separator(number: int, kind: str) -> BaseOxmlElement:
    return parse_xml(
        f'<w:footnote {nsdecls("w")} w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
        f"<w:r><w:{kind}/></w:r></w:p></w:footnote>"
    )


def _footnote(number: int, text: str, text_style: str, reference_style: str) -> BaseOxmlElement:
    note = parse_xml(
        f'<w:footnote {nsdecls("w")} w:id="{number}"><w:p><w:pPr><w:pStyle w:val="{text_style}"/></w:pPr>'
        f'<w:r><w:rPr><w:rStyle w:val="{reference_style}"/></w:rPr><w:footnoteRef/></w:r>'
        '<w:r><w:t xml:space="preserve"/></w:r></w:p></w:footnote>'
    )
    found = note.find(f".//{qn('w:t')}")
    assert found is not None
    found.text = f" {text}"
    return note


def _name_separators(document: Document) -> None:
    """Name the separators in the settings, at the place that the schema gives them: before `w:compat`."""
    settings = document.settings.element
    named = OxmlElement("w:footnotePr")
    for number, _ in _SEPARATORS:
        one = OxmlElement("w:footnote")
        one.set(qn("w:id"), str(number))
        named.append(one)
    compat = settings.find(qn("w:compat"))
    if compat is not None:
        compat.addprevious(named)
    else:
        settings.append(named)
