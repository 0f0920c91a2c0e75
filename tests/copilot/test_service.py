"""The service over the small simulated shop: real ingest, index, models, planner and store."""

import threading
from datetime import timedelta

import pytest

from copilot.errors import QuestionTooLong, StalePlan, UnsupportedLanguage
from copilot.generators import ScriptedGenerator
from copilot.service import QUESTION_LIMIT, Collected, Copilot, Finished, SentenceReady, Understood
from copilot.store import Store
from copilot.writer_fallback import FallbackGenerator
from ranking.errors import InfeasiblePlan
from ranking.interventions import Exclude, Lock


def answer_to(copilot, message, **more):
    return next(event.answer for event in copilot.ask(message, **more) if isinstance(event, Finished))


@pytest.fixture
def launch(copilot):
    return copilot.current_plan().plan.launches[0]


def test_events_come_in_the_order_of_a_questions_life(copilot, launch):
    kinds = [type(event) for event in copilot.ask(f"Why is #{launch.product_id} in week {launch.week:%V}?")]
    assert kinds[:2] == [Understood, Collected]
    assert kinds[-1] is Finished
    assert set(kinds[2:-1]) == {SentenceReady}


def test_every_sentence_about_data_cites_facts_of_the_answer(copilot, launch):
    answer = answer_to(copilot, f"Why is #{launch.product_id} in week {launch.week:%V}?")
    ids = {fact.id for fact in answer.facts}
    assert answer.sentences
    assert all(sentence.verified for sentence in answer.sentences)
    assert all(sentence.facts and set(sentence.facts) <= ids for sentence in answer.sentences)
    assert "It sells well." not in answer.text  # what the scripted writer says cites nothing


def test_the_expected_units_of_an_answer_are_the_plans(copilot, launch):
    answer = answer_to(copilot, f"Why is #{launch.product_id} in week {launch.week:%V}?")
    expected = next(fact for fact in answer.facts if fact.name == "expected_units")
    assert expected.value == pytest.approx(launch.expected_units)


def test_a_thread_keeps_who_wrote_and_what_was_rejected(copilot, launch, monkeypatch):
    dead = ScriptedGenerator("", fail_after=0, name="a server")
    backup = ScriptedGenerator("It is the best seller [F1].", name="the backup")
    monkeypatch.setattr(copilot, "writer", FallbackGenerator(dead, backup))
    thread = copilot.store.new_thread("en")
    answer = answer_to(copilot, f"Why is #{launch.product_id} in week {launch.week:%V}?", thread_id=thread)
    assert answer.writer == "the backup"
    kept = copilot.store.messages(thread)[-1].payload
    assert kept["writer"] == "the backup"
    assert "It is the best seller [F1]." in [sentence["rejected"] for sentence in kept["sentences"]]
    assert [fact["subject_label"] for fact in kept["facts"]] == [fact.subject_label for fact in answer.facts]
    assert "backup" in next(notice.text for notice in copilot.notices() if notice.subject == "writer")


def test_half_a_character_in_a_message_loses_no_answer(copilot, launch):
    thread = copilot.store.new_thread("en")
    answer = answer_to(copilot, f"Why is\ud800 #{launch.product_id} in week {launch.week:%V}?\udfff", thread_id=thread)
    asked, kept = copilot.store.messages(thread)
    assert asked.payload["text"] == f"Why is #{launch.product_id} in week {launch.week:%V}?"
    assert kept.payload["sentences"][0]["text"] == answer.sentences[0].text
    assert any(fact.name == "expected_units" for fact in answer.facts)


def test_the_plan_is_made_once_and_kept(engine, tmp_path):
    copilot = Copilot(engine, Store(f"sqlite:///{tmp_path / 'nothing-planned.db'}"), ScriptedGenerator(""))
    assert copilot.store.latest_plan() is None
    first = copilot.current_plan()
    assert first.version == 1
    assert copilot.current_plan() == first
    assert first.plan.gap <= 1e-3


