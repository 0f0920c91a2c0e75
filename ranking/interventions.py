"""Interventions: the closed set of changes that an operator may ask of a plan. All frozen; they travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Lock:
    """The product must be launched: in this week and placement, as far as they are given."""

    product_id: str
    week: date | None = None
    placement: str | None = None


@dataclass(frozen=True)
class Exclude:
    """The product may not be launched: in this week and placement, as far as they are given."""

    product_id: str
    week: date | None = None
    placement: str | None = None


@dataclass(frozen=True)
class CapLaunches:
    """At most `launches` in this week (every week when None), of this group (all products when None).

    It stands in place of the problem's own cap and of earlier ones for the same weeks, so it can allow more as well.
    """

    launches: int
    week: date | None = None
    group: str | None = None


@dataclass(frozen=True)
class SetCapacity:
    """The slot takes `capacity` launches instead of what the problem says."""

    week: date
    placement: str
    capacity: int


@dataclass(frozen=True)
class ScaleForecast:
    """The product is taken to sell `factor` times its forecast, wherever it is launched."""

    product_id: str
    factor: float


@dataclass(frozen=True)
class ChangePrice:
    """The product costs `ratio` times its price, wherever it is launched; its sales answer by its price slope."""

    product_id: str
    ratio: float


Intervention = Lock | Exclude | CapLaunches | SetCapacity | ScaleForecast | ChangePrice

_KINDS: dict[str, type[Any]] = {
    "lock": Lock,
    "exclude": Exclude,
    "cap": CapLaunches,
    "capacity": SetCapacity,
    "forecast": ScaleForecast,
    "price": ChangePrice,
}


def intervention_to_json(item: Intervention) -> dict[str, Any]:
    """Return an intervention as JSON-ready data with its `kind`."""
    kind = next(name for name, made in _KINDS.items() if isinstance(item, made))
    flat = asdict(item)
    if flat.get("week"):
        flat["week"] = flat["week"].isoformat()
    return {"kind": kind, **flat}


def intervention_from_json(data: Mapping[str, Any]) -> Intervention:
    """Restore the intervention that `intervention_to_json` wrote."""
    values = {key: value for key, value in data.items() if key != "kind"}
    if values.get("week"):
        values["week"] = date.fromisoformat(values["week"])
    return _KINDS[data["kind"]](**values)
