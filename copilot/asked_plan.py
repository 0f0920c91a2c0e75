"""What is planned: the launches of a part of the plan, one product's slot, and what a brief is drafted of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot import fact_collectors as about_product
from copilot import plan_collectors as about_plan
from copilot import rhythm_collectors as about_rhythm
from copilot.asked import is_named, part, plan_range, the_product
from copilot.asked_whys import why_one
from copilot.each_part_collectors import tell_each_part
from copilot.fact_collectors import SlotAsked
from copilot.holiday_collectors import tell_when_of_a_day
from copilot.plan_collectors import Part
from copilot.product_facts import add_expected, add_slot
from copilot.settled_words import says
from copilot.topics import asks, weighs
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.product_facts import Bench
    from copilot.questions import Question


def planned(bench: Bench, question: Question) -> None:
    """Tell the launches of what is named: a product, weeks, placements, categories, or the whole plan."""
    found = question.entities
    if not is_named(question) and tell_when_of_a_day(bench, question):
        return
    if found.products or question.ambiguous_products:
        _planned_product(bench, question)
        return
    if question.product_words and not (found.weeks or found.placements or found.groups):
        the_product(bench, question)
        return
    if question.product_words:
        bench.sheet.say("unknown_part", name=question.product_words)
    asked = part(question)
    if asked.groups and says(question, "weeks_without", bench.sources.phrases):
        about_plan.weeks_without(bench, asked)
        return
    if says(question, "plan_span", bench.sources.phrases, question.goes_back_to) and asked == Part():
        first, last = plan_range(bench)
        bench.sheet.say("plan_runs", first=first, last=last)
        bench.sheet.must_say(about_plan.add_planned_count(bench, asked))
        return
    if asked == Part() and tell_each_part(bench, question, units=False):
        return
    if asked.weeks == (bench.engine.weeks[-1],) and says(question, "after_it", bench.sources.phrases):
        bench.sheet.say("plan_ends", last=format_week(asked.weeks[0]))
    several = max(map(len, (asked.weeks, asked.placements, asked.groups))) > 1
    if several and (weighs(bench, question) or (len(asked.groups) > 1 and asks(bench, question, "either"))):
        about_plan.planned_units(bench, asked, apart=True)
        return
    about_plan.planned(bench, asked)


def _planned_product(bench: Bench, question: Question) -> None:
    product = the_product(bench, question)
    if product is None:
        return
    launch = bench.launch_of(product.product_id)
    if launch is None:
        about_product.why_not(bench, product, SlotAsked())
        return
    slot = add_slot(bench, launch)
    bench.sheet.must_say(slot, add_expected(bench, launch, explains=slot))


def brief(bench: Bench, question: Question) -> None:
    """Tell in short what a brief would hold, and where it is drafted."""
    found = question.entities
    if found.products or question.ambiguous_products:
        why_one(bench, question)
        target = found.products[0] if found.products else ""
    elif found.weeks:
        about_plan.planned(bench, Part(weeks=found.weeks[:1]))
        target = format_week(found.weeks[0])
    elif question.product_words:
        the_product(bench, question)
        return
    else:
        about_rhythm.rhythm(bench, found.groups)
        if not found.groups:
            bench.sheet.must_say(*about_rhythm.add_largest_groups(bench))
        target = "rhythm"
    if target:
        bench.sheet.say("brief_ready", closing=True, target=target)
