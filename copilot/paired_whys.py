"""A why of two products: where each stands, and for each what it brings there and what goes without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.asked import say_others_named, slot_asked
from copilot.catalogue_collectors import list_possible
from copilot.chosen_products import choose_among
from copilot.fact_collectors import add_change, add_delta, add_next_best, add_not_planned
from copilot.planner_facts import say_set_aside, say_supposed_of
from copilot.product_facts import Bench, add_expected, add_reasons, add_slot
from copilot.questions import SHOWN_CANDIDATES
from ranking.interventions import Exclude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.engine import Product
    from copilot.factsheet import Fact
    from copilot.questions import Question
    from ranking.plan import Launch

PAIR = 2


def told_of_both(bench: Bench, question: Question) -> bool:
    """Tell a why of two products for both, and say whether it was one; what is named beyond them is left out."""
    if _asks_back(bench, question):
        return True
    if pair := _pair_of(bench, question):
        _tell(bench, question, pair)
        say_others_named(bench, question, *pair)
    return bool(pair)


def _asks_back(bench: Bench, question: Question) -> bool:
    """Ask which product a name means that several share beside another's, and say whether that is open."""
    named = tuple(dict.fromkeys(question.named))[:PAIR]
    plain = {meant[0] for meant in named if len(meant) == 1}
    shared = [meant for meant in named if len(meant) > 1 and not plain & set(meant)]
    if len(named) < PAIR or not plain or not shared:
        return False
    chosen = choose_among(shared[0], question, bench.stored, bench.engine)
    if chosen.product_id:
        return False
    bench.sheet.say("ask_back_product")
    list_possible(bench, chosen.still_possible, SHOWN_CANDIDATES)
    return True


def _pair_of(bench: Bench, question: Question) -> tuple[Product, ...]:
    """Return the two products that a why names first; none where it names one, or one that is no candidate."""
    ids = tuple(dict.fromkeys(question.entities.products))[:PAIR]
    found = tuple(bench.engine.product(one) for one in ids)
    return found if len(found) == PAIR and all(one.status == "candidate" for one in found) else ()


def _tell(bench: Bench, question: Question, pair: Sequence[Product]) -> None:
    """Say where both stand, then tell each; one that is elsewhere is told by what a move would change."""
    stands = [_stands(bench, product) for product in pair]
    bench.sheet.must_say(*stands)
    for product, stand in zip(pair, stands, strict=True):
        launch = bench.launch_of(product.product_id)
        asked = slot_asked(bench, question, launch)
        if launch is None or asked.differs_from(launch):
            add_change(bench, product, asked, stand, "move_delta" if launch else "force_delta")
        else:
            _add_why(bench, product, launch)


def _stands(bench: Bench, product: Product) -> Fact:
    launch = bench.launch_of(product.product_id)
    return add_slot(bench, launch) if launch else add_not_planned(bench, product)


def _add_why(bench: Bench, product: Product, launch: Launch) -> None:
    """Add what a launch is expected to sell, the strongest factor of that, and what the plan is worth without it."""
    say_supposed_of(bench, product)
    expected = add_expected(bench, launch)
    told = bench.engine.counterfactual(bench.stored, Exclude(launch.product_id, launch.week, launch.placement))
    say_set_aside(bench, told)
    bench.sheet.must_say(expected, *add_reasons(bench, launch, expected)[:1])
    slot = {"week": launch.week, "placement": launch.placement}
    bench.sheet.must_say(add_delta(bench, "slot_loss", product, told, explains=None, **slot))
    bench.sheet.must_say(add_next_best(bench, product, told))
