"""Products of one title are told apart by their numbers, whether a fact is about them or a line only names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.cleaning import clean_label

if TYPE_CHECKING:
    from copilot.engine import Product


@dataclass(frozen=True)
class ProductName:
    """A product that a line of the product's own words names, before it is known whether its number must be said."""

    product_id: str
    title: str

    @classmethod
    def of(cls, product: Product) -> ProductName:
        """Return a product's name."""
        return cls(product.product_id, product.title)


class ToldApart:
    """Which of the products that a sheet speaks of share their name with another one there."""

    def __init__(self) -> None:
        self._ids_of: dict[str, set[str]] = {}

    def count(self, product_id: str, label: str) -> None:
        """Count a product, by its cleaned name, among those that the sheet speaks of."""
        self._ids_of.setdefault(label, set()).add(product_id)

    def is_shared(self, label: str) -> bool:
        """Say whether several products that the sheet speaks of have this name."""
        return len(self._ids_of.get(label, ())) > 1

    def written(self, params: Mapping[str, object]) -> dict[str, object]:
        """Return a line's parameters with each product's name written out, with its number where it is shared."""
        return {key: self._written(value) for key, value in params.items()}

    def _written(self, value: object) -> object:
        if isinstance(value, tuple):
            return [self._written(one) for one in value]
        return self._name(value) if isinstance(value, ProductName) else value

    def _name(self, product: ProductName) -> str:
        label = clean_label(product.title)
        return f"{label} #{product.product_id}" if self.is_shared(label) else label
