"""Phrases: the words of one language, loaded from `prompts/<lang>/`, and numbers as that language writes them.

Templates are Jinja2 with `StrictUndefined`: a variable that is missing fails a test, not a user.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

import prompts
from copilot.cleaning import clean_text, clean_value, escape_markdown
from copilot.errors import UnsupportedLanguage
from copilot.fact_names import PROVEN
from copilot.fact_wordings import FactPhrase, fact_phrase, taught_wordings
from copilot.factsheet import FACT_SPECS, WHOLE_SHOP, Fact
from copilot.identity import Same
from copilot.intent_words import LEARNED, IntentWords, read_intent_words
from copilot.lexicon import Lexicon, load_lexicon, reads_as_name
from copilot.numerals import change_text, number_text
from copilot.segments import HAN
from retrieval.weeks import format_week

_BESIDE_QUOTES = re.compile(rf"(?<=[{HAN}，]) (?=“)|(?<=”) (?=[{HAN}])")  # quotation marks need no blank beside them
_BEFORE_STOP = re.compile(r" (?=[.,](?:\W|$))")  # ".docx" after a blank is a word of its own
_NUMBERED_NAME = re.compile(rf"(” #[0-9A-Za-z._-]+)(?=[{HAN}])")  # a name's number stands apart from a word after it


@dataclass(frozen=True)
class Phrases:
    """Everything said in one language."""

    lang: str
    lexicon: Lexicon
    facts: Mapping[str, FactPhrase]
    messages: Mapping[str, jinja2.Template]
    labels: Mapping[str, str]
    intents: Mapping[str, IntentWords]
    parsing: Mapping[str, object] = field(repr=False)
    environment: jinja2.Environment = field(repr=False)
    documents: jinja2.Environment = field(repr=False)
    goods: tuple[str, ...] = field(default=(), repr=False)
    no_goods: tuple[str, ...] = field(default=(), repr=False)

    def sentence(self, fact: Fact) -> str:
        """Return the fact's own sentence, citation included; it passes the verifier."""
        return _sentence(Same(self), Same(fact))

    def message(self, key: str, **values: object) -> str:
        """Return one of the product's own lines, with text values cleaned."""
        safe = {name: clean_value(value) if isinstance(value, str) else value for name, value in values.items()}
        return clean_spaces(self.messages[key].render(**safe))

    def error(self, key: str, **values: object) -> str:
        """Return the line of an error, with its values as they are: addresses and paths must stay readable."""
        return clean_spaces(self.messages[f"error.{key}"].render(**values))

    def note(self, key: str, **values: object) -> str:
        """Return what stands behind a fact, as its card says it; floats are written with two decimals."""
        return self.message(f"note.{key}", **{k: f"{v:,.2f}" if isinstance(v, float) else v for k, v in values.items()})

    def known(self, kind: str, name: str, otherwise: str) -> str:
        """Return what this language calls something of the software's own, such as `table` `queries`."""
        key = f"{kind}_{name}"
        return self.message(key) if key in self.messages else otherwise

    def label(self, key: str) -> str:
        """Return a short name, such as `intent.why_here` or `fact.slot_loss`."""
        return self.labels[key]

    def render(self, template: str, **values: object) -> str:
        """Render a template of plain text, such as `answer.j2`."""
        return self.environment.get_template(template).render(**values)

    def document(self, template: str, **values: object) -> str:
        """Render a Markdown template, such as `brief_week.md.j2`; whatever is filled in is escaped, unless `Markup`."""
        return self.documents.get_template(template).render(**values)

    def value(self, fact: Fact) -> str:
        """Return the fact's value as it is written in this language, without its unit."""
        return value_text(fact.value, fact.unit, self.lexicon)

    def with_unit(self, fact: Fact) -> str:
        """Return the fact's value with its unit, such as `12.3 units`."""
        key = f"unit.{fact.unit.replace(' ', '_')}"
        value = self.value(fact)
        return self.messages[key].render(value=value) if key in self.messages else value

    def interval(self, fact: Fact) -> str:
        """Return the fact's interval with its level, such as `80% interval 4.1 to 30.2`; empty without one."""
        bounds, level = self.bounds(fact), fact.spec.level
        if bounds is None or level is None or (level == PROVEN and bounds[0] == bounds[1]):
            return ""
        key = "unit.proven" if level == PROVEN else "unit.interval"
        return self.messages[key].render(level=f"{level:.0%}", low=bounds[0], high=bounds[1])

    def name(self, label: str) -> str:
        """Return the name of a category or placement, in quotation marks unless it reads as a plain name.

        A language without blanks quotes them all: the shop's own names, in whatever script, are then seen to be names.
        """
        plain = not self.lexicon.unspaced and reads_as_name(label, self.lexicon)
        return label if not label or plain else quoted(label)

    def _listed(self, label: str) -> str:
        """Return what is left out: several names without the marks that would make them one, where they allow it."""
        return label if ", " in label and reads_as_name(label, self.lexicon) else quoted(label)

    def bounds(self, fact: Fact) -> tuple[str, str] | None:
        """Return the fact's interval as it is written in this language, or None."""
        if fact.interval is None:
            return None
        low, high = (number_text(float(bound), fact.unit, self.lexicon) for bound in fact.interval)
        return low, high

    def variables(self, fact: Fact) -> dict[str, object]:
        """Return what a fact's template may use."""
        bounds = self.bounds(fact) or ("", "")
        number = fact.value if isinstance(fact.value, int | float) else 0.0
        magnitude = number_text(abs(number), fact.unit, self.lexicon)
        return {
            "title": quoted(fact.subject_label) + (f" #{fact.subject}" if fact.numbered else ""),
            "name": quoted(fact.subject_label),
            "other": (quoted(fact.other_label) if fact.other_label else "")
            + (f" #{fact.other}" if fact.other_numbered else ""),
            "left_out": self._listed(fact.other_label),
            "group": "" if fact.subject in WHOLE_SHOP else self.name(fact.subject_label),
            "id": f"#{fact.subject}",
            "value": self.value(fact),
            "raw": fact.value,
            "units": self.messages["unit.units"].render(value=self.value(fact)),
            "magnitude": self.messages["unit.units"].render(value=magnitude),
            "change": change_text(number, self.lexicon),
            "sign": fact.sign or 0,
            "low": bounds[0],
            "high": bounds[1],
            "interval": self.messages["unit.aside"].render(text=told) if (told := self.interval(fact)) else "",
            "week": format_week(fact.week) if fact.week else "",
            "other_week": format_week(fact.other_week) if fact.other_week else "",
            "placement": self.name(fact.placement or ""),
            "simulated": fact.source.simulated,
            "cite": f"[{fact.id}]",
        }


