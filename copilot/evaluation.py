"""Evaluation of what the operator meets: planning on the built workspace, and answers end to end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from copilot.answers import write_answer
from copilot.facts import collect_facts
from copilot.phrases import load_phrases
from copilot.service import Copilot
from copilot.verifier import verify_sentence
from ranking.interventions import Exclude, Intervention, Lock
from ranking.planner import solve_plan
from ranking.problem import PlanningProblem

SEED = 41
AGREEMENT_TOLERANCE = 2e-5  # relative: twice the gap at which the planner stops


def evaluate_planning(copilot: Copilot, n_interventions: int = 20) -> dict[str, Any]:
    """Measure solve time and gap on the workspace's problem, and counterfactuals against a re-solve from scratch.

    The keys `regret` and `policy_agreement` are None: they speak of the rhythm's policy, which this release estimates
    by launches per week that the data supports and does not yet solve for.
    """
    problem = copilot.engine.problem
    stored = copilot.current_plan()
    agreed = [_agrees(copilot, problem, stored, item) for item in _interventions(problem, stored.plan, n_interventions)]
    plan = solve_plan(problem, stored.plan.interventions)
    return {
        "regret": None,
        "policy_agreement": None,
        "counterfactual_agreement": float(np.mean(agreed)),
        "n_counterfactuals": len(agreed),
        "solve": [
            {"candidates": plan.n_candidates, "slots": plan.n_slots, "seconds": round(plan.solve_s, 3), "gap": plan.gap}
        ],
    }


def evaluate_answers(copilot: Copilot, n_questions: int = 20) -> dict[str, Any]:
    """Ask real questions about the plan and measure writer and verifier.

    Returns:
        writer_pass_rate: share of the writer's sentences that the verifier kept; None when the writer said nothing.
        unverified_shown: sentences shown that state a fact and do not pass the verifier when checked once more.
        answer_s_median: seconds from the message to the last sentence, re-solving included.
    """
    phrases = load_phrases("en")
    stored = copilot.current_plan()
    parser = copilot.parser("en")
    kept = unverified = 0
    rejected: list[str] = []
    seconds = []
    for message in _questions(copilot, n_questions):
        started = time.monotonic()
        sheet = collect_facts(parser.parse(message), copilot.engine, stored)
        for sentence in write_answer(sheet, copilot.writer, phrases, on_rejected=lambda text, _: rejected.append(text)):
            kept += sentence.origin == "writer"
            states_facts = sentence.origin != "template"
            unverified += states_facts and not verify_sentence(sentence.text, sheet, phrases).ok
        seconds.append(time.monotonic() - started)
    written = kept + len(rejected)
    return {
        "n_questions": len(seconds),
        "writer": copilot.writer.name,
        "writer_sentences": written,
        "writer_pass_rate": round(kept / written, 4) if written else None,
        "unverified_shown": unverified,
        "answer_s_median": round(float(np.median(seconds)), 2),
    }


def _agrees(copilot: Copilot, problem: PlanningProblem, stored, item: Intervention) -> bool:
    told = copilot.engine.counterfactual(stored, item)
    if told.plan is None:
        return told.verdict == "infeasible"
    # From scratch: no known prices, no preference for the present plan.
    fresh = solve_plan(problem, told.plan.interventions, time_limit_s=60.0)
    return abs(fresh.objective - told.plan.objective) <= AGREEMENT_TOLERANCE * max(1.0, fresh.objective)


def _interventions(problem: PlanningProblem, plan, n: int) -> list[Intervention]:
    """Half exclusions of planned launches from their slots, half locks of random candidates into random weeks."""
    random = np.random.default_rng(SEED)
    chosen: list[Intervention] = []
    for index in random.permutation(len(plan.launches))[: n // 2]:
        launch = plan.launches[index]
        chosen.append(Exclude(launch.product_id, launch.week, launch.placement))
    while len(chosen) < n and problem.n_candidates:
        week = problem.weeks[random.integers(len(problem.weeks))]
        chosen.append(Lock(problem.product_ids[random.integers(problem.n_candidates)], week))
    return chosen


def _questions(copilot: Copilot, n: int) -> Sequence[str]:
    """Questions over launches spread through the plan, in the forms that an operator asks most."""
    launches = copilot.current_plan().plan.launches
    forms = (
        "Why is #{id} in week {week}?",
        "What is the forecast for #{id}?",
        "What if #{id} launched a week later, in week {next}?",
        "Which past launches are like #{id}?",
        "How many launches per week in {group}?",
    )
    step = max(1, len(launches) // max(1, n))
    messages = []
    for i, launch in enumerate(launches[::step][:n]):
        week = launch.week.isocalendar().week
        form = forms[i % len(forms)]
        messages.append(form.format(id=launch.product_id, week=week, next=week + 1, group=launch.group))
    return messages