def test_of_two_who_read_at_once_where_no_plan_is_both_get_the_one_that_was_kept(engine, tmp_path, monkeypatch):
    url, solve = f"sqlite:///{tmp_path / 'nothing-planned.db'}", engine.solve
    first, second = (Copilot(engine, Store(url), ScriptedGenerator("")) for _ in range(2))
    kept = []

    def slowly(rules, **more):
        monkeypatch.setattr(engine, "solve", solve)
        kept.append(second.current_plan())
        return solve(rules, **more)

    monkeypatch.setattr(engine, "solve", slowly)
    assert first.current_plan() == kept[0]
    assert [plan.version for plan in first.store.plans()] == [1]


def test_a_plan_of_other_data_made_meanwhile_is_not_taken_for_ours(engine, tmp_path, monkeypatch):
    copilot = Copilot(engine, Store(f"sqlite:///{tmp_path / 'nothing-planned.db'}"), ScriptedGenerator(""))
    solve = engine.solve

    def slowly(rules, **more):
        plan = solve(rules, **more)
        copilot.store.save_plan(plan, "other data", "first plan", None)
        return plan

    monkeypatch.setattr(engine, "solve", slowly)
    with pytest.raises(StalePlan, match="you saw no plan"):
        copilot.current_plan()


def test_a_lock_moves_the_launch_and_undo_brings_the_plan_back(copilot, launch):
    before = copilot.current_plan()
    later = launch.week + timedelta(weeks=2)
    locked = copilot.lock(launch.product_id, later, launch.placement, before.version)
    moved = locked.plan.launch_of(launch.product_id)
    assert (moved.week, moved.placement) == (later, launch.placement)
    assert copilot.locked(launch.product_id)
    assert locked.plan.objective <= before.plan.objective + 1e-6

    with pytest.raises(StalePlan, match="changed"):
        copilot.restore(before.version, before.version)
    restored = copilot.restore(before.version, locked.version)
    assert restored.version == locked.version + 1
    assert restored.plan.launches == before.plan.launches
    assert not copilot.locked(launch.product_id)


def test_a_product_has_one_lock_and_any_number_of_exclusions(copilot, launch):
    later = launch.week + timedelta(weeks=2)
    version = copilot.lock(launch.product_id, launch.week, launch.placement, copilot.current_plan().version).version
    version = copilot.lock(launch.product_id, later, launch.placement, version).version
    assert copilot.store.locks() == (Lock(launch.product_id, later, launch.placement),)
    barred = (Exclude(launch.product_id, launch.week), Exclude(launch.product_id, None, launch.placement))
    for one in barred:
        version = copilot.exclude(one.product_id, version, one.week, one.placement).version
    assert [standing.rule for standing in copilot.store.rules()] == list(barred)  # the lock went with the first


def test_the_second_of_two_operators_is_told_and_nothing_is_written(copilot, launch):
    seen = copilot.current_plan().version
    copilot.lock(launch.product_id, launch.week, launch.placement, seen)
    other = copilot.current_plan().plan.launches[1]
    with pytest.raises(StalePlan):
        copilot.lock(other.product_id, other.week, other.placement, seen)
    assert copilot.current_plan().version == seen + 1
    assert not copilot.locked(other.product_id)


def test_locks_that_cannot_hold_leave_everything_as_it_was(copilot):
    stored = copilot.current_plan()
    slot = next(slot for slot in copilot.engine.problem.slots if slot.capacity == 1)
    first, second = copilot.engine.problem.product_ids[:2]
    kept = copilot.lock(first, slot.week, slot.placement, stored.version)
    with pytest.raises(InfeasiblePlan):
        copilot.lock(second, slot.week, slot.placement, kept.version)
    assert copilot.current_plan() == kept
    assert copilot.store.locks() == (Lock(first, slot.week, slot.placement),)


