"""Facts: for each intent, the values that the answer needs, computed and with their provenance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from copilot import fact_collectors as about_product
from copilot import plan_collectors as about_plan
from copilot.fact_collectors import SlotAsked
from copilot.fact_sources import Sources
from copilot.factsheet import FACT_SPECS, Fact, FactSheet, FactSpec, Message, SheetBuilder, Source
from copilot.phrases import load_phrases
from copilot.plan_collectors import Part
from copilot.product_facts import Bench, add_expected, add_slot
from copilot.questions import SHOWN_CANDIDATES, Intent, Question
from ranking.plan import Launch
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.engine import Engine, Product
    from copilot.store import StoredPlan

__all__ = ["FACT_SPECS", "Fact", "FactSheet", "FactSpec", "Message", "Source", "collect_facts"]


def collect_facts(question: Question, engine: Engine, stored_plan: StoredPlan) -> FactSheet:
    """Compute the facts that answer a question.

    What cannot be answered yields a sheet with the product's own lines instead: an unsure reading or an ambiguous name
    asks back, a week outside the plan names the plan's range.

    Raises:
        UnsupportedLanguage: the question's language has no phrases.
        UnknownProduct: the question names an id that the catalogue no longer has.
        PlannerTimeout: a re-solve found no plan in time.
    """
    phrases = load_phrases(question.lang)
    sheet = SheetBuilder(question)
    bench = Bench(sheet, engine, stored_plan, Sources(engine, stored_plan, phrases))
    if question.unsure:
        first, second = (phrases.label(f"intent.{intent.value}") for intent, _ in question.alternatives[:2])
        sheet.say("ask_back_intent", first=first, second=second)
    elif _can_speak(bench, question):
        _COLLECTORS[question.intent](bench, question)
    return sheet.build()


def _can_speak(bench: Bench, question: Question) -> bool:
    """Say whether the question names only weeks that the plan has; else tell the plan's range."""
    first, last = _plan_range(bench)
    outside = [week for week in question.entities.weeks if week not in bench.engine.weeks]
    if outside and question.intent not in (Intent.HELP, Intent.OUT_OF_SCOPE, Intent.PRODUCT_SEARCH):
        bench.sheet.say("unknown_week", week=format_week(outside[0]), first=first, last=last)
        return False
    return True


def _why_here(bench: Bench, question: Question) -> None:
    product = _the_product(bench, question)
    if product is None:
        return
    launch = bench.launch_of(product.product_id)
    asked = _slot_asked(bench, question, launch)
    if launch is None or asked.differs_from(launch):
        about_product.why_not(bench, product, asked)
    else:
        about_product.why_here(bench, product, launch)


def _why_not(bench: Bench, question: Question) -> None:
    product = _the_product(bench, question)
    if product is not None:
        asked = _slot_asked(bench, question, bench.launch_of(product.product_id))
        about_product.why_not(bench, product, asked)


def _what_if_move(bench: Bench, question: Question) -> None:
    product = _the_product(bench, question)
    if product is None:
        return
    launch = bench.launch_of(product.product_id)
    asked = _slot_asked(bench, question, launch)
    first, last = _plan_range(bench)
    if asked.placement is None and len(question.entities.placements) > 1:
        bench.sheet.say("which_placement", placements=", ".join(question.entities.placements))
    elif asked == SlotAsked():
        bench.sheet.say("no_target_slot", first=first, last=last)
    elif asked.week is not None and asked.week not in bench.engine.weeks:
        bench.sheet.say("unknown_week", week=format_week(asked.week), first=first, last=last)
    elif launch is not None and not asked.differs_from(launch):
        bench.sheet.say("already_there")
        about_product.why_here(bench, product, launch)
    else:
        about_product.what_if_move(bench, product, asked)


def _forecast(bench: Bench, question: Question) -> None:
    product = _the_product(bench, question)
    if product is not None:
        about_product.forecast(bench, product)


def _similar(bench: Bench, question: Question) -> None:
    product = _the_product(bench, question)
    if product is not None:
        about_product.similar(bench, product)


def _search_demand(bench: Bench, question: Question) -> None:
    product = _the_product(bench, question)
    if product is not None:
        about_product.search_demand(bench, product)


def _rhythm(bench: Bench, question: Question) -> None:
    if question.product_words and not question.entities.groups:
        bench.sheet.say("unknown_group", name=question.product_words)
    about_plan.rhythm(bench, question.entities.groups, question.entities.weeks)


def _planned(bench: Bench, question: Question) -> None:
    found = question.entities
    if found.products or question.ambiguous_products or question.product_words:
        _planned_product(bench, question)
    else:
        about_plan.planned(bench, Part(found.weeks, found.placements, found.groups))


def _planned_product(bench: Bench, question: Question) -> None:
    product = _the_product(bench, question)
    if product is None:
        return
    launch = bench.launch_of(product.product_id)
    if launch is None:
        about_product.why_not(bench, product, SlotAsked())
        return
    slot = add_slot(bench, launch)
    bench.sheet.must_say(slot, add_expected(bench, launch, explains=slot))


