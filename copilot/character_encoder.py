"""Embeddings of short messages by their characters: one to three in a row, weighed by how telling they are.

For languages that the text encoder of the workspace does not know; nothing is downloaded and no weights are shipped.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.progress import Progress, silent

LONGEST = 3  # characters in a row
MOST = 6_000  # features kept, the commonest first


class CharacterEncoder:
    """Encodes texts by their character n-grams, with weights from `examples`.

    tf-idf: (1 + ln tf) (1 + ln((1 + n) / (1 + df))), L2-normalised

    Example: of "排在 ω" the features are 排, 在, ω, 排在, 在ω and 排在ω.
    """

    name = "character n-grams"

    def __init__(self, examples: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(
            analyzer=_grams,  # pyright: ignore[reportArgumentType] (its stubs know names only)
            sublinear_tf=True,
            max_features=MOST,
            dtype=np.float32,  # pyright: ignore[reportArgumentType]
            lowercase=False,
        )
        self._vectorizer.fit(examples)
        self.dimension = len(self._vectorizer.vocabulary_)

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> np.ndarray:
        """Return (n_texts, dimension), each row of length 1, or 0 where no feature is known."""
        return np.asarray(self._vectorizer.transform(list(texts)).todense(), dtype=np.float32)


def _grams(text: str) -> list[str]:
    line = "".join(text.split()).casefold()
    return [line[i : i + size] for size in range(1, LONGEST + 1) for i in range(len(line) - size + 1)]
