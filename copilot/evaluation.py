"""Evaluation of what the operator meets: planning on the built workspace, and answers end to end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import numpy as np

from copilot.answers import build_prompt, write_answer
from copilot.chinese_evaluation import evaluate_chinese
from copilot.evaluation_sheets import drawn_sheets
from copilot.facts import collect_facts
from copilot.generators import Prompt
from copilot.phrases import load_phrases
from copilot.question_evaluation import evaluate_understanding
from copilot.regret import N_WEEKS, evaluate_regret
from copilot.service import Copilot
from copilot.teaching.held_out import is_held_out
from copilot.trust_evaluation import evaluate_trust
from copilot.verifier import verify_sentence
from copilot.writer_speed import measure_speed
from ranking.agreement import counterfactual_agreement, policy_agreement
from ranking.comparison import compare_with_done, known_candidates
from ranking.counterfactual import counterfactual, why_not
from ranking.effect_table import effect_table
from ranking.errors import NotEnoughData
from ranking.market import estimated_market
from ranking.plan_peers import choice_of
from ranking.planner import Planner, solve_plan
from ranking.problem import MinShare, PlanningProblem
from ranking.synthetic import synthetic_problem
from retrieval.sources.simulated import simulated_shop

SOLVE_SIZES = (200, 1_000, 5_000)
_SOLVE_GAP, _SOLVE_LIMIT_S = 1e-3, 8.0
_COMPARED_GAP, _COMPARED_LIMIT_S = 1e-3, 30.0


def evaluate_planning(
    copilot: Copilot,
    n_interventions: int = 20,
    *,
    n_simulated: int = 200,
    seeds: Sequence[int] = range(30),
    sizes: Sequence[int] = SOLVE_SIZES,
) -> dict[str, Any]:
    """Measure planning: regret, the policy network, counterfactuals, solve times, and the plan against what was done.

    Args:
        n_interventions: counterfactuals on the workspace's problem; n_simulated: on a synthetic one.
        seeds: of the simulated shops that regret is measured in; sizes: candidates of the problems that are timed.
    Returns:
        regret (see `evaluate_regret`); policy_agreement, the share, and policy, its details; counterfactual_agreement,
        the share over both problems, and counterfactuals by problem; solve; against_done (see `compare_with_done`), or
        {"skipped": reason}; effects, what is known of fatigue, crowding, substitutes and exposures (see `EffectRow`);
        worth, the workspace's plan at held prices and on its own path (see `plan_worth`).
    """
    engine = copilot.engine
    asked = {
        "workspace": counterfactual_agreement(engine.problem, n_interventions, planner=engine.planner),
        "simulated": counterfactual_agreement(_mid_size_problem(), n_simulated),
    }
    models = engine.models
    n_asked = sum(one["n"] for one in asked.values())
    policy = policy_agreement(simulated_shop(0, n_weeks=N_WEEKS))
    return {
        "regret": evaluate_regret(seeds),
        "policy_agreement": policy["share"],
        "policy": policy,
        "counterfactual_agreement": sum(one["n_agreed"] for one in asked.values()) / max(n_asked, 1),
        "n_counterfactuals": n_asked,
        "counterfactuals": asked,
        "solve": [_solved(size) for size in sizes],
        "against_done": evaluate_against_done(copilot),
        "worth": plan_worth(copilot),
        "effects": [asdict(row) for row in effect_table(models.fatigue, models.cannibalisation, models.exposure)],
    }


def evaluate_against_done(copilot: Copilot) -> dict[str, Any]:
    """Plan the candidates whose held-out outcome is known, and compare with the retailer's own launches."""
    workspace = copilot.engine.workspace
    try:
        problem = known_candidates(copilot.engine.problem, workspace)
    except NotEnoughData as error:
        return {"skipped": str(error)}
    plan = solve_plan(problem, time_limit_s=_COMPARED_LIMIT_S, mip_gap=_COMPARED_GAP)
    return compare_with_done(problem, plan, workspace) | {"gap": plan.gap}


def plan_worth(copilot: Copilot) -> dict[str, float]:
    """Return what the plan is worth at the rhythm's prices, as it is told, and along its own path of fatigue, in units.

    The prices are a slope: added up over all launches they count what launches take from each other twice.
    """
    engine, plan = copilot.engine, copilot.current_plan().plan
    market = estimated_market(engine.candidates_and_slots, engine.models.fatigue, engine.starting_fatigue)
    on_path = market.worth_of(choice_of(plan, engine.problem)) - plan.substitution_cost
    return {"at_prices": plan.objective, "on_own_path": on_path}


def _mid_size_problem() -> PlanningProblem:
    """Sixty candidates for 24 slots, with rhythm, substitutes, spacing, a budget and a least share."""
    problem = synthetic_problem(60, n_weeks=4, capacity=1, substitutes=True, rhythm=True)
    costs = np.tile(np.arange(problem.n_slots) % len(problem.placements), (problem.n_candidates, 1))
    return replace(
        problem,
        spacing={problem.groups[0]: 2},
        costs=costs,
        budget=0.8 * float(costs[0].sum()),
        min_shares=(MinShare("group", problem.groups[1], 0.1),),
    )


