"""Passages of briefs: in the writer's words where each sentence passes the check, else in the facts' own."""

from __future__ import annotations

import re
import threading
import time

import pytest

from copilot.brief_passages import Passages, _with_footnotes
from copilot.briefs import write_brief
from copilot.errors import GeneratorError
from copilot.facts import Fact, Source
from copilot.generators import PhraseGenerator, ScriptedGenerator
from copilot.phrases import languages, load_phrases
from copilot.writer_adapter import shipped_adapter
from copilot.writer_fallback import FallbackGenerator
from copilot.writer_transformers import TransformersGenerator

FALSE = "“Potato Chips 9 Oz” is expected to sell 999 units in its first four weeks."
WEEK, RHYTHM = "2017-W42", "rhythm"
TARGETS = ("101", WEEK, RHYTHM)
HEADINGS = {
    "101": {"en": ("Why here and now", "Positioning", "Slot and timing"), "zh": ("为什么在这里", "定位", "档位与时机")},
    WEEK: {"en": ("Launches", "Why these, why now"), "zh": ("上新列表", "为什么是这些")},
    RHYTHM: {"en": ("Why", "How sure"), "zh": ("为什么", "有多可靠")},
}


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


def sections(text, lang="en", target="101"):
    parts = {part.split("\n")[0]: part for part in text.split("\n## ")}
    return [next(part for title, part in parts.items() if title.startswith(named)) for named in HEADINGS[target][lang]]


def foot(text):
    """The line on who wrote a brief."""
    return text.split("\n[^")[0].rstrip().splitlines()[-1].replace("\\", "")


def aloud(user):
    """Read the prompt's facts aloud, as a writer does that takes their own phrases."""
    return " ".join(line[2:] for line in user.splitlines() if line.startswith("- "))


def falsified(user):
    return " ".join(f"{FALSE[:-1]} {cite}." for cite in re.findall(r"\[F\d+\]", user))


def plain(text):
    return re.sub(r"\[\^[\w-]+\]|\\|\s", "", text)


@pytest.fixture(params=languages())
def lang(request):
    return request.param


@pytest.fixture(params=TARGETS)
def target(request):
    return request.param


@pytest.fixture
def written(target, lang, small_engine, small_stored):
    def write(generator, **more):
        passages = Passages(generator, **more)
        brief = write_brief(target, small_engine, small_stored, load_phrases(lang), passages)
        return brief, passages, sections(brief.markdown, lang, target)

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
    brief, passages, parts = written(Recording(falsified))
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
    brief, _, parts = written(writer, cancel=cancel)
    assert len(writer.prompts) == 1
    assert all(re.search(r"\[\^F\d+\]", part) for part in parts)
    assert brief.writing.ended == "cancelled"


def test_every_figure_of_a_passage_has_its_footnote(written):
    brief, _, parts = written(PhraseGenerator())
    noted = set(re.findall(r"^\[\^([\w-]+)\]:", brief.markdown, re.MULTILINE))
    for part in parts:
        cited = re.findall(r"\[\^([\w-]+)\]", part)
        assert cited
        assert set(cited) <= noted
        assert not re.search(r"\[F\d+\]", part)


def test_a_footnote_within_a_sentence_keeps_the_blank_behind_it():
    fact = Fact("F1", "launch_slot", "101", "Tea", "x", "text", None, Source("rows"))
    told = _with_footnotes("It is at in-aisle [F1] and should sell [F1].", {"F1": fact}, lambda one: f"[^{one.id}]")
    assert told == "It is at in-aisle[^F1] and should sell.[^F1]"


def test_the_passages_are_the_writers_and_every_number_keeps_its_footnote(written, target, lang, unsourced):
    writer = Recording(aloud)
    brief, passages, parts = written(writer)
    assert len(writer.prompts) == (3 if target == "101" else 2)
    assert brief.writing.written == passages.sentences_written > 0
    assert lang != "en" or unsourced(brief) == []  # it reads English
    assert "recording" in foot(brief.markdown)
    assert foot(brief.markdown) == f"*{brief.signature}*"
    for part in parts:
        assert re.search(r"\[\^F\d+\]", part)


def test_the_passages_tell_the_facts_of_the_quick_version(written, target, lang, small_engine, small_stored):
    """Whoever writes: no fact is lost, and none that the quick version lacks is told."""
    quick = write_brief(target, small_engine, small_stored, load_phrases(lang))
    for writer in (Recording(aloud), Recording(falsified), PhraseGenerator()):
        assert {fact.id for fact in written(writer)[0].facts} == {fact.id for fact in quick.facts}
    assert quick.writing is None
    assert foot(quick.markdown) == f"*{load_phrases(lang).message('title.written_in_phrases')}*"


def test_sentences_that_refer_back_stand_behind_what_they_refer_to(small_engine, small_stored):
    brief = write_brief(RHYTHM, small_engine, small_stored, load_phrases("en"), Passages(Recording()))
    why = sections(brief.markdown, target=RHYTHM)[0]
    quick = sections(write_brief(RHYTHM, small_engine, small_stored, load_phrases("en")).markdown, target=RHYTHM)[0]
    cited = [re.findall(r"\[\^(F\d+)\]", text) for text in (why, quick)]
    assert cited[0] == cited[1]


