"""Who writes: what is kept and shown when the configured writer fails before, during and after an answer."""

from __future__ import annotations

import threading

import pytest

from copilot.errors import GeneratorError
from copilot.generators import PHRASES, PhraseGenerator, Prompt, ScriptedGenerator
from copilot.service import Finished
from copilot.writer_fallback import FallbackGenerator


class Flaky(ScriptedGenerator):
    """Reads its prompt's first facts aloud; breaks off in the third sentence while `broken`."""

    broken = False

    def stream(self, prompt, *, cancel=None):
        told = [line[2:] for line in prompt.user.splitlines() if line.startswith("- ")]
        yield " ".join(told[:2]) + " "
        if self.broken:
            yield "It is expected to sell 98"
            raise GeneratorError("The server went away.")
        yield " ".join(told[2:])


@pytest.fixture
def ask(copilot):
    launch = copilot.current_plan().plan.launches[0]
    message = f"Why is #{launch.product_id} in week {launch.week:%V}?"

    def ask_(**more):
        return next(event.answer for event in copilot.ask(message, **more) if isinstance(event, Finished))

    return ask_


@pytest.fixture
def flaky(copilot, monkeypatch):
    server = Flaky("", name="a server")
    backup = ScriptedGenerator("It is the best seller [F1].", name="the backup")
    monkeypatch.setattr(copilot, "writer", FallbackGenerator(server, backup, rest_s=0.0))
    return server


def writers(answer):
    return [sentence.writer for sentence in answer.sentences if sentence.origin == "writer"]


def test_a_server_that_dies_in_a_sentence_shows_nothing_of_it_and_names_who_wrote_each(copilot, ask, flaky):
    flaky.broken = True
    answer = ask()
    assert "98" not in [word.strip(".") for word in answer.text.split()]
    assert all(sentence.verified for sentence in answer.sentences)
    assert writers(answer) == ["a server", "a server"]
    assert (answer.writer, answer.instead_of, answer.failure) == ("the backup", "a server", "The server went away.")
    assert copilot.active_writer().name == "the backup"
    assert copilot.active_writer().instead_of == "a server"
    assert "went away" in next(notice.text for notice in copilot.notices() if notice.subject == "writer")


def test_a_writer_that_comes_back_is_the_active_one_again(copilot, ask, flaky):
    thread = copilot.store.new_thread("en")
    answers = []
    for flaky.broken in (False, True, False):
        answers.append(ask(thread_id=thread))
    assert [(one.writer, one.instead_of) for one in answers] == [
        ("a server", ""),
        ("the backup", "a server"),
        ("a server", ""),
    ]
    assert copilot.active_writer().name == "a server"
    assert copilot.active_writer().failure == ""
    assert not [notice for notice in copilot.notices() if notice.subject == "writer"]
    kept = [message.payload for message in copilot.store.messages(thread) if message.role == "copilot"]
    assert [(one["writer"], one["instead_of"], one["failure"]) for one in kept] == [
        (one.writer, one.instead_of, one.failure) for one in answers
    ]


def test_a_resting_server_is_not_asked_and_the_answer_still_says_why(copilot, ask, flaky, monkeypatch):
    monkeypatch.setattr(copilot.writer, "_rest_s", 1_000.0)
    flaky.broken = True
    ask()
    flaky.broken = False
    answer = ask()
    assert (answer.writer, answer.instead_of, answer.failure) == ("the backup", "a server", "The server went away.")


def test_a_writer_without_a_backup_that_fails_leaves_phrases_which_the_answer_says(copilot, ask, monkeypatch):
    monkeypatch.setattr(copilot, "writer", ScriptedGenerator("It", fail_after=0, name="the model"))
    answer = ask()
    assert answer.writer == PHRASES
    assert (answer.instead_of, answer.failure) == ("", "")  # a line of the answer says it
    assert "as it was told to" in next(one.text for one in answer.sentences if one.origin == "template")
    assert (copilot.active_writer().name, copilot.active_writer().instead_of) == (PHRASES, "the model")
    assert "its own phrase" in next(notice.text for notice in copilot.notices() if notice.subject == "writer")
    monkeypatch.setattr(copilot, "writer", ScriptedGenerator("It sells well.", name="the model"))
    assert ask().writer == "the model"
    assert copilot.active_writer().name == "the model"
    assert not [notice for notice in copilot.notices() if notice.subject == "writer"]


def test_a_server_over_phrases_falls_back_to_them_and_says_so(copilot, ask, monkeypatch):
    dead = ScriptedGenerator("", fail_after=0, name="a server")
    monkeypatch.setattr(copilot, "writer", FallbackGenerator(dead, PhraseGenerator()))
    answer = ask()
    assert (answer.writer, answer.instead_of) == (PHRASES, "a server")
    assert {sentence.origin for sentence in answer.sentences} <= {"phrase", "template"}
    assert copilot.active_writer().name == PHRASES


def test_a_writer_that_cannot_be_loaded_is_told_before_the_first_question(copilot, monkeypatch):
    class Missing(ScriptedGenerator):
        def prepare(self):
            raise GeneratorError("The weights are missing.")

    monkeypatch.setattr(copilot, "writer", Missing("", name="the model"))
    with pytest.raises(GeneratorError):
        copilot.prepare()
    assert copilot.active_writer().name == PHRASES
    assert copilot.active_writer().failure == "The weights are missing."


def test_success_is_noted_while_a_reply_goes_on_and_a_stop_is_neither_success_nor_failure():
    primary = ScriptedGenerator(["One. Two. Three. "], name="primary")
    generator = FallbackGenerator(primary, PhraseGenerator(), rest_s=0.0)
    generator.note_failure(GeneratorError("It failed before."))
    cancel = threading.Event()
    cancel.set()
    assert list(generator.stream(Prompt("", ""), cancel=cancel)) == []
    assert generator.last_failure == "It failed before."
    stream = generator.stream(Prompt("", ""))
    next(stream)
    assert generator.last_failure == ""
    stream.close()
    assert generator.writing_name == "primary"


def test_a_writer_without_what_it_was_taught_is_told(copilot, monkeypatch, tmp_path):
    from copilot.writer_transformers import TransformersGenerator

    damaged = tmp_path / "adapter_model.safetensors"
    damaged.write_bytes(b"no adapter")
    writer = TransformersGenerator(cache=tmp_path, adapter=damaged, eight_bit=False)
    monkeypatch.setattr(writer, "_load_made", lambda make, remove: None)  # the plain weights are not needed here
    monkeypatch.setattr(copilot, "writer", writer)
    assert not [notice for notice in copilot.notices() if notice.subject == "writer"]
    writer.prepare()
    told = next(notice.text for notice in copilot.notices() if notice.subject == "writer")
    assert "what it was taught" in told
    assert "damaged" in told
