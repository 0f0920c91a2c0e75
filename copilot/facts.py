"""Facts: for each intent, the values that the answer needs, computed and with their provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot import asked_changes as about_change
from copilot import asked_plan as about_planned
from copilot import asked_whys as about_why
from copilot import catalogue_collectors as about_catalogue
from copilot import data_collectors as about_data
from copilot import demand_collectors as about_shoppers
from copilot import fact_collectors as about_product
from copilot import outlook_collectors as about_outlook
from copilot import overview_collectors as about_whole
from copilot import plan_collectors as about_plan
from copilot import rhythm_collectors as about_rhythm
from copilot import search_collectors as about_searches
from copilot import version_collectors as about_versions
from copilot.asked import (
    is_about_a_part,
    is_named,
    part,
    plan_range,
    slot_asked,
    the_product,
)
from copilot.bounded_collectors import tell_bounded
from copilot.catalogue_names import words_of
from copilot.chosen_products import Chosen, choose_product, settled
from copilot.drop_collectors import tell_drop
from copilot.each_part_collectors import tell_each_part
from copilot.fact_sources import Sources
from copilot.factsheet import FACT_SPECS, Fact, FactSheet, FactSpec, Message, SheetBuilder, Source
from copilot.left_out_collectors import left_out
from copilot.length import at_wished_length
from copilot.measured_collectors import tell_measured
from copilot.message_marks import is_of_another_script
from copilot.message_spacing import says_only
from copilot.outside_plan import speaks_of_the_plan, within_plan
from copilot.phrases import load_phrases
from copilot.product_facts import Bench
from copilot.questions import SHOWN_CANDIDATES, Intent, Question
from copilot.ratio_collectors import tell_ratio
from copilot.rest_collectors import asks_for_rest, asks_which_week, rest, which_week_rests
from copilot.settled_words import says
from copilot.told_in_answer import with_the_told
from copilot.topics import asks
from copilot.untold_collectors import tell_untold

if TYPE_CHECKING:
    from copilot.archive import Archive
    from copilot.engine import Engine
    from copilot.store import StoredPlan

__all__ = [
    "FACT_SPECS",
    "Chosen",
    "Fact",
    "FactSheet",
    "FactSpec",
    "Message",
    "Source",
    "choose_product",
    "collect_facts",
]


def collect_facts(
    question: Question, engine: Engine, stored_plan: StoredPlan, archive: Archive | None = None
) -> FactSheet:
    """Compute the facts that answer a question, told at the length that it wishes.

    What cannot be answered yields a sheet with the product's own lines instead: an unsure reading or an ambiguous name
    asks back, a week outside the plan names the plan's range. `archive`
    holds the plans that are kept beside this one; without it nothing can be said of them.

    Raises:
        UnsupportedLanguage: the question's language has no phrases.
        UnknownProduct: the question names an id that the catalogue no longer has.
        PlannerTimeout: a re-solve found no plan in time.
    """
    phrases = load_phrases(question.lang)
    question = settled(question, stored_plan, engine)
    sheet = SheetBuilder(question)
    bench = Bench(sheet, engine, stored_plan, Sources(engine, stored_plan, phrases), archive)
    if question.mended:
        sheet.say("read_as", name=question.text)
    if not question.text:
        sheet.say("empty_question")
    elif question.unsure:
        first, second = (phrases.label(f"intent.{intent.value}") for intent, _ in question.alternatives[:2])
        sheet.say("ask_back_intent", first=first, second=second)
    elif speaks_of_the_plan(bench, question):
        _tell(bench, within_plan(bench, question))
    return at_wished_length(with_the_told(sheet.build()))


def _tell(bench: Bench, question: Question) -> None:
    def collect() -> None:
        _COLLECTORS[question.intent](bench, question)

    told = tell_untold(bench, question) or tell_ratio(bench, question) or tell_bounded(bench, question)
    if not (told or tell_measured(bench, question, collect) or tell_drop(bench, question)):
        collect()


def _forecast(bench: Bench, question: Question) -> None:
    if not is_named(question) and says(question, "per_week", bench.sources.phrases):
        about_plan.units_by_week(bench, part(question))
        return
    if is_about_a_part(question):
        if not tell_each_part(bench, question, units=True):
            about_plan.planned_units(bench, part(question))
        return
    product = the_product(bench, question)
    if product is None:
        return
    asked = slot_asked(bench, question, bench.launch_of(product.product_id))
    about_product.forecast(bench, product, asked)


def _similar(bench: Bench, question: Question) -> None:
    if (product := the_product(bench, question)) is not None:
        about_product.similar(bench, product)


def _past_sales(bench: Bench, question: Question) -> None:
    if not is_named(question):
        bench.sheet.say("no_shop_sales")
        return
    product = the_product(bench, question)
    if product is None:
        return
    if product.status == "candidate":
        bench.sheet.say("not_launched")
        about_product.forecast(bench, product)
        bench.sheet.must_say(*about_catalogue.add_waiting(bench, product), place=1)
    else:
        about_catalogue.past_sales(bench, product)


def _revenue(bench: Bench, question: Question) -> None:
    bench.sheet.say("prices_missing")
    if is_named(question):
        _forecast(bench, question)
    else:
        about_plan.planned_units(bench, part(question))


def _locks(bench: Bench, question: Question) -> None:
    product = the_product(bench, question) if is_named(question) else None
    if product is not None or not is_named(question):
        about_whole.locks(bench, product)


def _rhythm(bench: Bench, question: Question) -> None:
    if not is_named(question) and says(question, "launches_each_week", bench.sources.phrases):
        about_plan.launches_by_week(bench, part(question))
        return
    if asks_for_rest(bench, question):
        rest(bench, question)
        return
    if asks_which_week(bench, question):
        which_week_rests(bench, question)
        return
    if question.product_words and not question.entities.groups:
        bench.sheet.say("unknown_group", name=question.product_words)
    asks_why = says(question, "why_so_many", bench.sources.phrases)
    limit_first = asks_why or bool(question.entities.weeks) or asks(bench, question, "more_or_fewer")
    about_rhythm.rhythm(bench, question.entities.groups, question.entities.weeks, limit_first=limit_first)


def _product_search(bench: Bench, question: Question) -> None:
    if question.entities.products:
        about_catalogue.list_possible(bench, question.entities.products, SHOWN_CANDIDATES)
    elif question.product_words.startswith("#"):
        bench.sheet.say("unknown_product", name=question.product_words)
    elif question.ambiguous_products:
        about_catalogue.list_possible(bench, question.ambiguous_products, SHOWN_CANDIDATES)
    elif question.product_words or question.entities.groups:
        about_catalogue.find_products(bench, question.product_words, question.entities.groups)
    else:
        bench.sheet.say("no_search_words")


def _help(bench: Bench, question: Question) -> None:
    """Tell what can be asked, also to who says hello; thanks and a yes need no more than a line."""
    first, last = plan_range(bench)
    parsing, lexicon = load_phrases(question.lang).parsing, load_phrases(question.lang).lexicon
    said = words_of(question.text)
    courteous = bool(said) and says_only(question.text, str(parsing["courtesies"]), lexicon)
    greets = set(said) & set(str(parsing["greetings"]).split())
    if courteous and not greets:
        bench.sheet.say("courtesy")
    else:
        bench.sheet.say("help", first=first, last=last)


def _out_of_scope(bench: Bench, question: Question) -> None:
    of_another_script = is_of_another_script(question.text, lambda word: False)
    bench.sheet.say("unread_script" if of_another_script else "out_of_scope")


_COLLECTORS = {
    Intent.WHY_HERE: about_why.why_here,
    Intent.WHY_NOT: about_why.why_not,
    Intent.WHAT_IF_MOVE: about_change.what_if_move,
    Intent.FORECAST: _forecast,
    Intent.SIMILAR: _similar,
    Intent.SEARCH_DEMAND: about_searches.search_demand,
    Intent.RHYTHM: _rhythm,
    Intent.PLANNED: about_planned.planned,
    Intent.WHAT_IF: about_change.what_if,
    Intent.EXTREMES: about_whole.extremes,
    Intent.LEFT_OUT: left_out,
    Intent.COMPARE: about_change.compare,
    Intent.PAST_SALES: _past_sales,
    Intent.REVENUE: _revenue,
    Intent.LOCKS: _locks,
    Intent.RISKS: about_outlook.risks,
    Intent.DRIVERS: about_outlook.drivers,
    Intent.CONFIDENCE: about_outlook.confidence,
    Intent.CHANGES: about_versions.changes,
    Intent.COMPARE_PLANS: about_versions.compare_plans,
    Intent.UNMET_DEMAND: about_shoppers.unmet_demand,
    Intent.AUDIENCE: about_shoppers.audience,
    Intent.DATA: about_data.data,
    Intent.METHOD: about_whole.method,
    Intent.BRIEF: about_planned.brief,
    Intent.PRODUCT_SEARCH: _product_search,
    Intent.HELP: _help,
    Intent.OUT_OF_SCOPE: _out_of_scope,
}
