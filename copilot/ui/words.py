"""Words of the screen: every sentence an operator reads there, from `prompts/<lang>/screen.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

import jinja2

from copilot.errors import UnsupportedLanguage
from copilot.numerals import number_text
from copilot.phrases import Phrases, load_phrases

_JINJA = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)


class Words:
    """Looks a word up by its dotted key and fills it in: `words("calendar.free", n=2)` -> "2 free".

    What comes out is plain text. The views escape it together with the rest, so a product's title may be filled in.

    Raises:
        KeyError: no such key.
        jinja2.UndefinedError: a variable that the word needs was not given.
    """

    def __init__(self, phrases: Phrases, templates: Mapping[str, str]) -> None:
        self.phrases = phrases
        self.lang = phrases.lang
        self._templates = {key: _JINJA.from_string(text) for key, text in templates.items()}

    def __call__(self, key: str, /, **values: object) -> str:
        return self._templates[key].render(**values)

    def number(self, value: float, unit: str = "units") -> str:
        """Return a number as answers write it, so that the calendar, the panel and a sentence agree."""
        return number_text(value, unit, self.phrases.lexicon)

    def signed(self, value: float, unit: str = "units") -> str:
        """Return a difference with its sign: "+3.2", "−12", and "0" for what rounds to nothing."""
        text = self.number(abs(value), unit)
        if not text.strip("0.,"):
            return text
        return f"+{text}" if value > 0 else f"\N{MINUS SIGN}{text}"

    def __contains__(self, key: object) -> bool:
        return key in self._templates

    def keys(self) -> frozenset[str]:
        """Return all keys, so that a test can find those that are missing or that nobody uses."""
        return frozenset(self._templates)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Return the languages that the screen has words in."""
    return tuple(sorted(item.name for item in files("prompts").iterdir() if (item / "screen.toml").is_file()))


@lru_cache(maxsize=8)
def load_words(lang: str = "en") -> Words:
    """Read the screen's words of one language.

    Raises:
        UnsupportedLanguage: `prompts/` holds no screen for this language.
    """
    folder = files("prompts")
    path = folder / lang / "screen.toml"
    if not path.is_file():
        raise UnsupportedLanguage(f"The screen has no words in {lang!r}; it has {', '.join(languages())}.")
    return Words(load_phrases(lang), dict(_flatten(tomllib.loads(path.read_text("utf-8")))))


def _flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
