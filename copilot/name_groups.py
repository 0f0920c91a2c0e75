"""Name groups: which names the weeks, placements and numbers of a segment are told of.

A claim is told of the name before it, or, where it opens its clause, of the name that follows there. Names in a list
share what follows them; where there is as much of a kind as there are names, each has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from copilot.claims import ENDS, Bound, supports
from copilot.phrases import Phrases
from copilot.reading import BRACKET, Clause, Segment
from copilot.tokens import Token


@dataclass(frozen=True)
class Name:
    """A name that something is told of, with the facts that it may stand for; `at` is where its first token stands."""

    at: int
    ends: int
    facts: frozenset[str]


@dataclass(frozen=True)
class Claim:
    """A week, a placement or a number, with the facts that it may be of."""

    at: int
    text: str
    kind: str
    facts: frozenset[str]
    clause: int
    bound: Bound | None = None


@dataclass
class Group:
    """Names in a list and the claims that follow them; the claims that only may, as they could open the next clause."""

    names: list[Name]
    claims: list[Claim] = field(default_factory=list)
    loose: list[Claim] = field(default_factory=list)


def name_groups(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> Iterator[Group]:
    """Yield the names of a segment, those of one list together, with the claims that are told of them.

    A claim before the first name of its clause is told of that name. A clause that only says when may open the next.
    """
    group = Group([])
    opening: list[Claim] = []
    for i, clause in enumerate(segment.clauses):
        names = _names(clause, segment)
        claims = claims_of(clause, i, segment, bound)
        first = names[0].at if names and clause.opening != BRACKET else -1
        before = [claim for claim in claims if claim.at < first]
        for at, name, claim in sorted(
            [*((one.at, one, None) for one in names), *((one.at, None, one) for one in claims if one not in before)],
            key=lambda found: found[0],
        ):
            if claim is not None:
                group.claims.append(claim)
            elif name is not None and _is_number_of(name, group, clause):
                group.names[-1] = replace(group.names[-1], ends=name.ends, facts=group.names[-1].facts & name.facts)
            elif name is not None and _lists_on(group, at, segment, phrases):
                group.names.append(name)
            elif name is not None:
                if group.names:
                    yield group
                group = Group([name], [*before], [*opening])
            before = [] if name is not None else before
            opening = [] if name is not None else opening
        following = segment.clauses[i + 1 : i + 2]
        only_when = bool(claims) and not names and clause.opening != BRACKET and only_says_when(clause)
        only_when = only_when and any(_names(one, segment) for one in following)
        if only_when and group.names:
            group.claims = [claim for claim in group.claims if claim not in claims]
            group.loose += claims
        opening = claims if only_when or not group.names else []
    if group.names:
        yield group


def _names(clause: Clause, segment: Segment) -> list[Name]:
    """Return the names of a clause but those of placements; a title and the number right after it are one."""
    places = {(fact.placement or "").lower() for fact in segment.facts}
    found: list[Name] = []
    before: Token | None = None
    for token in clause.tokens:
        cited = token.facts & {fact.id for fact in segment.facts}
        if token.kind == "name" and _plain(token) not in places:
            numbers = token.text.startswith("#") and before is not None and before.kind == "name"
            ends = token.at + len(token.text)
            if numbers and found and cited:
                found[-1] = replace(found[-1], ends=ends, facts=found[-1].facts & cited or cited)
            elif cited:
                found.append(Name(token.at, ends, cited))
        before = token
    return found


def _is_number_of(name: Name, group: Group, clause: Clause) -> bool:
    """Say whether a name is the number of the one before it, in a bracket: "“Tree Stands” (#12384518)"."""
    is_number = any(token.at == name.at and token.text.startswith("#") for token in clause.tokens)
    return clause.opening == BRACKET and is_number and bool(group.names) and not group.claims


def _lists_on(group: Group, at: int, segment: Segment, phrases: Phrases) -> bool:
    """Say whether nothing but a comma, "and" or an article stands between the last name and the one at `at`."""
    if not group.names or group.claims or group.loose:
        return False
    skipped = phrases.lexicon.reading["joins"] | phrases.lexicon.guards.get("modifiers", frozenset())
    between = [token for clause in segment.clauses for token in clause.tokens if group.names[-1].ends <= token.at < at]
    return all((token.stem or token.text.lower()) in skipped or token.text.lower() in skipped for token in between)


def only_says_when(clause: Clause) -> bool:
    return not clause.numbers and len(clause.words) <= 1 and all(token.kind != "mark" for token in clause.tokens)


def claims_of(clause: Clause, i: int, segment: Segment, bound: Sequence[Bound]) -> list[Claim]:
    """Return the weeks, placements and numbers of a clause, in order; of a range its first end."""
    places = {(fact.placement or "").lower() for fact in segment.facts}
    found = []
    for token in clause.mentions:
        if token.kind in ("week", "day") or _plain(token) in places:
            ids = frozenset(fact.id for fact in segment.facts if supports(token, fact))
            found.append(Claim(token.at, token.text, "place" if token.kind == "name" else "week", ids, i))
    for item in (one for one in bound if one.clause is clause):
        units = {fact.unit for fact in item.facts}
        kind = "ends" if item.number.role in ENDS else f"value of {', '.join(sorted(units))}"
        ids = frozenset(fact.id for fact in item.facts)
        found.append(Claim(item.number.at, f"{item.number.value:g}", kind, ids, i, item))
    return sorted(found, key=lambda claim: claim.at)


def _plain(token: Token) -> str:
    return token.text.strip('“”"').lower()


def in_order(group: Group) -> dict[Claim, Name]:
    """Return the claims of which there are as many of a kind as names in the list, each with its name."""
    found: dict[Claim, Name] = {}
    for kind in {claim.kind for claim in group.claims}:
        claims = [claim for claim in group.claims if claim.kind == kind]
        if len(claims) == len(group.names) > 1:
            found |= dict(zip(claims, group.names, strict=True))
    return found
