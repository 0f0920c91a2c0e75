"""Errors of the retrieval package. Each message says what happened, the value that caused it, and what to do.

RetrievalError
├── SourceError            a source cannot be read at all
│   ├── MissingTable       a required table (products, events) is absent
│   ├── MissingColumn      a required column is absent
│   ├── NotATable          the file is no CSV, Parquet or Excel table, or not in UTF-8
│   └── EmptyCatalogue     no product row survived validation
├── WorkspaceError
│   ├── WorkspaceMissing   nothing was built in this folder yet
│   ├── WorkspaceBroken    a manifest or artefact is missing or does not match its hash
│   ├── WorkspaceBusy      another process builds this workspace
│   └── StorageFull        the disk is full; the last good state is untouched
├── WeightsError           model weights are absent or their hash is wrong
├── EncoderError           a text encoder cannot be loaded
│   └── EncoderMismatch    an index was built with another encoder than the one at hand
└── UnknownId              a product or query id that the catalogue does not hold
"""

from __future__ import annotations


class RetrievalError(Exception):
    """Root of the package's errors; its message is fit for an operator."""


class SourceError(RetrievalError):
    """A source cannot be read."""


class MissingTable(SourceError):
    """A required table is absent."""


class MissingColumn(SourceError):
    """A required column is absent."""


class NotATable(SourceError):
    """The file cannot be parsed as a table."""


class EmptyCatalogue(SourceError):
    """No product row survived validation."""


class WorkspaceError(RetrievalError):
    """The workspace folder cannot be used."""


class WorkspaceMissing(WorkspaceError):
    """Nothing was built in this folder yet."""


class WorkspaceBroken(WorkspaceError):
    """An artefact is missing or does not match its manifest."""


class WorkspaceBusy(WorkspaceError):
    """Another process builds this workspace."""


class StorageFull(WorkspaceError):
    """The disk is full; the last good state is untouched."""


class WeightsError(RetrievalError):
    """Model weights are absent or their hash is wrong."""


class EncoderError(RetrievalError):
    """A text encoder cannot be loaded."""


class EncoderMismatch(EncoderError):
    """An index was built with another encoder than the one at hand."""


class UnknownId(RetrievalError):
    """A product or query id that the catalogue does not hold."""
