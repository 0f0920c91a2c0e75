"""Answers: sentences about facts, each verified before it is shown.

The writer's text is cut into sentences and each is verified. One that fails is replaced by the phrase of the fact it
cites, or of the next essential fact. What is essential and still unsaid at the end is said by its phrase, so an answer
is complete and true whatever the writer does.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from copilot.answer import Answer, Origin, Sentence, WriterReport, finished_answer
from copilot.antecedents import Antecedents
from copilot.cleaning import clean_label
from copilot.error_lines import error_line
from copilot.errors import GeneratorError
from copilot.factsheet import Fact, FactSheet
from copilot.generators import PHRASES, Prompt, TextGenerator, active_name, handed_over
from copilot.length import Length, of_length, told_ids
from copilot.origins import with_origin
from copilot.phrases import Phrases
from copilot.sentences import SentenceSplitter
from copilot.verifier import Check, verify_sentence

log = logging.getLogger(__name__)

Rejected = Callable[[str, Check], None]

__all__ = [
    "Answer",
    "Length",
    "Origin",
    "Sentence",
    "WriterReport",
    "build_prompt",
    "finished_answer",
    "prompted_facts",
    "write_answer",
]

MAX_REJECTED_IN_A_ROW = 3  # then the writer is stopped and the phrases finish: it will not find the way back
EXTRA_SENTENCES = 3  # a writer may say so many sentences beyond the essential facts
SHEET_LIMIT = 1_150  # characters of facts in a prompt, at most about 450 tokens
QUESTION_SHOWN = 300  # characters of the question in a prompt
TOKENS_PER_FACT = 56
VARIED_TEMPERATURE = 0.6  # of a second answer to the same question: other words, seldom another meaning
_CITED = re.compile(r"F\d{1,3}")


def write_answer(
    sheet: FactSheet,
    generator: TextGenerator,
    phrases: Phrases,
    cancel: threading.Event | None = None,
    on_rejected: Rejected | None = None,
    on_writer: Callable[[WriterReport], None] | None = None,
) -> Iterator[Sentence]:
    """Write the answer to a sheet's question, sentence by sentence; each one is verified or the fact's own phrase.

    The question says at which length, and in which variation: the same sheet and variation give the same answer.

    The first sentence that states facts is about the first essential fact. After `MAX_REJECTED_IN_A_ROW` rejected
    sentences the writer is stopped. A writer that fails is reported in one line, and the phrases finish. Setting
    `cancel` ends the answer at once.

    Args:
        on_rejected: told of each sentence of the writer that failed the check, also of those that nothing replaces.
        on_writer: told at the end who wrote, as a generator may have had to hand over to its backup.
    """
    sheet = of_length(sheet, sheet.question.length)
    speaker = _Speaker(sheet, phrases, on_rejected, on_writer)
    for sentence in _own_lines(sheet, phrases, closing=False):
        yield sentence
    for sentence in _spoken(sheet, generator, speaker, phrases, cancel):
        if cancel is not None and cancel.is_set():
            return
        yield sentence
    if cancel is None or not cancel.is_set():
        yield from _own_lines(sheet, phrases, closing=True)


def build_prompt(sheet: FactSheet, phrases: Phrases, length: Length = "normal") -> Prompt:
    """Return the writer's prompt: the rules, the question as data, and the facts to tell in order of weight.

    The first answer takes the likeliest words; each variation of it draws them, with its number as the seed.

    Each fact stands in its own phrase with its citation, so names and numbers can be copied. Names were cleaned when
    the facts were made; the question is cleaned here, so that neither can open a citation, a tag or a new line.
    """
    lines = [phrases.sentence(fact) for fact in prompted_facts(sheet, phrases, length)]
    question = clean_label(sheet.question.text[:QUESTION_SHOWN]).translate(str.maketrans("«»", "''"))
    user = phrases.render("answer.j2", question=question, lines=lines)
    variation = sheet.question.variation
    return Prompt(
        phrases.render("system.j2"),
        user,
        max_new_tokens=TOKENS_PER_FACT * max(1, min(len(lines), 8)),
        seed=variation,
        temperature=VARIED_TEMPERATURE if variation else None,
        lang=phrases.lang,
    )


def prompted_facts(sheet: FactSheet, phrases: Phrases, length: Length = "normal") -> list[Fact]:
    """Return the facts that the writer is asked to tell, in order of weight, as many as the prompt has room for."""
    told: list[Fact] = []
    size = 0
    for fact in (fact for fact_id in told_ids(sheet, length) if (fact := sheet.get(fact_id)) is not None):
        size += len(phrases.sentence(fact))
        if size > SHEET_LIMIT:
            break
        told.append(fact)
    return told


def _own_lines(sheet: FactSheet, phrases: Phrases, *, closing: bool) -> Iterator[Sentence]:
    for message in sheet.messages:
        if message.closing == closing:
            yield Sentence(phrases.message(message.key, **message.params), (), True, "template")


def _spoken(
    sheet: FactSheet,
    generator: TextGenerator,
    speaker: _Speaker,
    phrases: Phrases,
    cancel: threading.Event | None,
) -> Iterator[Sentence]:
    if not sheet.facts:
        return
    try:
        for text in _written(sheet, generator, phrases, speaker, cancel):
            yield from speaker.hear(text)
    except GeneratorError as error:
        log.warning("the writer failed, phrases finish the answer: %s", error)
        reason = error_line(error, phrases)
        speaker.report(WriterReport(PHRASES, generator.name, reason, told=True))
        yield Sentence(phrases.message("writer_failed", reason=reason), (), True, "template")
    yield from speaker.finish()


def _written(
    sheet: FactSheet,
    generator: TextGenerator,
    phrases: Phrases,
    speaker: _Speaker,
    cancel: threading.Event | None,
) -> Iterator[str]:
    """Yield the writer's sentences until it ends, or the speaker has heard enough."""
    splitter = SentenceSplitter(sheet, phrases.lexicon)
    stream = generator.stream(build_prompt(sheet, phrases), cancel=cancel)
    try:
        for piece in stream:
            if speaker.writer not in ("", active_name(stream, generator)):
                yield from _whole(splitter.flush())  # what the writer before said ends where the next begins
            speaker.writer = active_name(stream, generator)
            for text in splitter.feed(piece):
                yield text
                if speaker.heard_enough:
                    return
            if cancel is not None and cancel.is_set():
                return
        yield from _whole(splitter.flush())
    finally:
        failure = handed_over(stream)
        speaker.report(WriterReport(active_name(stream, generator), generator.name if failure else "", failure))
        close = getattr(stream, "close", None)
        if close is not None:
            close()  # stops the model that still writes


