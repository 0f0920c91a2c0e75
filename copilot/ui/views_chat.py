"""The conversation as HTML: questions, and sentences with their citations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.tokens import CITE
from copilot.ui.markup import icon, join, plain
from copilot.ui.names import writer_name
from copilot.ui.state import Choice, Thread, Turn
from copilot.ui.views_brief import choice_html
from copilot.ui.views_facts import subject_text, value_text
from copilot.ui.views_understood import SHOWN_CHARACTERS, is_whole, understood_html
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.answers import Sentence

SHOWN_FACTS = 6  # of those that an answer will tell, while it is waited for
SHOWN_TURNS = 30  # older ones stay in the store; the page stays quick
_CITATIONS = re.compile(rf"\s*({CITE.pattern}(?:[\s,]*{CITE.pattern})*)([.!?;:,。！？；：，]?)")
_FACT_ID = re.compile(r"F\d+")


def thread_html(thread: Thread, suggestions: Sequence[Choice], words: Words) -> Markup:
    """Draw a thread, or what to ask first when it has no question yet."""
    if not thread.turns:
        return _empty_html(suggestions, words)
    first = max(0, len(thread.turns) - SHOWN_TURNS)
    older = Markup('<p class="lc-older">{}</p>').format(words("chat.restored")) if first else ""
    last = len(thread.turns) - 1
    turns = join(_turn_html(i, turn, words, latest=i == last) for i, turn in enumerate(thread.turns) if i >= first)
    return Markup(
        '<div class="lc-thread" role="log" aria-live="polite" data-turns="{}" data-busy="{}">{}{}</div>'
    ).format(len(thread.turns), "yes" if thread.busy else "no", older, turns)


def _empty_html(suggestions: Sequence[Choice], words: Words) -> Markup:
    return Markup(
        '<div class="lc-thread lc-thread-empty" data-turns="0"><div class="lc-hello"><h3>{}</h3><p>{}</p></div>{}</div>'
    ).format(words("chat.empty_title"), words("chat.empty"), _choices_html(suggestions))


def _choices_html(choices: Sequence[Choice]) -> Markup:
    return Markup('<div class="lc-choices">{}</div>').format(
        join(
            Markup('<button type="button" class="lc-choice" data-question="{}">{}</button>').format(
                choice.question, plain(choice.label)
            )
            for choice in choices
        )
    )


def _turn_html(index: int, turn: Turn, words: Words, *, latest: bool) -> Markup:
    wishes = _wishes_html(turn, words) if latest else ""
    return Markup(
        '<article class="lc-turn lc-{}" data-turn="{}"><div class="lc-q">{}</div>{}{}{}{}{}{}</article>'
    ).format(
        turn.state,
        index,
        _question_text(turn.question),
        understood_html(index, turn, words),
        _known_html(index, turn, words),
        _sentences_html(index, turn, words),
        _status_html(turn, words),
        _foot_html(turn, words),
        wishes,
    )


def _question_text(text: str) -> str:
    return text if is_whole(text) else f"{text[:SHOWN_CHARACTERS]}…"


def _known_html(index: int, turn: Turn, words: Words) -> Markup:
    """Draw the facts in their own phrases while no sentence has come: what is known does not wait for the writer."""
    facts = [fact for fact_id in turn.essential[:SHOWN_FACTS] if (fact := turn.fact(fact_id)) is not None]
    if not turn.busy or turn.sentences or not facts:
        return Markup("")
    items = join(
        Markup("<li>{}</li>").format(_cited_text(index, turn, words.phrases.sentence(fact), words)) for fact in facts
    )
    return Markup('<div class="lc-known"><p>{}</p><ul>{}</ul></div>').format(words("chat.known"), items)


def _sentences_html(index: int, turn: Turn, words: Words) -> Markup:
    if not turn.sentences:
        return Markup("")
    sentences = join(_sentence_html(index, turn, sentence, words) for sentence in turn.sentences)
    return Markup('<div class="lc-a">{}</div>').format(sentences)


def _sentence_html(index: int, turn: Turn, sentence: Sentence, words: Words) -> Markup:
    kind = "replaced" if sentence.rejected else sentence.origin
    return Markup('<div class="lc-s lc-s-{}"><p>{}</p>{}</div>').format(
        kind, _cited_text(index, turn, sentence.text, words), _origin_html(kind, turn, sentence, words)
    )


def _cited_text(index: int, turn: Turn, text: str, words: Words) -> Markup:
    """Draw a sentence with its citations as buttons, which stand behind the punctuation like footnote marks."""
    body, start = [], 0
    for match in _CITATIONS.finditer(text):
        body += [text[start : match.start()], match[2]]
        body += [_citation_html(index, turn, fact_id, words) for fact_id in _FACT_ID.findall(match[1])]
        start = match.end()
    return join([*body, text[start:]])


def _origin_html(kind: str, turn: Turn, sentence: Sentence, words: Words) -> Markup:
    """Draw the mark beside a sentence; it opens to who wrote it, and what it stands in for when that was rejected."""
    if kind == "template":
        return Markup("")
    origin = words(f"chat.origin_{kind}", writer=_writer_of(turn, sentence, words))
    rejected = words("fact.rejected", text=plain(sentence.rejected)) if sentence.rejected else ""
    return Markup(
        '<details class="lc-by"><summary title="{0}" aria-label="{0}"><i></i></summary><p>{0}.</p>{1}</details>'
    ).format(origin, Markup('<p class="lc-rejected">{}</p>').format(rejected) if rejected else "")


def _citation_html(index: int, turn: Turn, fact_id: str, words: Words) -> Markup:
    fact = turn.fact(fact_id)
    if fact is None:  # the verifier lets no such citation through; an older stored answer may still hold one
        return Markup("")
    label = f"{subject_text(fact)}: {value_text(fact, words)}"
    spoken = words("chat.cite", id=fact_id, label=label)
    return Markup(
        '<button type="button" class="lc-cite" data-turn="{}" data-fact="{}" title="{}" aria-label="{}">{}</button>'
    ).format(index, fact_id, label, spoken, fact_id)


def _status_html(turn: Turn, words: Words) -> Markup:
    if turn.state == "waiting":
        line = words(f"chat.waiting_{turn.behind}", place=turn.place)
        return Markup('<p class="lc-status" data-place="{}"><i></i><i></i><i></i> {}</p>').format(turn.place, line)
    if turn.busy:
        return Markup('<p class="lc-status"><i></i><i></i><i></i> {}</p>').format(words(f"chat.{turn.state}"))
    if turn.state == "failed":
        note = Markup('<p class="lc-unkept">{}</p>').format(turn.unkept) if turn.unkept else Markup("")
        return Markup('<p class="lc-problem" role="alert">{}</p>{}').format(turn.problem, note)
    if turn.state == "stopped":
        return Markup('<p class="lc-status">{}</p>').format(
            words("chat.stopped" if turn.sentences else "chat.stopped_empty")
        )
    return Markup("")


def _foot_html(turn: Turn, words: Words) -> Markup:
    if turn.busy or not turn.sentences:
        return Markup("")
    choices = Markup("")
    if turn.choices:
        choices = Markup('<p class="lc-mean">{}</p>{}').format(words("chat.did_you_mean"), _choices_html(turn.choices))
    notes = join(Markup('<p class="lc-unkept">{}</p>').format(note) for note in _notes(turn, words))
    return Markup('{}{}<footer class="lc-foot">{}{}</footer>').format(
        choices, notes, _meta_html(turn, words), _download_html(turn, words)
    )


def _notes(turn: Turn, words: Words) -> list[str]:
    """Return what must be known of how an answer came about: another writer, the same words, a full disk."""
    handed = words(
        "chat.handed_over",
        configured=turn.instead_of,
        writer=writer_name(turn.writer, words),
        reason=plain(turn.failure),
    )
    same = words("chat.same_again")
    return [*([handed] if turn.instead_of else []), *([same] if turn.repeats else []), *filter(None, [turn.unkept])]


def _wishes_html(turn: Turn, words: Words) -> Markup:
    """Draw the ways to ask the latest answer once more."""
    if turn.busy or not turn.wishes:
        return Markup("")
    buttons = join(
        Markup('<button type="button" class="lc-btn lc-wish" data-wish="{}" title="{}">{}</button>').format(
            wish, words(f"chat.wish_{wish}_help"), words(f"chat.wish_{wish}")
        )
        for wish in turn.wishes
    )
    return Markup('<div class="lc-wishes" role="group" aria-label="{}">{}</div>').format(words("chat.wishes"), buttons)


def _download_html(turn: Turn, words: Words) -> Markup:
    target = turn.brief_target
    if not target:
        return Markup("")
    button = Markup('<button type="button" class="lc-link" data-brief="{}" data-format="{}">{}{}</button>')
    as_md = button.format(target, "md", icon("download"), words("chat.download"))
    as_docx = button.format(target, "docx", icon("download"), words("chat.download_docx"))
    return as_md + as_docx + choice_html(turn.brief_writer, words)


def _meta_html(turn: Turn, words: Words) -> Markup:
    """Draw who wrote how many sentences, and from which plan."""
    by_writer = Counter(_writer_of(turn, one, words) for one in turn.sentences if one.origin == "writer")
    by_phrase = sum(sentence.origin == "phrase" for sentence in turn.sentences)
    parts = (
        [Markup("<span>{}</span>").format(words("chat.plan", version=turn.plan_version))] if turn.plan_version else []
    )
    for writer, n in by_writer.items():
        line = words("chat.by_writer", n=n, writer=writer)
        parts.append(Markup('<span><i class="lc-by-writer"></i>{}</span>').format(line))
    if by_phrase:
        replaced = sum(sentence.rejected is not None for sentence in turn.sentences)
        line = words("chat.by_phrase", n=by_phrase, replaced=replaced)
        parts.append(Markup("<span><i></i>{}</span>").format(line))
    return join(parts)


def _writer_of(turn: Turn, sentence: Sentence, words: Words) -> str:
    """Name who wrote a sentence; an older stored answer knows only who wrote last."""
    return writer_name(sentence.writer or turn.writer, words) or words("chat.some_writer")
