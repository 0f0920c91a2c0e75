"""Accuracy: what a build measured about its own forecasts, on past launches as they stood before they sold.

accuracy.json   beside the models: counts and errors, or why nothing could be measured
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ranking.errors import ModelMismatch

ACCURACY_VERSION = 1
_FILE = "accuracy.json"


@dataclass(frozen=True)
class Accuracy:
    """The rolling backtest of the forecast against the median of each launch's category.

    n_launches: past launches that were predicted; each by a model that knew only what was complete some weeks before.
    coverage: share of them whose units lay inside their interval, which is built to hold `level` of them.
    error_share, peer_error_share: sum of |units - forecast median| over the sum of units; ours, the category's median.
    skipped: why nothing was measured; the counts are then 0.
    """

    n_launches: int = 0
    level: float = 0.0
    coverage: float = 0.0
    error_share: float = 0.0
    peer_error_share: float = 0.0
    skipped: str = ""

    def save(self, folder: Path) -> None:
        """Write accuracy.json to `folder`."""
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def load_accuracy(folder: Path) -> Accuracy | None:
    """Read what a build measured; None where it measured nothing, as builds of earlier versions did.

    Raises:
        ModelMismatch: the file is unreadable.
    """
    path = folder / _FILE
    if not path.is_file():
        return None
    try:
        return Accuracy(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelMismatch(f"{path} cannot be read: {error}. Build the workspace again.") from error