@lru_cache(maxsize=256)
def _sentence(of_phrases: Same[Phrases], of_fact: Same[Fact]) -> str:
    """Return a fact's own sentence: an answer needs those of its sheet in the prompt, as text and in the checks."""
    phrases, fact = of_phrases.of, of_fact.of
    text = clean_spaces(phrases.facts[fact.name].template.render(**phrases.variables(fact)))
    return _NUMBERED_NAME.sub(r"\1 ", _BESIDE_QUOTES.sub("", text)) if phrases.lexicon.unspaced else text


def load_phrases(lang: str = "en") -> Phrases:
    """Return the phrases of a language.

    Raises:
        UnsupportedLanguage: `prompts/` has no such language; names those that it has.
    """
    known = languages()
    if lang not in known:
        raise UnsupportedLanguage(
            f"There are no phrases in {clean_text(lang, 20)!r}; answers are written in: {', '.join(known)}."
        )
    return _load(lang)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Return the languages that have phrases."""
    return tuple(sorted(item.name for item in _root().iterdir() if (item / "phrases.toml").is_file()))


def quoted(label: str) -> str:
    """Return a name in quotation marks, so that whatever it says is seen to be a name."""
    return f"“{label}”"


def clean_spaces(text: str) -> str:
    """Return `text` on one line with single spaces."""
    return _BEFORE_STOP.sub("", " ".join(text.split()))


def value_text(value: object, unit: str, lexicon: Lexicon) -> str:
    """Return a fact's value as text: weeks as `2017-W41`, numbers by their unit."""
    if isinstance(value, date):
        return format_week(value)
    if isinstance(value, str):
        return value
    assert isinstance(value, int | float)
    return number_text(value, unit, lexicon)


_MORE_EXAMPLES = ("examples.toml", "phrasings.toml")


