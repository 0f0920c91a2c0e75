"""Edition: which plan and data a brief was written from, as a mark that its files carry."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(r"launch-copilot brief (\S+), plan (\d+), data ([0-9a-f]+)")


@dataclass(frozen=True)
class Edition:
    """What a brief was written from: the mark that its files carry, apart from any wording."""

    target: str
    plan_version: int
    fingerprint: str

    @property
    def mark(self) -> str:
        """The mark as text; `Edition.read` reads it."""
        return f"launch-copilot brief {self.target}, plan {self.plan_version}, data {self.fingerprint}"

    @classmethod
    def read(cls, text: str) -> Edition | None:
        """Return the last mark in a text, which is where a brief keeps it, or None."""
        found = _MARK.findall(text)
        return cls(found[-1][0], int(found[-1][1]), found[-1][2]) if found else None
