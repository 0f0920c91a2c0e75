"""What a question supposes: a launch moved or left out, a week chosen, two products swapped or compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from copilot import catalogue_collectors as about_catalogue
from copilot import change_collectors as about_change
from copilot import fact_collectors as about_product
from copilot.asked import is_named, plan_range, slot_asked, the_product
from copilot.changes import IMPOSSIBLE, Change, interventions
from copilot.chosen_products import choose_among
from copilot.closed_collectors import one_more, reopening, why_empty
from copilot.fact_collectors import SlotAsked
from copilot.group_names import within
from copilot.measured_collectors import tell_beside_the_rest
from copilot.plan_collectors import Part, add_planned_count
from copilot.product_facts import add_expected, add_forecast, add_slot
from copilot.questions import SHOWN_CANDIDATES, Question
from copilot.rest_collectors import rest
from copilot.settled_words import says
from copilot.told_apart import ProductName
from copilot.topics import asks
from copilot.week_choice import choose_week, weeks_asked
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.engine import Product
    from copilot.product_facts import Bench


def what_if_move(bench: Bench, question: Question, slotless: str = "no_target_slot") -> None:
    """What moving a product would change, or which of the weeks asked about is the better one for it.

    Args:
        slotless: the message that answers a question without a week or placement to move to.
    """
    if question.change is not None and question.change.kind in IMPOSSIBLE:
        bench.sheet.say(question.change.kind)
        return
    product = the_product(bench, question)
    if product is None:
        return
    launch = bench.launch_of(product.product_id)
    asked = slot_asked(bench, question, launch)
    first, last = plan_range(bench)
    if product.status == "candidate" and (weeks := weeks_asked(bench, question)):
        choose_week(bench, product, weeks, asked.placement)
    elif asked.placement is None and len(question.entities.placements) > 1:
        bench.sheet.say("which_placement", placements=", ".join(question.entities.placements))
    elif asked == SlotAsked():
        bench.sheet.say(slotless, first=first, last=last)
    elif asked.week is not None and asked.week not in bench.engine.weeks:
        bench.sheet.say("unknown_week", week=format_week(asked.week), first=first, last=last)
    elif launch is not None and not asked.differs_from(launch):
        bench.sheet.say("already_there")
        about_product.why_here(bench, product, launch)
    else:
        about_product.what_if_move(bench, product, asked)


def what_if(bench: Bench, question: Question) -> None:
    """What the best plan under another rule, forecast or price would change."""
    change, found = question.change, question.entities
    if found.products and says(question, "launched_again", bench.sources.phrases):
        _once_only(bench, question)
        return
    if change is None and found.products and says(question, "forces_in", bench.sources.phrases):
        _force_in(bench, question)
        return
    if change is None:
        what_if_move(bench, question, "no_change") if found.products else bench.sheet.say("no_change")
        return
    if change.kind in IMPOSSIBLE:
        bench.sheet.say(change.kind)
        return
    if change.kind == "swap":
        _swap(bench, question)
        return
    if change == Change("cap", 0) and len(found.weeks) > 1 and asks(bench, question, "either"):
        rest(bench, question)  # "nothing in week 50 or week 51, which is cheaper?"
        return
    if change.kind == "drop" and len(set(question.named)) > 1:
        _drop_several(bench, question, change)
        return
    named = is_named(question)
    if question.named and change.kind == "cap" and not (named or found.groups):
        bench.sheet.say("cap_of_products", name=about_change.shared_title(bench, question.named[0]))
        return
    if change.kind == "drop" and (alike := _all_of_a_name(bench, question)):
        about_change.drop_all(bench, alike)
        return
    product = the_product(bench, question) if named else None
    if named and product is None:
        return
    named_groups = Part(groups=found.groups).narrowed(bench.stored.plan.launches).groups
    groups = tuple(one for one in bench.engine.group_names() if any(within(one, name) for name in named_groups))
    asked = Part(found.weeks, found.placements)
    if product is not None and change.kind == "cap" and not groups:
        groups = (product.group,)  # one product is launched once: a limit a week is of its category
    closed = change == Change("cap", 0) and not groups and bool(found.weeks)
    if change.kind == "reopen" or (closed and len(reopening(bench, asked)) == len(found.weeks)):
        _reopen(bench, asked)
        return
    if change.kind == "cap" and change.added:
        about_change.what_if(bench, one_more(bench, asked, groups, int(change.amount)), None)
        return
    product_id = product.product_id if product else ""
    supposed = interventions(change, product_id, found, groups, bench.engine.problem)
    if supposed:
        about_change.what_if(bench, supposed, product)
    else:
        bench.sheet.say("no_change")


def _drop_several(bench: Bench, question: Question, change: Change) -> None:
    """What the best plan without several products is worth, all of them taken out at once."""
    products = _chosen_products(bench, question, question.named)
    supposed = [
        item
        for one in products
        for item in interventions(change, one.product_id, question.entities, (), bench.engine.problem)
    ]
    if products:
        about_change.what_if(bench, supposed, products[0], products[1:])


def _reopen(bench: Bench, asked: Part) -> None:
    """What undoing the decisions that close a week or a slot would bring."""
    if reopening(bench, asked):
        why_empty(bench, asked)
        return
    week, placement = (format_week(asked.weeks[0]) if asked.weeks else "", "".join(asked.placements[:1]))
    bench.sheet.say("not_closed", week=week, placement=placement)
    bench.sheet.must_say(add_planned_count(bench, Part(asked.weeks[:1], asked.placements[:1])))


def _all_of_a_name(bench: Bench, question: Question) -> tuple[str, ...]:
    """Return the candidates that share the one name which a message speaks of as a whole: "any Cards Seasonal"."""
    said = str(bench.sources.phrases.parsing["change"]["all_of_name"])  # pyright: ignore[reportIndexIssue, reportCallIssue, reportArgumentType]
    shared = question.named[0] if len(question.named) == 1 else ()
    if len(shared) < 2 or not question.exact or not re.search(said, question.entities.text, re.IGNORECASE):
        return ()
    called = about_change.shared_title(bench, shared)
    titles = {one: bench.engine.product(one).title for one in bench.engine.problem.product_ids}
    return tuple(one for one, title in titles.items() if f"{title}, ".startswith(f"{called}, "))  # of any size


def _once_only(bench: Bench, question: Question) -> None:
    """Say that a product is launched once, and where that is."""
    bench.sheet.say("once_only")
    product = the_product(bench, question)
    if product is None or product.status != "candidate":
        return
    launch = bench.launch_of(product.product_id)
    bench.sheet.must_say(add_slot(bench, launch) if launch else about_product.add_not_planned(bench, product))
    bench.sheet.must_say(add_expected(bench, launch) if launch else add_forecast(bench, product))


def _force_in(bench: Bench, question: Question) -> None:
    """What the plan gives up for a product that it leaves out; where it stands, if it does not."""
    product = the_product(bench, question)
    if product is not None:
        about_product.why_not(bench, product, slot_asked(bench, question, None))


def compare(bench: Bench, question: Question) -> None:
    """How two products compare, or one with the rest."""
    if tell_beside_the_rest(bench, question):
        return
    if pair := _two_products(bench, question, "two_products"):
        asked = [slot_asked(bench, question, bench.launch_of(one.product_id)) for one in pair]
        about_change.compare(bench, *pair, asked)
        _say_left_out(bench, question, pair)


def _say_left_out(bench: Bench, question: Question, pair: Sequence[Product]) -> None:
    """Say which of the products named no comparison of two tells of."""
    told = {one.product_id for one in pair}
    further = [named[0] for named in question.named[2:] if len(named) == 1 and named[0] not in told]
    if further:
        titles = ", ".join(f"{bench.engine.product(one).title} #{one}" for one in dict.fromkeys(further))
        bench.sheet.say("two_at_a_time", closing=True, titles=titles)


def _swap(bench: Bench, question: Question) -> None:
    if pair := _two_products(bench, question, "swap_alone"):
        about_change.swap_places(bench, *pair)


def _two_products(bench: Bench, question: Question, missing: str) -> tuple[Product, Product] | None:
    """Return the two products that a question names, or None after asking back."""
    if len(question.named) < 2:
        bench.sheet.say(missing)
        return None
    chosen = _chosen_products(bench, question, _first_two(bench, question))
    if not chosen:
        return None
    first, *others = chosen
    second = others[0] if others else first
    bench.sheet.speak_of(ProductName.of(first), ProductName.of(second))
    return first, second


def _first_two(bench: Bench, question: Question) -> list[tuple[str, ...]]:
    """Return the first two names that mean different products: one may be named twice, in other words."""
    found: dict[str, tuple[str, ...]] = {}
    for named in question.named:
        meant = choose_among(named, question, bench.stored, bench.engine).product_id
        found.setdefault(meant or repr(named), named)
    return list(found.values())[:2] if len(found) > 1 else list(question.named[:2])


def _chosen_products(bench: Bench, question: Question, names: Sequence[tuple[str, ...]]) -> list[Product]:
    """Return the different products that names mean, or none after asking back which one is meant."""
    chosen = [choose_among(named, question, bench.stored, bench.engine) for named in names]
    for one in chosen:
        if not one.product_id:
            bench.sheet.say("ask_back_product")
            about_catalogue.list_possible(bench, one.still_possible, SHOWN_CANDIDATES)
            return []
    return [bench.engine.product(one) for one in dict.fromkeys(one.product_id for one in chosen)]
