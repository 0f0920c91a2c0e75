"""A message as it was read: what it names, and the words that nothing explains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Entities:
    """What a message names.

    Attributes:
        products: product ids, in the order they are named.
        weeks: Monday dates.
        placements: placement names as the plan spells them; several when a partial name fits several.
        groups: category groups as the planning problem spells them, or the departments above them.
        like_named: those of the groups that are not called so in full, but have the word in their name too.
        numbers: the remaining numbers.
        text: the message with each entity replaced by its kind (`PRODUCT`, `WEEK`, ...): what intents are matched on.
        shift_weeks: "a week later" = 1, "two weeks earlier" = -2, relative to the product's slot.
        unknown_weeks: weeks and days that the message names and no calendar has, as they are written.
        without: those of the weeks, placements and groups that the message speaks against: "not in week 45"; of a list,
            products too.
    """

    products: tuple[str, ...] = ()
    weeks: tuple[date, ...] = ()
    placements: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    text: str = ""
    shift_weeks: int | None = None
    without: tuple[object, ...] = ()
    unknown_weeks: tuple[str, ...] = ()
    like_named: tuple[str, ...] = ()

    @property
    def products_left_out(self) -> tuple[str, ...]:
        """The ids of the products that a list leaves out."""
        slots = {*self.weeks, *self.placements, *self.groups}
        return tuple(one for one in self.without if isinstance(one, str) and one not in slots)


@dataclass(frozen=True)
class ReadMessage:
    """A message with its entities.

    Attributes:
        entities: as far as the words decide them.
        same_title: ids that a title of the message could mean, when there are several.
        unknown_id: a product number that the catalogue does not have.
        rest: the words that name a product loosely, or else those that nothing explains.
        rest_in_catalogue: True when the catalogue has one of these words, up to a typing error.
        group_words: the words that name the groups.
        named: for each name in the message, in order, the ids that it could mean.
        left_aside: the names of products that stand after a negation, with the ids that each could mean.
        strange: the stretches of words that nothing explains.
        readings: the message with its entities masked, then with loose names read as products, then as categories.
    """

    entities: Entities
    same_title: tuple[str, ...] = ()
    unknown_id: str = ""
    rest: tuple[str, ...] = ()
    rest_in_catalogue: bool = False
    group_words: tuple[str, ...] = ()
    named: tuple[tuple[str, ...], ...] = ()
    strange: tuple[tuple[str, ...], ...] = ()
    readings: tuple[str, ...] = ()
    left_aside: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