def test_a_lock_on_a_product_that_left_the_catalogue_is_told_and_not_applied(copilot):
    stored = copilot.current_plan()
    gone = Lock("gone", copilot.engine.weeks[0], copilot.engine.placements[0])
    copilot.store.save_plan(stored.plan, stored.fingerprint, "locked gone", stored.version, standing=[gone])
    assert copilot.replan().plan.launches
    assert [notice.subject for notice in copilot.notices() if notice.kind == "stale"] == ["gone"]


def test_a_long_message_is_refused_before_anything_is_written(copilot):
    thread = copilot.store.new_thread("en")
    with pytest.raises(QuestionTooLong, match="20,000"):
        list(copilot.ask("x" * 20_000, thread_id=thread))
    assert len("x" * 20_000) > QUESTION_LIMIT
    assert not copilot.store.messages(thread)


def test_a_language_without_phrases_is_refused(copilot):
    with pytest.raises(UnsupportedLanguage, match="en"):
        list(copilot.ask("help", lang="xx"))


def test_a_thread_keeps_message_and_answer(copilot, launch):
    thread = copilot.store.new_thread("en")
    answer = answer_to(copilot, f"What is the forecast for #{launch.product_id}?", thread_id=thread)
    operator, spoken = copilot.store.messages(thread)
    assert operator.payload["text"].startswith("What is the forecast")
    assert spoken.payload == answer.to_record()


def test_cancelling_ends_the_answer_early(copilot, launch):
    cancel = threading.Event()
    sentences = []
    for event in copilot.ask(f"Why is #{launch.product_id} in week {launch.week:%V}?", cancel=cancel):
        if isinstance(event, SentenceReady):
            sentences.append(event.sentence)
            cancel.set()
    assert len(sentences) == 1


def test_the_same_question_has_the_same_answer(copilot, launch):
    message = f"What if #{launch.product_id} moved to week {launch.week + timedelta(weeks=1):%V}?"
    assert answer_to(copilot, message).to_json() == answer_to(copilot, message).to_json()


def test_rows_behind_a_fact_can_be_opened(copilot, launch):
    answer = answer_to(copilot, f"Which past launches are like #{launch.product_id}?")
    rows = [copilot.fact_rows(fact) for fact in answer.facts if fact.source.where]
    assert rows
    assert all(len(frame) for frame in rows)


def test_simulated_tables_and_switched_off_parts_are_notices(copilot):
    kinds = {(notice.kind, notice.subject) for notice in copilot.notices()}
    assert ("simulated", "queries") in kinds
    assert any(kind == "off" for kind, _ in kinds)


def test_a_lock_on_where_a_launch_stands_moves_nothing(copilot, launch):
    before = copilot.current_plan()
    after = copilot.lock(launch.product_id, launch.week, launch.placement, before.version)
    assert after.plan.launches == before.plan.launches


def test_small_talk_does_not_end_what_a_conversation_is_about(copilot, launch):
    thread = copilot.store.new_thread("en")
    answer_to(copilot, f"Why is #{launch.product_id} in week {launch.week:%V}?", thread_id=thread)
    for small_talk in ("thanks!", "Will it rain tomorrow?"):
        answer_to(copilot, small_talk, thread_id=thread)
    answer = answer_to(copilot, "what is its forecast?", thread_id=thread)
    assert answer.question.entities.products == (launch.product_id,)


def test_after_a_comparison_both_products_are_spoken_of(copilot):
    first, second = (launch.product_id for launch in copilot.current_plan().plan.launches[:2])
    thread = copilot.store.new_thread("en")
    answer_to(copilot, f"compare #{first} and #{second}", thread_id=thread)
    assert answer_to(copilot, "which one sells more?", thread_id=thread).question.entities.products == (first, second)
    assert answer_to(copilot, "the second one", thread_id=thread).question.entities.products == (second,)
