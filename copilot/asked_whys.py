"""Why questions: why a product is where it is, why it is not elsewhere, why a week or a category has nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot import category_collectors as about_category
from copilot import closed_collectors as about_closed
from copilot import fact_collectors as about_product
from copilot import overview_collectors as about_whole
from copilot.asked import is_about_a_category, is_named, part, say_others_named, slot_asked, the_product
from copilot.paired_whys import told_of_both
from copilot.settled_words import says
from copilot.several_slots import why_not_there
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.product_facts import Bench
    from copilot.questions import Question


def why_here(bench: Bench, question: Question) -> None:
    """Tell why what is asked about is in the plan: of two products, of each."""
    if not told_of_both(bench, question):
        why_one(bench, question)


def why_one(bench: Bench, question: Question) -> None:
    """Tell why one product, week, category or placement is planned as it is."""
    if _of_a_part(bench, question):
        return
    if question.entities.placements and not (is_named(question) or question.entities.weeks):
        about_whole.placements(bench, question.entities.placements)
        return
    product = the_product(bench, question)
    if product is None:
        return
    say_others_named(bench, question, product)
    launch = bench.launch_of(product.product_id)
    asked = slot_asked(bench, question, launch)
    if launch is None or asked.differs_from(launch):
        why_not_there(bench, question, product)
    else:
        about_product.why_here(bench, product, launch)


def _of_a_part(bench: Bench, question: Question) -> bool:
    """Tell why a week or a category has nothing, and say whether the question is about one and no product."""
    if _asks_of_a_week(question):
        about_closed.why_empty(bench, part(question))
        return True
    if is_about_a_category(question):
        about_category.why_none(bench, part(question))
        return True
    return False


def _asks_of_a_week(question: Question) -> bool:
    """Say whether a why names weeks and neither a product nor a category: "why is week 45 empty?"."""
    found = question.entities
    return bool(found.weeks) and not (is_named(question) or found.groups or question.points_back)


def why_not(bench: Bench, question: Question) -> None:
    """Tell why a product is not there or not launched, or why a week or a category has nothing."""
    if told_of_both(bench, question):
        return
    closed = _asks_of_a_week(question) and about_closed.reopening(bench, part(question))
    if _asks_of_a_week(question) and not closed and says(question, "why_not_then", bench.sources.phrases):
        bench.sheet.say("why_what_not", week=format_week(question.entities.weeks[0]))
        return
    if _of_a_part(bench, question):
        return
    product = the_product(bench, question)
    if product is not None:
        why_not_there(bench, question, product)
