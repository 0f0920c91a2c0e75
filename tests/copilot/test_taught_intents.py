"""What the on-board encoder was taught: the shipped file, what does not fit, and teaching itself on a few messages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot import taught_intents
from copilot.errors import GeneratorError
from copilot.intents import Intent, IntentMatcher
from copilot.phrases import load_phrases
from copilot.question_evaluation import LEFT_OUT, load_questions
from copilot.taught_intents import TAUGHT_FILE, TaughtIntents, taught_for
from copilot.teaching.reading import Messages, ReadingSettings, gather, save, teach
from retrieval.encoder import HashingEncoder, SentenceTransformerEncoder

FEW = ("why is it there", "what will it sell", "why now", "how many will it sell", "why that week", "units expected")


@pytest.fixture
def messages() -> Messages:
    matcher = IntentMatcher(HashingEncoder(), load_phrases("en"))
    return Messages(FEW, matcher.features(FEW, FEW), [1, 0, 1, 0, 1, 0], ("forecast", "why_here"))


def test_every_intent_has_messages_and_none_is_a_question_that_is_left_out():
    found = gather(load_phrases("en"))
    assert found.names == tuple(sorted(Intent))
    assert np.bincount(found.intents).min() >= 100
    assert found.features.shape[0] == len(found.texts) == len(found.intents)
    left_out = {one.text.lower().strip(" ?!.") for one in load_questions() if one.split == LEFT_OUT}
    assert len(left_out) > 600
    assert not left_out & set(found.texts)


def test_only_the_on_board_encoder_was_taught_and_only_english():
    assert taught_for(HashingEncoder(), "en") is None
    assert taught_for(SentenceTransformerEncoder(), "zh") is None


def test_a_damaged_file_says_what_to_do(tmp_path, monkeypatch):
    path = tmp_path / "intents.safetensors"
    path.write_bytes(TAUGHT_FILE.read_bytes()[:5_000])
    monkeypatch.setattr(taught_intents, "TAUGHT_FILE", path)
    with pytest.raises(GeneratorError, match="make train-reader"):
        taught_for(SentenceTransformerEncoder(), "en")


@pytest.mark.slow
def test_the_shipped_file_tells_plain_questions():
    encoder, phrases = SentenceTransformerEncoder(), load_phrases("en")
    taught = taught_for(encoder, "en")
    assert isinstance(taught, TaughtIntents)
    assert taught.names == tuple(sorted(Intent))
    matcher = IntentMatcher(HashingEncoder(), phrases)
    texts = [matcher.plain("why is PRODUCT in WEEK"), "who will buy it", "what is the weather"]
    shares = taught.shares(texts, matcher.features(texts, texts))
    assert shares.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    told = [taught.names[row.argmax()] for row in shares]
    assert told == ["why_here", "audience", "out_of_scope"]
    alone = taught.shares(texts[:1], matcher.features(texts[:1], texts[:1]))
    assert alone == pytest.approx(shares[:1], abs=1e-4)


@pytest.mark.slow
def test_teaching_lowers_the_loss_and_what_is_saved_reads_as_taught(tmp_path, messages):
    pytest.importorskip("peft")
    settings = replace(ReadingSettings(), rank=4, epochs=12, batch=3, warm_up=2)
    tensors, losses = teach(messages, settings)
    assert losses[-1] < losses[0]
    path = tmp_path / "intents.safetensors"
    save(tensors, messages.names, path, settings)
    taught = taught_intents.load(path)
    told = [taught.names[row.argmax()] for row in taught.shares(messages.texts, messages.features)]
    assert told == [messages.names[one] for one in messages.intents]