def _solved(n_candidates: int) -> dict[str, Any]:
    """One cold solve of a synthetic problem with substitutes, 72 slots of capacity 3, and a why-not of its plan."""
    problem = synthetic_problem(n_candidates, substitutes=True)
    planner = Planner(problem)
    plan = planner.solve(time_limit_s=_SOLVE_LIMIT_S, mip_gap=_SOLVE_GAP)
    out = next((one for one in problem.product_ids if plan.launch_of(one) is None), problem.product_ids[0])
    told = counterfactual(planner, plan, why_not(out), time_limit_s=_SOLVE_LIMIT_S, mip_gap=_SOLVE_GAP)
    return {
        "candidates": plan.n_candidates,
        "slots": plan.n_slots,
        "substitutes": problem.substitutes.n_pairs,
        "seconds": round(plan.solve_s, 2),
        "gap": plan.gap,
        "why_not_seconds": round(told.plan.solve_s, 2) if told.plan else None,
        "why_not_gap": told.plan.gap if told.plan else None,
    }


def evaluate_answers(copilot: Copilot, n_questions: int = 20) -> dict[str, Any]:
    """Ask real questions about the plan and measure writer and verifier.

    Returns:
        writer_pass_rate: share of the writer's sentences that the verifier kept; None when the writer said nothing.
        unverified_shown: sentences shown that state a fact and do not pass the verifier when checked once more.
        answer_s_median: seconds from the message to the last sentence, re-solving included.
        verifier_catch_rate, verifier_pass_rate, injection_failures and their details: see `evaluate_trust`.
        first_token_s, tokens_per_s: of one reply of a local writer, see `measure_speed`; None for others.
        intent_accuracy, entity_f1, abstention_precision, abstention_recall, understanding: see
            `evaluate_understanding`.
        chinese: the same of Chinese questions, and the verifier on Chinese sentences, see `evaluate_chinese`.
    """
    phrases = load_phrases("en")
    stored = copilot.current_plan()
    parser = copilot.parser("en")
    kept = unverified = 0
    rejected: list[str] = []
    seconds: list[float] = []
    prompt: Prompt | None = None
    for message in asked_of_the_plan(copilot, n_questions):
        started = time.monotonic()
        sheet = collect_facts(parser.parse(message), copilot.engine, stored)
        for sentence in write_answer(sheet, copilot.writer, phrases, on_rejected=lambda text, _: rejected.append(text)):
            kept += sentence.origin == "writer"
            states_facts = sentence.origin != "template"
            unverified += states_facts and not verify_sentence(sentence.text, sheet, phrases).ok
        seconds.append(time.monotonic() - started)
        prompt = build_prompt(sheet, phrases)
    written = kept + len(rejected)
    return {
        "n_questions": len(seconds),
        "writer": copilot.writer.name,
        "writer_sentences": written,
        "writer_pass_rate": round(kept / written, 4) if written else None,
        "unverified_shown": unverified,
        "answer_s_median": round(float(np.median(seconds)), 2) if seconds else None,
        **_speed(copilot, prompt),
        **evaluate_understanding(copilot.engine.search.encoder),
        **evaluate_trust(copilot),
        "chinese": evaluate_chinese(drawn_sheets(copilot), copilot.engine.search.encoder),
    }


def _speed(copilot: Copilot, prompt: Prompt | None) -> dict[str, float | None]:
    count_tokens = getattr(copilot.writer, "count_tokens", None)
    if count_tokens is None or prompt is None:
        return {"first_token_s": None, "tokens_per_s": None}
    return measure_speed(copilot.writer, prompt, count_tokens)


_FORMS = (
    "Why is #{id} in week {week}?",
    "What is the forecast for #{id}?",
    "What if #{id} launched a week later, in week {next}?",
    "Which past launches are like #{id}?",
    "How many launches per week in {group}?",
    "What is planned in week {week}?",
    "Why is #{id} not in week {next}?",
    "How often do shoppers search for #{id}?",
    "Compare #{id} with #{other}",
    "What are the risks of #{id}?",
    "What if #{id} were 10 percent cheaper?",
    "How sure are you about #{id}?",
    "What drives the score of #{id}?",
)


def asked_of_the_plan(copilot: Copilot, n: int) -> Sequence[str]:
    """Return questions about launches spread through the plan, in the forms that an operator asks most.

    The launches are those that the shipped writer was not taught with, unless the plan has fewer than a fifth of `n`.
    """
    launches = copilot.current_plan().plan.launches
    unseen = tuple(launch for launch in launches if is_held_out(launch.product_id))
    chosen = unseen if 5 * len(unseen) >= n else launches
    messages = []
    for i in range(n if chosen else 0):
        launch, other = chosen[i % len(chosen)], chosen[(i + 1) % len(chosen)]
        week = launch.week.isocalendar().week
        form = _FORMS[i % len(_FORMS)]
        named = {"id": launch.product_id, "other": other.product_id, "group": launch.group}
        messages.append(form.format(**named, week=week, next=(launch.week + timedelta(weeks=1)).isocalendar().week))
    return messages
