"""A small classifier: least squares in the space of a Gaussian kernel, fitted in closed form."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from threadpoolctl import threadpool_limits

from retrieval.errors import StorageFull
from retrieval.storage import atomic_write

log = logging.getLogger(__name__)

WIDTH = 0.5  # gamma of the kernel, per squared distance of features
PENALTY = 0.1  # of the squared weights; larger ones trust a single example less
SHARPNESS = 8.0  # of the shares: a score of 1 beside scores of 0 counts e to this


class KernelModel:
    """Shares of some classes for a text, by how near its features lie to those of the examples.

    minimise  |K a - Y|^2 + penalty a' K a   with  K_ij = exp(-width |x_i - x_j|^2)

    Args:
        features: (n_examples, n_features).
        names: the class of each example.
    """

    def __init__(
        self, features: np.ndarray, names: Sequence[str], *, width: float = WIDTH, penalty: float = PENALTY
    ) -> None:
        self.names = tuple(sorted(set(names)))
        self._width = width
        self._examples = np.asarray(features, dtype=np.float32)
        is_one = np.array([[name == one for one in self.names] for name in names], dtype=np.float32)
        self._mean = is_one.mean(axis=0)  # (n_classes,)
        with threadpool_limits(1):  # a start shares the processor with the models that load beside it
            kernel = self._kernel(self._examples)
            kernel[np.diag_indices_from(kernel)] += penalty
            self._weights = cho_solve(cho_factor(kernel.T, overwrite_a=True), is_one - self._mean)

    def save(self, path: Path) -> None:
        """Keep the fitted model in a file. Raises StorageFull."""
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez(
                file,
                names=np.array(self.names),
                width=self._width,
                examples=self._examples,
                mean=self._mean,
                weights=self._weights,
            )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return a model that was kept. Raises OSError, ValueError, KeyError or BadZipFile when it cannot be read."""
        model = cls.__new__(cls)
        with np.load(path, allow_pickle=False) as kept:
            model.names = tuple(map(str, kept["names"]))
            model._width = float(kept["width"])
            model._examples, model._mean, model._weights = kept["examples"], kept["mean"], kept["weights"]
        return model

    def shares(self, features: np.ndarray) -> np.ndarray:
        """Return (n_texts, n_classes): how likely each class is, in the order of `names`."""
        scores = self._mean + self._kernel(np.asarray(features, dtype=np.float32)) @ self._weights
        odds = np.exp(SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
        return odds / odds.sum(axis=1, keepdims=True)

    def _kernel(self, features: np.ndarray) -> np.ndarray:
        """Return (n_texts, n_examples), computed in place: with thousands of examples each copy takes 100 MB."""
        apart = features @ self._examples.T
        apart *= -2
        apart += (features**2).sum(axis=1)[:, None]
        apart += (self._examples**2).sum(axis=1)
        np.maximum(apart, 0.0, out=apart)
        apart *= -self._width
        return np.exp(apart, out=apart)


def kept_model(path: Path | None, fit: Callable[[], KernelModel]) -> KernelModel:
    """Return the model that is kept at `path`, or fit it and keep it there.

    A damaged file is fitted anew, and a full disk only means that the next start fits again.
    """
    if path is None:
        return fit()
    try:
        return KernelModel.load(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("the model kept at %s cannot be read (%s); it is fitted anew", path, error)
    model = fit()
    try:
        for old in path.parent.glob(f"{path.name.partition('-')[0]}-*.npz"):
            old.unlink(missing_ok=True)
        model.save(path)
    except (StorageFull, OSError) as error:
        log.warning("the fitted model is not kept: %s", error)
    return model
