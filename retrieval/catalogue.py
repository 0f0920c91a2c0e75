"""Catalogue as indexed: many products may share one text, and each text is indexed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from retrieval.errors import EmptyCatalogue
from retrieval.text import clean_text, product_text

_TEXT_COLUMNS = ("title", "description", "category", "brand")
_COLUMNS = ("product_id", *_TEXT_COLUMNS, "status")


@dataclass(frozen=True)
class IndexedCatalogue:
    """The products behind the texts. Row i of every product field is one product; `text_ids[i]` is its text."""

    texts: tuple[str, ...]
    product_ids: tuple[str, ...]
    titles: tuple[str, ...]
    categories: tuple[str, ...]
    statuses: np.ndarray  # (n_products,) of str
    text_ids: np.ndarray  # (n_products,) of int

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the clean products table; raises EmptyCatalogue."""
        present = pq.read_schema(path).names
        return cls.from_products(pd.read_parquet(path, columns=[name for name in _COLUMNS if name in present]))

    @classmethod
    def from_products(cls, products: pd.DataFrame) -> Self:
        """Read products (product_id, title, description?, category?, brand?, status?); raises EmptyCatalogue."""
        if products.empty:
            raise EmptyCatalogue("There is no product to index. Check the products table and its quarantine report.")
        said = products.reindex(columns=list(_TEXT_COLUMNS))  # an absent column is a missing value everywhere
        every_text = [product_text(*values) for values in said.itertuples(index=False)]
        text_ids, texts = pd.factorize(np.array(every_text, dtype=object))
        statuses = products["status"] if "status" in products else pd.Series(["live"] * len(products))
        return cls(
            texts=tuple(texts),
            product_ids=tuple(products["product_id"].astype(str)),
            titles=tuple(clean_text(title) for title in said["title"]),
            categories=tuple(clean_text(category) for category in said["category"]),
            statuses=statuses.astype(str).to_numpy(dtype=str),
            text_ids=np.asarray(text_ids, dtype=np.int64),
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load what `save` wrote."""
        texts = pd.read_parquet(folder / "texts.parquet")
        products = pd.read_parquet(folder / "products.parquet")
        return cls(
            texts=tuple(texts["text"].to_list()),
            product_ids=tuple(products["product_id"].to_list()),
            titles=tuple(products["title"].to_list()),
            categories=tuple(products["category"].to_list()),
            statuses=products["status"].to_numpy(dtype=str),
            text_ids=products["text_id"].to_numpy(dtype=np.int64),
        )

    def save(self, folder: Path) -> None:
        """Write texts.parquet and products.parquet."""
        texts = pd.DataFrame({"text_id": range(len(self.texts)), "text": self.texts})
        products = pd.DataFrame(
            {
                "product_id": self.product_ids,
                "text_id": self.text_ids,
                "title": self.titles,
                "category": self.categories,
                "status": self.statuses,
            }
        )
        texts.to_parquet(folder / "texts.parquet", index=False)
        products.to_parquet(folder / "products.parquet", index=False)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Product id -> row."""
        return {product_id: row for row, product_id in enumerate(self.product_ids)}

    @cached_property
    def _rows_by_text(self) -> tuple[np.ndarray, np.ndarray]:
        rows = np.argsort(self.text_ids, kind="stable")
        return rows, np.searchsorted(self.text_ids[rows], np.arange(len(self.texts) + 1))

    def rows_of_text(self, text_id: int) -> np.ndarray:
        """Return the rows of the products that share a text, in the catalogue's order."""
        rows, starts = self._rows_by_text
        return rows[starts[text_id] : starts[text_id + 1]]