@pytest.mark.parametrize(
    ("writer", "more", "ended", "says"),
    [
        (ScriptedGenerator("Never [F1] mind.", fail_after=1), {}, "failed", "The writer scripted failed, so"),
        (Recording(falsified), {}, "", "The writer recording wrote no sentence that passed the check"),
        (Recording(aloud), {"time_limit_s": 0.0}, "time", "no sentence checked when its time was up"),
    ],
)
def test_a_brief_says_why_its_writer_wrote_nothing(small_engine, small_stored, writer, more, ended, says):
    brief = write_brief(WEEK, small_engine, small_stored, load_phrases("en"), Passages(writer, **more))
    assert (brief.writing.ended, brief.writing.written) == (ended, 0)
    assert bool(brief.writing.failure) == (ended == "failed")
    assert says in foot(brief.markdown)
    assert "tell the paragraphs on what carries the week and why these launches" in foot(brief.markdown)


def test_a_writer_that_cannot_be_loaded_leaves_the_phrases(small_engine, small_stored):
    class Broken(Recording):
        def prepare(self):
            raise GeneratorError("The weights are not there.")

    writer = Broken()
    brief = write_brief(RHYTHM, small_engine, small_stored, load_phrases("en"), Passages(writer))
    assert (brief.writing.ended, brief.writing.failure) == ("failed", "The weights are not there.")
    assert writer.prompts == []


def test_loading_the_writer_costs_none_of_its_time(small_engine, small_stored):
    class Slow(Recording):
        def prepare(self):
            time.sleep(0.6)

    passages = Passages(Slow(aloud), time_limit_s=0.5)
    brief = write_brief(RHYTHM, small_engine, small_stored, load_phrases("en"), passages)
    assert brief.writing.written > 0


def test_a_writer_that_failed_is_not_asked_again(small_engine, small_stored):
    writer = ScriptedGenerator("Never [F1] mind.", fail_after=1)
    write_brief("101", small_engine, small_stored, load_phrases("en"), Passages(writer))
    assert len(writer.prompts) == 1


def test_a_backup_that_takes_over_is_named(small_engine, small_stored):
    failing = ScriptedGenerator("", fail_after=0, name="server")
    writer = FallbackGenerator(failing, Recording(aloud))
    brief = write_brief(RHYTHM, small_engine, small_stored, load_phrases("en"), Passages(writer))
    assert (brief.writing.asked, brief.writing.writers, brief.writing.ended) == ("server", ("recording",), "")
    assert "in the words of recording" in foot(brief.markdown)
    assert "The writer server failed and handed over." in foot(brief.markdown)


def test_the_time_limit_ends_a_writer_in_the_middle_of_a_sentence(small_engine, small_stored):
    class Dawdling(Recording):
        def stream(self, prompt, *, cancel=None):
            self.prompts.append(prompt)
            yield aloud(prompt.user).split("]. ")[0] + "]. The"
            while not cancel.is_set():
                time.sleep(0.01)
                yield ""  # a word that never comes

    writer = Dawdling()
    brief = write_brief(WEEK, small_engine, small_stored, load_phrases("en"), Passages(writer, time_limit_s=0.3))
    assert len(writer.prompts) == 1
    assert brief.writing.ended == "time"
    assert brief.writing.written <= 1 < brief.writing.sentences


def test_progress_is_told_step_by_step(small_engine, small_stored):
    told = []
    passages = Passages(Recording(aloud), on_progress=told.append)
    brief = write_brief(WEEK, small_engine, small_stored, load_phrases("en"), passages)
    assert {one.stage for one in told} == {"writing"}
    counts = [one.sentences for one in told]
    assert counts == sorted(counts)
    assert counts[-1] <= brief.writing.sentences


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_on_board_writer_writes_passages_that_pass_the_check(
    small_engine, small_stored, onboard_folder, target, unsourced
):
    if (adapter := shipped_adapter()) is None:
        pytest.skip("no adapter is shipped")
    writer = TransformersGenerator(cache=onboard_folder.parent, adapter=adapter)
    passages = Passages(writer, time_limit_s=600)
    brief = write_brief(target, small_engine, small_stored, load_phrases("en"), passages)
    plain_brief = write_brief(target, small_engine, small_stored, load_phrases("en"))
    assert passages.sentences_written > 0
    assert "in the words of SmolLM2" in brief.markdown
    assert unsourced(brief) == []
    numbers = r"\d+(?:[.,]\d+)*"
    told = " ".join(sections(brief.markdown, target=target))
    assert set(re.findall(numbers, told)) <= set(re.findall(numbers, plain_brief.markdown))


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


def test_progress_tells_the_place_in_line(copilot, monkeypatch):
    monkeypatch.setattr(copilot, "writer", Recording(aloud))
    told, ticket = [], copilot._writer_line.join()  # another chat has the writer

    def hear(progress):
        told.append(progress)
        if progress.stage == "waiting":
            ticket.leave()

    with ticket:
        assert ticket.place == 0
        brief = copilot.brief("rhythm", written=True, on_progress=hear)
    assert [one.stage for one in told][:3] == ["facts", "waiting", "writing"]
    assert told[1].place == 1
    assert brief.writing.written > 0


def test_a_language_that_the_writer_does_not_write_has_none(copilot, monkeypatch):
    monkeypatch.setattr(copilot, "writer", Recording(aloud))
    assert [copilot.brief_writer(lang) for lang in ("en", "zh")] == ["recording", ""]
    assert copilot.brief("rhythm", "zh", written=True) == copilot.brief("rhythm", "zh")
    monkeypatch.setattr(copilot, "writer", PhraseGenerator())
    assert copilot.brief_writer("en") == ""
