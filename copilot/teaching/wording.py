"""Wordings: the ways in which facts may be told, from `prompts/<lang>/teaching/`, and what their templates may use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jinja2

from copilot.factsheet import Fact
from copilot.phrases import Phrases, clean_spaces, load_toml


@dataclass(frozen=True)
class Join:
    """How two facts may be told in one sentence, and when.

    Attributes:
        same, differ: attributes of the facts that must be equal, or must not.
        linked: whether the second must explain the first; sign: the sign that the second must have, if any.
    """

    first: str
    second: str
    texts: tuple[jinja2.Template, ...]
    same: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    linked: bool = False
    sign: int | None = None

    def fits(self, first: Fact, second: Fact) -> bool:
        """Say whether this join may tell these two facts."""
        return (
            (self.first, self.second) == (first.name, second.name)
            and all(getattr(first, key) == getattr(second, key) for key in self.same)
            and all(getattr(first, key) != getattr(second, key) for key in self.differ)
            and (not self.linked or first.id in second.linked)
            and self.sign in (None, second.sign)
        )


@dataclass(frozen=True)
class Wording:
    """All ways of telling: `singles` by fact name, `joins` in the order of their file, and openings of sentences."""

    singles: Mapping[str, tuple[jinja2.Template, ...]]
    joins: tuple[Join, ...]
    openings: Mapping[str, tuple[str, ...]]

    def joining(self, first: Fact, second: Fact) -> list[jinja2.Template]:
        """Return every way of telling two facts together."""
        return [text for join in self.joins if join.fits(first, second) for text in join.texts]


@lru_cache(maxsize=2)
def load_wording(lang: str = "en") -> Wording:
    """Return a language's wordings. Raises FileNotFoundError when it has none."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # plain text, no HTML
    singles = load_toml(lang, "teaching/facts.toml")
    joins = [_join(entry, environment) for entry in load_toml(lang, "teaching/joins.toml")["join"]]
    openings = load_toml(lang, "teaching/openings.toml")
    return Wording(
        {name: tuple(map(environment.from_string, texts)) for name, texts in singles.items()},
        tuple(joins),
        {kind: tuple(texts) for kind, texts in openings.items()},
    )


def _join(entry: Mapping, environment: jinja2.Environment) -> Join:
    return Join(
        entry["first"],
        entry["second"],
        tuple(map(environment.from_string, entry["texts"])),
        tuple(entry.get("same", ())),
        tuple(entry.get("differ", ())),
        bool(entry.get("linked", False)),
        entry.get("sign"),
    )


def render(template: jinja2.Template, values: Mapping[str, object]) -> str | None:
    """Return a rendered sentence, or None when the template needs what these facts do not have."""
    try:
        return clean_spaces(template.render(**values))
    except jinja2.UndefinedError:
        return None


def told_values(fact: Fact, phrases: Phrases, named: Sequence[str], groups: Collection[str] = ()) -> dict[str, object]:
    """Return what a template may use of a fact: the phrases' variables, and forms that depend on what was named.

    Args:
        named: product ids that may be called "it" now: the one of the sentence before.
        groups: category groups named before, whose last level is enough now.
    """
    own = phrases.variables(fact)
    words = load_toml_cached("teaching/words.toml", phrases.lang)
    title = str(own["title"])
    called_it = fact.subject in named
    values: dict[str, object] = own | {
        "who": words["it"] if called_it else title,
        "Who": words["It"] if called_it else title,
        "sim": words["simulated"] if fact.source.simulated else "",
    }
    if fact.subject in groups and " > " in fact.subject_label:
        values["group"] = fact.subject_label.rsplit(" > ", 1)[1]
    values["like"] = words["it"] if fact.other in named else own["other"]  # with its number where another is called so
    if named:
        values |= {key: words[key] for key in ("it", "It", "its", "Its")}
    if fact.interval is None:
        values = {key: value for key, value in values.items() if key not in ("low", "high")}
    return values | _forms(values, words["forms"], phrases)


def _forms(values: Mapping[str, object], forms: Mapping[str, str], phrases: Phrases) -> dict[str, object]:
    """Return the clauses that several joins share, rendered."""
    return {key: _clause(text, values, phrases) for key, text in forms.items()}


def _clause(text: str, values: Mapping[str, object], phrases: Phrases) -> str:
    rendered = phrases.environment.from_string(text).render(**values)
    return (" " if rendered[:1].isspace() else "") + " ".join(rendered.split())


@lru_cache(maxsize=8)
def load_toml_cached(name: str, lang: str) -> Mapping[str, Any]:
    """Return a file of wordings, read once."""
    return load_toml(lang, name)
