"""DOCX: a brief as a Word document, made of the blocks of its Markdown, so that both say the same.

Footnotes become real footnotes, a chart becomes a picture with its caption as alternative text, tables repeat their
header row, quotes take the quote style. Equal briefs give equal bytes: nothing in the file tells the time.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

from copilot.brief_blocks import Block, plain, read_blocks, read_runs
from copilot.brief_charts import Chart, as_png
from copilot.brief_writing import Brief
from copilot.docx_footnotes import add_cross_reference, add_footnotes, add_reference, add_styles

_STYLES = {"paragraph": "Normal", "bullet": "List Bullet", "check": "List Bullet", "quote": "Intense Quote"}
_CHECK_BOX = "☐ "
_WIDE_TABLE = 8  # columns; from here on the letters are smaller
_MARGIN, _PICTURE, _TEXT_WIDTH = Cm(1.9), Cm(15), Cm(17.2)
_LONG_CELL, _CELL_EDGES = 20, 6  # characters; longer text wraps
_NARROW_EDGE = "30"  # twentieths of a point
# Language -> the font of its text and headings, which Word and LibreOffice replace where it is not installed, and
# its tag. Without it Word takes the font of its own locale, which may have Japanese or no glyphs.
_EAST_ASIAN = {"zh": ("Microsoft YaHei", "zh-CN")}
_NO_TIME = datetime(1980, 1, 1)  # the earliest that a ZIP can say


def to_docx(brief: Brief) -> bytes:
    """Return a brief as the content of a DOCX file."""
    document = docx.Document()
    add_styles(document)
    if brief.lang in _EAST_ASIAN:
        _set_east_asian_font(document, *_EAST_ASIAN[brief.lang])
    _set_page(document, brief)
    blocks, texts = read_blocks(brief.markdown)
    writer = _Blocks(document, tuple(texts), brief.charts)
    for block in blocks:
        writer.add(block)
    add_footnotes(document, [f"{label} · {texts[label]}" for label in writer.order])
    _set_properties(document, brief)
    return _timeless(document)


class _Blocks:
    """Adds blocks to a document; footnotes are numbered in the order of their first reference.

    Word allows one reference to a footnote; a further one is a cross-reference that shows the same number.
    """

    def __init__(self, document: Document, labels: tuple[str, ...], charts: tuple[Chart, ...]) -> None:
        self.document = document
        self.order: list[str] = []
        self._labels = frozenset(labels)
        self._charts = iter(charts)

    def add(self, block: Block) -> None:
        """Add one block."""
        if block.kind == "heading":
            self.document.add_heading(plain(block.text), 0 if block.level == 1 else block.level - 1)
        elif block.kind == "table":
            self._add_table(block)
        elif block.kind == "chart":
            self._add_chart(next(self._charts))
        else:
            paragraph = self.document.add_paragraph(style=_STYLES[block.kind])
            if block.kind == "check":
                paragraph.add_run(_CHECK_BOX)
            self._add_runs(paragraph, block.text)

    def _add_runs(self, paragraph: Paragraph, text: str) -> None:
        for run in read_runs(text):
            if run.kind == "note" and run.text in self._labels:
                self._add_note(paragraph, run.text)
                continue
            added = paragraph.add_run(run.text)
            added.bold = True if run.kind == "strong" else None
            added.italic = True if run.kind == "emphasis" else None
            if run.kind == "code":
                added.font.name = "Consolas"

    def _add_note(self, paragraph: Paragraph, label: str) -> None:
        if label in self.order:
            add_cross_reference(paragraph, self.order.index(label) + 1)
            return
        self.order.append(label)
        add_reference(paragraph, len(self.order))

    def _add_table(self, block: Block) -> None:
        header, *rows = block.rows
        table = self.document.add_table(rows=0, cols=len(header), style="Light Grid Accent 1")
        size = Pt(7) if len(header) >= _WIDE_TABLE else Pt(9)
        for number, row in enumerate([header, *rows]):
            cells = table.add_row().cells
            for cell, text in zip(cells, row, strict=False):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                self._add_runs(paragraph, text)
                for run in paragraph.runs:
                    run.font.size = size
                    run.bold = number == 0 or run.bold or False
        _repeat_header(table)
        if len(header) >= _WIDE_TABLE:
            _narrow_cells(table)
        _share_width(table, block)
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _add_chart(self, chart: Chart) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(io.BytesIO(as_png(chart)), width=_PICTURE)
        properties = picture._inline.docPr
        properties.set("descr", chart.alt)
        properties.set("name", "chart")


def _set_east_asian_font(document: Document, font: str, tag: str) -> None:
    """Give every style of the document an East Asian font and language, beside its Latin ones."""
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        fonts.attrib.pop(qn("w:eastAsiaTheme"), None)  # it would go before the font that is named
        fonts.set(qn("w:eastAsia"), font)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), tag)


def _narrow_cells(table: Table) -> None:
    """Leave less room beside the text of each cell; the margins stand before `w:tblLook`, as the schema has it."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), _NARROW_EDGE)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        table._tbl.tblPr.append(margins)


def _share_width(table: Table, block: Block) -> None:
    """Give each column a share of the page by its longest word and its text, so that no word breaks."""
    table.autofit = False
    weights = []
    for column in zip(*block.rows, strict=True):
        texts = [plain(cell) for cell in column]
        word = max((len(word) for text in texts for word in text.split()), default=0)
        longest = max(map(len, texts))
        weights.append(max(word, min(longest, _LONG_CELL), min(longest // 3, 2 * _LONG_CELL)) + _CELL_EDGES)
    for column, weight in zip(table.columns, weights, strict=True):
        column.width = width = Emu(int(_TEXT_WIDTH * weight / sum(weights)))
        for cell in column.cells:
            cell.width = width


def _repeat_header(table: Table) -> None:
    """Mark the first row as the header that repeats on each page, and keep rows whole."""
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))


def _set_page(document: Document, brief: Brief) -> None:
    """Set margins, the header with the edition, and the footer with the origin and the page's number."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.size = Pt(10)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.text = brief.edition_line
    foot.text = f"{brief.origin_line} · "
    _add_page_number(foot)
    for paragraph in (head, foot):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for run in paragraph.runs:
            run.font.size = Pt(8)


def _add_page_number(paragraph: Paragraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _set_properties(document: Document, brief: Brief) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.language = brief.title, "launch-copilot", brief.lang
    properties.subject, properties.comments = brief.edition_line, ""
    properties.identifier, properties.version = brief.edition.mark, str(brief.plan_version)
    properties.created = properties.modified = _NO_TIME
    properties.last_modified_by, properties.revision = "launch-copilot", 1


def _timeless(document: Document) -> bytes:
    """Return the package with the same time on each of its files."""
    saved, out = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as timeless:
        for name in package.namelist():
            entry = zipfile.ZipInfo(name, _NO_TIME.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            timeless.writestr(entry, package.read(name))
    return out.getvalue()