def _brief(bench: Bench, question: Question) -> None:
    found = question.entities
    if found.products or question.ambiguous_products:
        _why_here(bench, question)
        target = found.products[0] if found.products else ""
    elif found.weeks:
        about_plan.planned(bench, Part(weeks=found.weeks[:1]))
        target = format_week(found.weeks[0])
    elif question.product_words:
        _the_product(bench, question)
        return
    else:
        about_plan.rhythm(bench, found.groups)
        target = "rhythm"
    if target:
        bench.sheet.say("brief_ready", closing=True, target=target)


def _product_search(bench: Bench, question: Question) -> None:
    if question.entities.products:
        about_plan.list_possible(bench, question.entities.products, SHOWN_CANDIDATES)
    elif question.product_words.startswith("#"):
        bench.sheet.say("unknown_product", name=question.product_words)
    elif question.ambiguous_products:
        about_plan.list_possible(bench, question.ambiguous_products, SHOWN_CANDIDATES)
    elif question.product_words or question.entities.groups:
        about_plan.find_products(bench, question.product_words, question.entities.groups)
    else:
        bench.sheet.say("no_search_words")


def _help(bench: Bench, question: Question) -> None:
    first, last = _plan_range(bench)
    bench.sheet.say("help", first=first, last=last)


def _out_of_scope(bench: Bench, question: Question) -> None:
    bench.sheet.say("out_of_scope")


_COLLECTORS = {
    Intent.WHY_HERE: _why_here,
    Intent.WHY_NOT: _why_not,
    Intent.WHAT_IF_MOVE: _what_if_move,
    Intent.FORECAST: _forecast,
    Intent.SIMILAR: _similar,
    Intent.SEARCH_DEMAND: _search_demand,
    Intent.RHYTHM: _rhythm,
    Intent.PLANNED: _planned,
    Intent.BRIEF: _brief,
    Intent.PRODUCT_SEARCH: _product_search,
    Intent.HELP: _help,
    Intent.OUT_OF_SCOPE: _out_of_scope,
}


@dataclass(frozen=True)
class Chosen:
    """What a product's name came to: one id, or the ids that it could still be."""

    product_id: str = ""
    still_possible: tuple[str, ...] = ()


def _the_product(bench: Bench, question: Question) -> Product | None:
    """Return the product that a question is about, or None after asking back."""
    chosen = choose_product(question, bench.stored, bench.engine)
    if chosen.product_id:
        return bench.engine.product(chosen.product_id)
    name = question.product_words
    if chosen.still_possible:
        key = "ask_back_product" if question.exact else "nearest_products"
        bench.sheet.say(key, name=name)
        about_plan.list_possible(bench, chosen.still_possible, SHOWN_CANDIDATES)
    elif name:
        bench.sheet.say("unknown_product", name=name)
    else:
        bench.sheet.say("no_product")
    return None


def choose_product(question: Question, stored: StoredPlan, engine: Engine) -> Chosen:
    """Decide which product a name stands for when several share it.

    Planned ones go first, then the one in the week and placement that the question names, then candidates before what
    is on sale. What is left is asked back.
    """
    if question.entities.products:
        return Chosen(question.entities.products[0])
    possible: Sequence[str] = question.ambiguous_products
    if not question.exact or not possible:
        return Chosen(still_possible=tuple(possible))
    launches = [launch for one in possible if (launch := stored.plan.launch_of(one)) is not None]
    there = [launch for launch in launches if _stands_there(launch, question)]
    for kept in (there, launches):
        if len(kept) == 1:
            return Chosen(kept[0].product_id)
    if launches:
        return Chosen(still_possible=tuple(launch.product_id for launch in (there or launches)))
    waiting = set(engine.problem.product_ids)
    candidates = tuple(one for one in possible if one in waiting) or tuple(possible)
    return Chosen(candidates[0]) if len(candidates) == 1 else Chosen(still_possible=candidates)


def _stands_there(launch: Launch, question: Question) -> bool:
    found = question.entities
    named = bool(found.weeks or found.placements)
    fits_week = not found.weeks or launch.week in found.weeks
    return named and fits_week and (not found.placements or launch.placement in found.placements)


def _slot_asked(bench: Bench, question: Question, launch: Launch | None) -> SlotAsked:
    """Return the slot that a question names; "a week later" counts from the product's launch.

    A partial name that fits several placements stands for the one where the product is planned, or for none of them.
    """
    found = question.entities
    week = found.weeks[-1] if found.weeks else None
    if week is None and found.shift_weeks and launch is not None:
        week = launch.week + timedelta(weeks=found.shift_weeks)
    placement = found.placements[0] if len(found.placements) == 1 else None
    if len(found.placements) > 1 and launch is not None and launch.placement in found.placements:
        placement = launch.placement
    return SlotAsked(week, placement)


def _plan_range(bench: Bench) -> tuple[str, str]:
    return format_week(bench.engine.weeks[0]), format_week(bench.engine.weeks[-1])