def _whole(texts: Sequence[str]) -> Iterator[str]:
    """Yield the texts that end as sentences do; a cut-off end is none."""
    return (text for text in texts if text[-1] in ".!?]。！？")


class _Speaker:
    """Decides what is said: a verified sentence, a phrase in its place, or nothing."""

    def __init__(
        self,
        sheet: FactSheet,
        phrases: Phrases,
        on_rejected: Rejected | None,
        on_writer: Callable[[WriterReport], None] | None,
    ) -> None:
        self.writer = ""  # of what is heard now
        self._sheet = sheet
        self._phrases = phrases
        self._on_rejected = on_rejected
        self._on_writer = on_writer
        self._said: set[str] = set()
        self._spoken_of = Antecedents(phrases)
        self._rejected_in_a_row = 0
        self._sentences = 0

    @property
    def heard_enough(self) -> bool:
        """Say whether the writer should stop: it has said what matters, lost its way, or goes on for too long."""
        everything = self._next_essential() is None
        too_long = self._sentences >= len(self._sheet.essential) + EXTRA_SENTENCES
        return everything or too_long or self._rejected_in_a_row >= MAX_REJECTED_IN_A_ROW

    def hear(self, text: str) -> Iterator[Sentence]:
        """Take one sentence of the writer and yield what is shown for it."""
        check = verify_sentence(text, self._sheet, self._phrases)
        if not check.ok:
            yield from self._reject(text, check)
            return
        self._rejected_in_a_row = 0
        if set(check.facts) <= self._said:
            return  # repeats what was said
        opening = self._opening()
        if opening is not None and opening.id not in check.facts:
            yield self._phrase(opening)
        cited = self._facts(check.facts)
        for fact in self._antecedents(cited):
            yield self._phrase(fact)
        if set(check.facts) <= self._said:
            return
        named = with_origin(self._spoken_of.named(text, cited), cited, self._phrases)
        check = verify_sentence(named, self._sheet, self._phrases)
        if not check.ok:  # the pronoun would be misread, and its name does not fit there
            yield from self._reject(text, check)
            return
        self._said |= set(check.facts)
        self._spoken_of.heard(cited)
        self._sentences += 1
        yield Sentence(named, check.facts, True, "writer", writer=self.writer)

    def report(self, report: WriterReport) -> None:
        """Pass on who wrote what was heard."""
        if self._on_writer is not None:
            self._on_writer(report)

    def finish(self) -> Iterator[Sentence]:
        """Say every essential fact that is still unsaid, in order."""
        while (fact := self._next_essential()) is not None:
            for before in self._antecedents([fact]):
                yield self._phrase(before)
            yield self._phrase(fact)

    def _reject(self, text: str, check: Check) -> Iterator[Sentence]:
        log.info("rejected %r: %s", text, ", ".join(check.reasons))
        if self._on_rejected is not None:
            self._on_rejected(text, check)
        self._rejected_in_a_row += 1
        cited = self._facts(_CITED.findall(text))
        unsaid = [fact for fact in cited if fact.id not in self._said]
        replacement = self._opening() or (unsaid[0] if unsaid else self._next_essential())
        if replacement is not None:
            for fact in self._antecedents([replacement]):
                yield self._phrase(fact)
            yield self._phrase(replacement, rejected=text)

    def _facts(self, ids: Iterable[str]) -> list[Fact]:
        return [fact for fact_id in ids if (fact := self._sheet.get(fact_id)) is not None]

    def _opening(self) -> Fact | None:
        """Return the direct answer's fact while nothing was said."""
        return None if self._said else self._next_essential()

    def _antecedents(self, facts: Sequence[Fact]) -> list[Fact]:
        """Return the unsaid facts that these refer back to, and that are not among them; those of their own subject."""
        before = [one for fact in facts for one in self._referred(fact)]
        ids = {fact.id for fact in facts} | self._said
        return [fact for fact in self._sheet.facts if fact in before and fact.id not in ids][:1]

    def _referred(self, fact: Fact) -> list[Fact]:
        found = [one for one in self._sheet.facts if one.name in fact.spec.after]
        return [one for one in found if one.subject == fact.subject] or found

    def _next_essential(self) -> Fact | None:
        unsaid = (fact_id for fact_id in self._sheet.essential if fact_id not in self._said)
        return next((fact for fact_id in unsaid if (fact := self._sheet.get(fact_id)) is not None), None)

    def _phrase(self, fact: Fact, rejected: str | None = None) -> Sentence:
        text = self._phrases.sentence(fact)
        self._said.add(fact.id)
        self._spoken_of.heard([fact])
        self._sentences += 1
        verified = verify_sentence(text, self._sheet, self._phrases).ok
        if not verified:
            log.error("the phrase of %s does not pass the verifier: %r", fact.name, text)
        return Sentence(text, (fact.id,), verified, "phrase", rejected, self.writer if rejected else "")
