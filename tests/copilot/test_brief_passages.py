"""Passages of briefs: in the writer's words where each sentence passes the check, else in the facts' own."""

from __future__ import annotations

import re
import threading

import pytest

from copilot.brief_passages import Passages
from copilot.briefs import write_brief
from copilot.generators import PhraseGenerator, ScriptedGenerator
from copilot.phrases import languages, load_phrases
from copilot.writer_adapter import shipped_adapter
from copilot.writer_transformers import TransformersGenerator

FALSE = "“Potato Chips 9 Oz” is expected to sell 999 units in its first four weeks."
HEADINGS = {"en": ("Why here and now", "Positioning", "Slot and timing"), "zh": ("为什么在这里", "定位", "档位与时机")}


class Recording:
    """Writes by a function of its prompt, and keeps the prompts."""

    name = "recording"

    def __init__(self, reply=lambda user: ""):
        self.prompts, self.reply = [], reply

    def prepare(self):
        pass

    def stream(self, prompt, *, cancel=None):
        self.prompts.append(prompt)
        return iter((self.reply(prompt.user),))


def sections(text, lang="en"):
    parts = {part.split("\n")[0]: part for part in text.split("\n## ")}
    return [next(part for title, part in parts.items() if title.startswith(named)) for named in HEADINGS[lang]]


def plain(text):
    return re.sub(r"\[\^[\w-]+\]|\\|\s", "", text)


@pytest.fixture(params=languages())
def written(request, small_engine, small_stored):
    def write(generator, **more):
        passages = Passages(generator, **more)
        brief = write_brief("101", small_engine, small_stored, load_phrases(request.param), passages)
        return brief, passages, sections(brief.markdown, request.param)

    return write


def test_without_a_writer_a_brief_is_as_it_was(small_engine, small_stored):
    brief = write_brief("101", small_engine, small_stored, load_phrases("en"))
    assert "\n- At " in sections(brief.markdown)[0]
    assert "in the words of" not in brief.markdown


def test_the_writer_is_asked_for_three_passages_and_its_own_sentences_stand_in_them(small_engine, small_stored):
    def reply(user):  # another wording of the slot, with the citation that the prompt gives it
        found = re.search(r"“Potato Chips 9 Oz” is planned for (\S+) \((.+?)\) (\[F\d+\])", user)
        return f"In {found[1]}, “Potato Chips 9 Oz” is planned at {found[2]} {found[3]}." if found else ""

    writer = Recording(reply)
    passages = Passages(writer)
    brief = write_brief("101", small_engine, small_stored, load_phrases("en"), passages)
    assert len(writer.prompts) == 3
    timing = sections(brief.markdown)[2]
    launch = small_stored.plan.launch_of("101")
    assert f"”is planned at {launch.placement}.[^F".replace("”is", "” is") in timing
    assert passages.sentences_written == 1
    assert "in the words of recording" in brief.markdown


def test_a_false_sentence_never_stands_in_a_brief(written):
    def reply(user):
        return " ".join(f"{FALSE[:-1]} {cite}." for cite in re.findall(r"\[F\d+\]", user))

    brief, passages, parts = written(Recording(reply))
    assert "999" not in brief.markdown
    assert passages.sentences_written == 0
    phrased, _, same = written(PhraseGenerator())
    assert [plain(part) for part in parts] == [plain(part) for part in same]
    assert {fact.id for fact in brief.facts} == {fact.id for fact in phrased.facts}


@pytest.mark.parametrize("trouble", ["fails", "cancelled", "late"])
def test_whatever_happens_to_the_writer_the_facts_are_told_whole(written, trouble):
    cancelled = threading.Event()
    cancelled.set()
    writer = Recording()
    generator = ScriptedGenerator("Never [F1] mind.", fail_after=1) if trouble == "fails" else writer
    more = {"cancelled": {"cancel": cancelled}, "late": {"time_limit_s": 0.0}}.get(trouble, {})
    _, _, parts = written(generator, **more)
    _, _, same = written(PhraseGenerator())
    assert [plain(part) for part in parts] == [plain(part) for part in same]
    assert writer.prompts == []


def test_cancelling_between_two_passages_asks_for_no_more(written):
    cancel = threading.Event()
    writer = Recording(lambda user: cancel.set() or "")
    _, _, parts = written(writer, cancel=cancel)
    assert len(writer.prompts) == 1
    assert all(re.search(r"\[\^F\d+\]", part) for part in parts)


def test_every_figure_of_a_passage_has_its_footnote(written):
    brief, _, parts = written(PhraseGenerator())
    noted = set(re.findall(r"^\[\^([\w-]+)\]:", brief.markdown, re.MULTILINE))
    for part in parts:
        cited = re.findall(r"\[\^([\w-]+)\]", part)
        assert cited
        assert set(cited) <= noted
        assert not re.search(r"\[F\d+\]", part)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_on_board_writer_writes_passages_that_pass_the_check(small_engine, small_stored, onboard_folder):
    if (adapter := shipped_adapter()) is None:
        pytest.skip("no adapter is shipped")
    writer = TransformersGenerator(cache=onboard_folder.parent, adapter=adapter)
    passages = Passages(writer, time_limit_s=600)
    brief = write_brief("101", small_engine, small_stored, load_phrases("en"), passages)
    plain_brief = write_brief("101", small_engine, small_stored, load_phrases("en"))
    assert passages.sentences_written > 0
    assert "in the words of SmolLM2" in brief.markdown
    numbers = r"\d+(?:[.,]\d+)*"
    assert set(re.findall(numbers, " ".join(sections(brief.markdown)))) <= set(
        re.findall(numbers, plain_brief.markdown)
    )


def test_the_service_writes_passages_only_when_asked(copilot, monkeypatch):
    writer = Recording()
    monkeypatch.setattr(copilot, "writer", writer)
    product_id = copilot.current_plan().plan.launches[0].product_id
    copilot.brief(product_id)
    assert not writer.prompts
    assert "The writer recording wrote no sentence" in copilot.brief(product_id, written=True).markdown
    assert 1 <= len(writer.prompts) <= 3
    monkeypatch.setattr(copilot, "writer", PhraseGenerator())
    assert copilot.brief(product_id, written=True) == copilot.brief(product_id)


def test_a_cancelled_brief_waits_for_no_turn(copilot, monkeypatch):
    writer, cancel = Recording(), threading.Event()
    monkeypatch.setattr(copilot, "writer", writer)
    cancel.set()
    product_id = copilot.current_plan().plan.launches[0].product_id
    with copilot._writer_line.join():  # another chat has the writer, and keeps it
        assert copilot.brief(product_id, written=True, cancel=cancel).title
    assert not writer.prompts
