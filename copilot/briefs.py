"""Briefs: a launch document for one product, one week, or the season's rhythm, built of the same facts as answers.

The text lives in `prompts/<lang>/brief_*.md.j2`. Each sentence about data is a fact's own phrase, and each figure in a
table a fact's value; both carry a footnote that tells the value, its interval and where it comes from. `brief_rhythm`,
`brief_product` and `brief_week` collect the facts, `brief_writing` renders them, `brief_docx` makes a DOCX of the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.brief_product import write_product
from copilot.brief_rhythm import RHYTHM, write_rhythm
from copilot.brief_week import write_week
from copilot.brief_writing import Brief, BriefWriter
from copilot.cleaning import clean_text
from copilot.errors import UnknownProduct, UnknownWeek, UnsupportedFormat
from copilot.phrases import Phrases, languages, load_phrases
from copilot.week_words import find_weeks
from retrieval.weeks import format_week, parse_week

if TYPE_CHECKING:
    from datetime import date

    from copilot.brief_passages import Passages
    from copilot.engine import Engine
    from copilot.store import StoredPlan

__all__ = ["FORMATS", "RHYTHM", "Brief", "brief_bytes", "write_brief"]

FORMATS = ("md", "docx")
_WEEK_DIGITS = 2  # a number of more is a product's


def write_brief(
    target: str, engine: Engine, stored_plan: StoredPlan, phrases: Phrases, passages: Passages | None = None
) -> Brief:
    """Write the brief of a product id, a week (`2017-W43`, `43`, `week 43` or a date) or `rhythm`.

    With `passages`, a writer writes the paragraphs that explain: of a product, why, in which words and when; of a week,
    what carries it and why; of the rhythm, why and how sure.

    Raises:
        UnknownProduct: the target is neither a product of the catalogue, a week nor `rhythm`.
        UnknownWeek: the week lies outside the plan.
    """
    named = clean_text(target, 200).strip()
    writer = BriefWriter(named, engine, stored_plan, phrases, passages)
    if named.lower() == RHYTHM:
        return write_rhythm(writer)
    try:
        return write_product(writer, engine.product(named.removeprefix("#")))
    except UnknownProduct as unknown:
        week = _week_or_none(named, engine, phrases)
        if week is None:
            raise UnknownProduct.of("no_brief", target=named, week=format_week(engine.weeks[0])) from unknown
        return write_week(writer, week)


def brief_bytes(brief: Brief, file_format: str) -> bytes:
    """Return a brief as a file's content, in one of FORMATS; equal briefs give equal bytes.

    Raises:
        UnsupportedFormat: briefs are not written in this format.
    """
    if file_format == "md":
        return brief.markdown.encode()
    if file_format == "docx":
        from copilot.brief_docx import to_docx

        return to_docx(brief)
    raise UnsupportedFormat.of("brief_format", format=clean_text(file_format, 20), formats=FORMATS)


def _week_or_none(text: str, engine: Engine, phrases: Phrases) -> date | None:
    """Return the one week that the target is: a date, `2017-W44`, a number alone, or words such as "week 44"."""
    try:
        return parse_week(text)
    except ValueError:
        pass
    others = (load_phrases(lang) for lang in languages() if lang != phrases.lang)
    return next((week for words in (phrases, *others) if (week := _week_in_words(text, engine, words))), None)


def _week_in_words(text: str, engine: Engine, phrases: Phrases) -> date | None:
    if text.isdecimal() and len(text) <= _WEEK_DIGITS:
        text = phrases.message("title.week_words", number=int(text))
    try:
        found = find_weeks(text, engine.as_of, engine.weeks, phrases.parsing, phrases.lexicon)
    except UnknownWeek:
        return None
    whole = len(found) == 1 and found[0].end - found[0].start == len(text)
    return found[0].weeks[0] if whole and len(found[0].weeks) == 1 else None
