"""Errors that an operator may meet, drawn as one tree. Lower packages keep one root each.

CopilotError
├── UnknownProduct     no such product in the catalogue
├── UnknownWeek        a week that is not one, or lies outside the plan
├── UnknownPlacement   no such placement
├── QuestionTooLong    a message over the limit
├── NoPlan             nothing was planned yet
├── StalePlan          the plan changed since the operator looked; nothing was written
├── UnknownScenario    no such scenario
├── ScenarioRefused    a scenario whose name is taken or none, or too many to compare
├── StaleScenario      the scenario changed since the operator looked; nothing was written
├── UnknownGroup       no candidate is of this category group
├── StoreError         the database of plans and talks cannot be read or written
├── GeneratorError     the writer (LLM) failed, timed out or is misconfigured
├── FeedbackError      an outcomes file cannot be read
├── PortTaken          no free port to serve on
├── SettingsError      a setting is of the wrong kind or out of range
├── UnreadableBrief    a file that holds no brief
├── BriefNotWritten    a brief cannot be written where it was asked for
├── OutputFailed       stdout takes no more text
├── UnsupportedFormat  a file format that briefs are not written in
└── UnsupportedLanguage  a locale without phrases
RetrievalError         retrieval/errors.py
RankingError           ranking/errors.py

`OPERATOR_ERRORS` is what the command line and the screen show as one readable line. Anything else is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from ranking.errors import RankingError
from retrieval.errors import RetrievalError


class CopilotError(Exception):
    """Root of the package's errors; its message is fit for an operator.

    Attributes:
        key, values: the line of `[errors]` in `prompts/` that says it in each language; no key where there is none.
    """

    key: str = ""
    values: Mapping[str, object] = MappingProxyType({})

    @classmethod
    def of(cls, key: str, **values: object) -> Self:
        """Return the error that a line of `[errors]` tells; its own text is the English one."""
        from copilot.phrases import load_phrases  # which imports this module

        error = cls(load_phrases("en").error(key, **values))
        error.key, error.values = key, values
        return error


class UnknownProduct(CopilotError):
    """No such product in the catalogue."""


class UnknownWeek(CopilotError):
    """A week that is not one, or lies outside the plan; `written` is how a message names one that no calendar has."""

    written = ""


class UnknownPlacement(CopilotError):
    """No such placement."""


class QuestionTooLong(CopilotError):
    """A message over the limit."""


class NoPlan(CopilotError):
    """Nothing was planned yet."""


class StalePlan(CopilotError):
    """The plan changed since the operator looked; nothing was written."""


class UnknownScenario(CopilotError):
    """No such scenario."""


class ScenarioRefused(CopilotError):
    """A scenario whose name is taken or none, or too many to compare."""


class StaleScenario(CopilotError):
    """The scenario changed since the operator looked; nothing was written."""


class UnknownGroup(CopilotError):
    """No candidate is of this category group."""


class StoreError(CopilotError):
    """The database of plans and talks cannot be read or written."""


class GeneratorError(CopilotError):
    """The writer failed, timed out or is misconfigured."""


class FeedbackError(CopilotError):
    """An outcomes file cannot be read."""


class PortTaken(CopilotError):
    """No free port to serve on."""


class SettingsError(CopilotError):
    """A setting is of the wrong kind or out of range."""


class UnreadableBrief(CopilotError):
    """A file is no brief whose age could be told."""


class BriefNotWritten(CopilotError):
    """A brief cannot be written where it was asked for."""


class OutputFailed(CopilotError):
    """What stdout leads to takes no more text, such as a file on a full disk."""


class UnsupportedFormat(CopilotError):
    """A file format that briefs are not written in."""


class UnsupportedLanguage(CopilotError):
    """A locale without phrases."""


OPERATOR_ERRORS = (CopilotError, RetrievalError, RankingError)
