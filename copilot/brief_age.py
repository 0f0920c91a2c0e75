"""How old a brief is: the mark that its file carries, against the plan and the data of now."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from copilot.brief_edition import Edition
from copilot.cleaning import clean_label
from copilot.errors import UnreadableBrief
from copilot.phrases import Phrases

LARGEST = 20_000_000  # bytes; no brief is longer


@dataclass(frozen=True)
class BriefAge:
    """A brief's edition, and the plan's version and the data's fingerprint of now."""

    written: Edition
    plan_version: int
    fingerprint: str

    @property
    def stale(self) -> bool:
        """Whether the plan or the data changed since it was written."""
        return self.state != "same"

    @property
    def state(self) -> str:
        """`same`, `plan_changed`, `data_changed` or `both_changed`."""
        plan = self.written.plan_version != self.plan_version
        data = self.written.fingerprint != self.fingerprint
        return "both_changed" if plan and data else "plan_changed" if plan else "data_changed" if data else "same"

    def told(self, name: str, phrases: Phrases) -> str:
        """Return one line that says whether the brief called `name` is up to date."""
        return phrases.message(
            f"title.{self.state}",
            name=clean_label(name),
            written=self.written.plan_version,
            version=self.plan_version,
            written_data=self.written.fingerprint,
            data=self.fingerprint,
        )


def read_edition(path: Path) -> Edition:
    """Return what the brief in a Markdown or DOCX file was written from.

    Raises:
        UnreadableBrief: there is no such file, or it holds no brief of this software.
    """
    name = clean_label(path.name)
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableBrief.of("brief_too_large", name=name)
        text = _docx_mark(path) if zipfile.is_zipfile(path) else path.read_text("utf-8")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UnreadableBrief.of("brief_unreadable", name=name) from error

    edition = Edition.read(text)
    if edition is None:
        raise UnreadableBrief.of("brief_unmarked", name=name)
    return edition


def _docx_mark(path: Path) -> str:
    """Return the core properties, whose identifier is the mark; nothing else of an unknown package is read."""
    with zipfile.ZipFile(path) as package, package.open("docProps/core.xml") as properties:
        return properties.read(LARGEST // 100).decode("utf-8")