@lru_cache(maxsize=8)
def _load(lang: str) -> Phrases:
    environment = _environment(lang)
    lexicon = load_lexicon(load_toml(lang, "words.toml"))
    spoken = load_toml(lang, "phrases.toml")
    own = load_toml(lang, "messages.toml")
    intents = load_toml(lang, "intents.toml")
    told = _taught(lang)
    facts = {
        name: fact_phrase(entry, environment.from_string(entry["text"]), lexicon, told.get(name, ()))
        for name, entry in spoken["facts"].items()
    }
    lines = {key: environment.from_string(text) for key, text in own["messages"].items()}
    lines |= {f"title.{key}": environment.from_string(text) for key, text in own["brief_titles"].items()}
    lines |= {f"unit.{key}": environment.from_string(text) for key, text in own["units"].items()}
    lines |= {f"error.{key}": environment.from_string(text) for key, text in own["errors"].items()}
    lines |= {f"note.{key}": environment.from_string(text) for key, text in own["notes"].items()}
    labels = {f"fact.{name}": phrase.label for name, phrase in facts.items()}
    labels |= {f"intent.{name}": text for name, text in own["intents"].items()}
    labels |= {f"table.{name}": text for name, text in own["tables"].items()}
    labels |= {f"effect.{name}": text for name, text in own["effects"].items()}
    if set(facts) != set(FACT_SPECS):
        raise KeyError(f"prompts/{lang}/phrases.toml differs from FACT_SPECS in {set(facts) ^ set(FACT_SPECS)}")
    everyday = load_toml(lang, "everyday.toml")
    common = " ".join(words for words in everyday.values() if isinstance(words, str))
    learned = load_toml(lang, LEARNED) if has_prompts(lang, LEARNED) else {}
    more = [load_toml(lang, name) for name in _MORE_EXAMPLES if has_prompts(lang, name)]
    spoken_intents = read_intent_words(intents["intents"], more, learned)
    documents = _environment(lang, _for_markdown)
    goods = load_toml(lang, "goods.toml") if has_prompts(lang, "goods.toml") else {}
    return Phrases(
        lang,
        lexicon,
        facts,
        lines,
        labels,
        spoken_intents,
        intents["parsing"] | everyday | {"everyday": common},
        environment,
        documents,
        _listed(goods, "food", "drinks", "other"),
        _listed(goods, "people", "jargon"),
    )


def _taught(lang: str) -> dict[str, list[str]]:
    """Return the templates that the on-board writer was taught, by the facts that they tell; none in most languages."""
    if not has_prompts(lang, "teaching/facts.toml"):
        return {}
    return taught_wordings(load_toml(lang, "teaching/facts.toml"), load_toml(lang, "teaching/joins.toml")["join"])


def _listed(lists: Mapping[str, Sequence[str]], *names: str) -> tuple[str, ...]:
    return tuple(one for name in names for one in lists.get(name, ()))


def _for_markdown(value: object) -> object:
    """Escape what a Markdown template fills in; `Markup` says that it was escaped already."""
    return value if isinstance(value, Markup | jinja2.Undefined) else escape_markdown(value)


def _environment(lang: str, finalize: Callable[[object], object] | None = None) -> jinja2.Environment:
    def load(name: str) -> str | None:
        path = _root() / lang / name
        return path.read_text("utf-8") if path.is_file() else None

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # nothing here is HTML; Markdown is escaped by `finalize`
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["week"] = format_week
    return environment


def load_toml(lang: str, name: str) -> dict:
    """Return a file of `prompts/<lang>/` as it stands, such as `intents.toml`."""
    return tomllib.loads(read_prompts(lang, name))


def read_prompts(lang: str, name: str) -> str:
    """Return the text of a file of `prompts/<lang>/`."""
    return (_root() / lang / name).read_text("utf-8")


def has_prompts(lang: str, name: str) -> bool:
    """Say whether a language has a file in `prompts/<lang>/`."""
    return (_root() / lang / name).is_file()


def load_evaluation(name: str, lang: str = "en") -> dict:
    """Return a file of `prompts/<lang>/evaluation/`, such as `questions.toml`."""
    return load_toml(lang, f"evaluation/{name}")


def _root() -> Path:
    return next(path for entry in prompts.__path__ if (path := Path(entry)).is_dir())
