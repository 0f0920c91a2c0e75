"""Correct sentences broken in one way each, to measure whether the verifier catches it.

Each function of `CORRUPTIONS` takes a correct sentence and returns broken ones; the words are those of
`prompts/<lang>/evaluation/corruptions.toml`. A broken number lies further from everything that the cited facts hold
than any rounding could, so that what is counted as wrong is wrong.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from copilot.factsheet import Fact
from copilot.paraphrase_grammar import MONTHS, NUMBER_WORDS, Paraphrase, number_of

Words = Mapping
Corruptor = Callable[[Paraphrase, Words, random.Random], Iterator[str]]

_CITE = re.compile(r"\s*\[F\d+(?:, F\d+)*\]")
_ISO_WEEK = re.compile(r"\b(\d{4})-W(\d{2})\b")
_WEEK = re.compile(r"\bweek (\d{1,2})\b", re.IGNORECASE)
_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b|\b({'|'.join(MONTHS)}) (\d{{1,2}})\b")
_NUMBER = re.compile(r"(?<![\w.,#-])\d[\d,]*(?:\.\d+)?(?![\w,]*\d)(?!\.\d)")
_RANGE = re.compile(r"(?<![\w.,])(-?[\d,.]*\d)( to |–| and | or as many as )(-?[\d,.]*\d)")
_LEVEL = re.compile(r"\b80%(?= interval)")
_HEDGE = re.compile(r"\b(about|around|roughly) (?=\d)", re.IGNORECASE)
_FAR = 0.12  # further than "about" may round


def _protected(base: Paraphrase) -> list[tuple[int, int]]:
    """Return the stretches that are no claims by number: names, weeks, dates, citations, levels."""
    spans = [
        match.span() for pattern in (_CITE, _ISO_WEEK, _WEEK, _DATE, _LEVEL) for match in pattern.finditer(base.text)
    ]
    spans += [match.span() for match in re.finditer(r"“[^”]*”|#\w+|\b\d+ \w+ placements", base.text)]
    for fact in base.sheet.facts:
        for label in (fact.subject_label, fact.other_label, fact.placement or ""):
            if len(label) > 2:
                spans += [match.span() for match in re.finditer(re.escape(label), base.text, re.IGNORECASE)]
    return spans


def _numbers(base: Paraphrase) -> list[re.Match[str]]:
    spans = _protected(base)
    found = _NUMBER.finditer(base.text)
    return [match for match in found if not any(a < match.end() and match.start() < b for a, b in spans)]


def _truths(facts: tuple[Fact, ...]) -> list[float]:
    """Return every number that sentences about these facts may hold, as written: also in percent."""
    held = [bound for fact in facts for bound in (fact.interval or ())]
    held += [number_of(fact) for fact in facts if isinstance(fact.value, int | float)]
    shown = [abs(x) for x in held]
    return [*shown, *(100 * x for x in shown), *(100 * abs(x - 1) for x in shown)]


def _false(written: float, base: Paraphrase, far: float = _FAR) -> bool:
    return all(abs(abs(written) - truth) > far * max(truth, 0.01) for truth in _truths(base.facts))


def _replaced(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _value(match: re.Match[str]) -> float:
    return float(match[0].replace(",", ""))


def _changed(match: re.Match[str], base: Paraphrase, rng: random.Random) -> str | None:
    """Return the number with one other digit, far from every truth."""
    at = [i for i, char in enumerate(match[0]) if char.isdigit()]
    for _ in range(12):
        i = rng.choice(at)
        new = match[0][:i] + rng.choice("123456789") + match[0][i + 1 :]
        if _false(float(new.replace(",", "")), base):
            return new
    return None


def wrong_digit(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _numbers(base):
        if not base.text[match.end() :].startswith("%") and (new := _changed(match, base, rng)):
            yield _replaced(base.text, match, new)


def wrong_percentage(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _numbers(base):
        if base.text[match.end() :].startswith("%") and (new := _changed(match, base, rng)):
            yield _replaced(base.text, match, new)


def wrong_range_end(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    if not any(fact.interval for fact in base.facts):
        return
    for match in _RANGE.finditer(base.text):
        low, high = (float(end.replace(",", "")) for end in (match[1], match[3]))
        if low >= high:
            continue
        yield _replaced(base.text, match, f"{match[3]}{match[2]}{match[1]}")
        wide, narrow = f"{high * 1.4:.1f}", f"{low * 0.5:.1f}"
        if _false(float(wide), base):
            yield _replaced(base.text, match, f"{match[1]}{match[2]}{wide}")
        if _false(float(narrow), base):
            yield _replaced(base.text, match, f"{narrow}{match[2]}{match[3]}")


def wrong_level(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _LEVEL.finditer(base.text):
        yield _replaced(base.text, match, rng.choice(("95%", "90%", "50%", "99%")))


def wrong_number_word(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _numbers(base):
        new = rng.choice(range(2, 13))
        if not base.text[match.end() :].startswith("%") and _false(new, base):
            yield _replaced(base.text, match, NUMBER_WORDS[new])
    counts = [
        f for f in base.facts if isinstance(f.value, int | float) and 2 <= f.value <= 12 and f.value == int(f.value)
    ]
    for fact in counts:
        match = re.search(rf"\b{NUMBER_WORDS[int(number_of(fact))]}\b(?! weeks)", base.text, re.IGNORECASE)
        new = rng.choice(range(2, 13))
        if match and _false(new, base):
            yield _replaced(base.text, match, NUMBER_WORDS[new])


def half_double_none(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _numbers(base):
        if re.match(r" (?:units|launch|search)", base.text[match.end() :]):
            yield _replaced(base.text, match, rng.choice(("double the", "half the", "twice the", "no", "triple the")))
    yield from _tailed("half_double_none", base, words, rng)


def wrong_date(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _DATE.finditer(base.text):
        day = int(match[1] or match[4])
        month = match[2] or match[3]
        other_day, other_month = 1 + (day + rng.choice((1, 3, 6, 8)) - 1) % 28, MONTHS[(MONTHS.index(month) + 1) % 12]
        yield _replaced(base.text, match, match[0].replace(str(day), str(other_day)))
        yield _replaced(base.text, match, match[0].replace(month, other_month))


def wrong_iso_week(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _ISO_WEEK.finditer(base.text):
        yield from _other_week(base, match, lambda c: f"{c.year}-W{c.week:02d}", rng)
        yield _replaced(base.text, match, f"{int(match[1]) + 1}-W{match[2]}")


def wrong_week(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    for match in _WEEK.finditer(base.text):
        yield from _other_week(base, match, lambda c: f"week {c.week}", rng)
        yield _replaced(base.text, match, rng.choice(("next week", "the week after", "last week", "week 53")))


def _other_week(base: Paraphrase, match: re.Match[str], write: Callable, rng: random.Random) -> Iterator[str]:
    held = [day for fact in base.facts for day in (fact.week, fact.value) if isinstance(day, date)]
    if held:
        moved = (rng.choice(held) + timedelta(weeks=rng.choice((-3, -1, 1, 2, 10)))).isocalendar()
        if (moved.year, moved.week) not in {day.isocalendar()[:2] for day in held}:
            yield _replaced(base.text, match, write(moved))


def rounding(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Rounded further than the rule allows: 12.3 told as 10, 1.27 told as 1.5; "about" included."""
    for match in _numbers(base):
        value = _value(match)
        hedged = any(found.end() == match.start() for found in _HEDGE.finditer(base.text))
        far = 0.105 if hedged else 0.055
        steps = (1000, 500, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.1)
        for step in steps:
            new = step * round(value / step)
            if new and _false(new, base, far) and abs(new - value) < 0.4 * value:
                yield _replaced(base.text, match, f"{new:,.0f}" if new == round(new) else f"{new:.1f}")
                break


def wrong_unit(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    pairs = [pair for pair in words["counted"] if re.search(rf"(?<![#\w])[\d,.]+ {pair[0]}\b", base.text)]
    if pairs:
        old, new = rng.choice(pairs)
        yield re.sub(rf"(?<![#\w])([\d,.]+) {old}\b", rf"\1 {new}", base.text, count=1)
    yield from _swapped("spans", base, words, rng)


def number_of_another_fact(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The number of another subject, or of another fact, on the same sheet."""
    cited = {fact.id for fact in base.facts}
    others = [f for f in base.sheet.facts if f.id not in cited and isinstance(f.value, int | float)]
    others = [f for f in others if f.unit in {fact.unit for fact in base.facts} and _false(number_of(f), base)]
    numbers = [match for match in _numbers(base) if not base.text[match.end() :].startswith("%")]
    if others and numbers:
        value = abs(number_of(rng.choice(others)))
        yield _replaced(base.text, rng.choice(numbers), f"{value:,.0f}" if value == round(value) else f"{value:.1f}")


def missing_citation(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    yield _CITE.sub("", base.text)


def unknown_citation(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    n = len(base.sheet.facts)
    yield _CITE.sub(
        rng.choice((f" [F{n + 1}]", " [F99]", " [F0]", " [1]", " [G1]", " [F-1]", " [Source]", " (F1)")), base.text
    )


def citation_of_another_fact(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    fact = rng.choice(base.facts)
    others = [f for f in base.sheet.facts if f not in base.facts and f.name != fact.name and f.value != fact.value]
    others += [f for f in base.sheet.facts if f not in base.facts and f.name == fact.name and _told_apart(base, f)]
    if others:
        yield base.text.replace(f"[{fact.id}]", f"[{rng.choice(others).id}]").replace(
            f"[{fact.id},", f"[{others[0].id},"
        )
        yield f"{base.text.rstrip('.')} [{rng.choice(others).id}]."


def _told_apart(base: Paraphrase, other: Fact) -> bool:
    """Say whether the sentence names its subject, and that is not the other fact's."""
    return all(f.subject_label != other.subject_label and f.subject_label in base.text for f in base.facts)


def wrong_product(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    held = {label for fact in base.facts for label in (fact.subject_label, fact.other_label)}
    others = (
        {f.subject_label for f in base.sheet.facts if f.unit in ("units", "week") and f.subject != f.placement}
        - held
        - {"plan", "season"}
    )
    for fact in base.facts:
        if fact.subject_label in base.text and not fact.numbered:
            new = rng.choice([*sorted(others), "Golden Oat Crunch", "Aurora"])
            yield base.text.replace(fact.subject_label, new)
        elif fact.numbered and f"#{fact.subject}" in base.text:
            yield base.text.replace(f"#{fact.subject}", "#" + fact.subject[::-1] + "7")


def wrong_placement(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    held = {fact.placement for fact in base.facts}
    others = sorted({f.placement for f in base.sheet.facts if f.placement and f.placement not in held})
    for placement in sorted(p for p in held if p and p in base.text):
        yield base.text.replace(placement, rng.choice([*others, "store window"]))


def flipped_direction(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    settled = re.search(r"\bmore or less\b|\bup to\b|\bgiving up\b|\bthe same rules\b", base.text, re.IGNORECASE)
    if " than “" not in base.text and not settled and all(fact.sign != 0 for fact in base.facts):
        yield from _swapped("directions", base, words, rng)


def flipped_comparison(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    if "bigger" in base.pattern or " than {other}" in base.pattern:
        yield from _swapped("directions", base, words, rng)


def swapped_subjects(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    if len(base.facts) == 2:
        first, second = base.facts
        names = [f"{f.subject_label}” #{f.subject}" if f.numbered else f"{f.subject_label}" for f in base.facts]
        if first.value != second.value and all(name in base.text for name in names) and _false_of(second, first):
            yield base.text.replace(names[0], "\0").replace(names[1], names[0]).replace("\0", names[1])
    fact = base.facts[0]
    if fact.other_label and len(base.facts) == 1 and fact.sign:
        label, other = fact.subject_label, fact.other_label
        if label in base.text and other in base.text and fact.name == "units_difference":
            yield base.text.replace(label, "\0").replace(other, label).replace("\0", other)


def _false_of(value: Fact, about: Fact) -> bool:
    """Say whether the one fact's value would be wrong about the other's subject."""
    if isinstance(value.value, int | float) and isinstance(about.value, int | float):
        return abs(number_of(value) - number_of(about)) > _FAR * abs(number_of(about))
    return value.value != about.value


def negation(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    found = list(re.finditer(r"\b(is|are|should|would|will|was|were|has|have)\b(?! not)(?= )", base.text))
    if found and not re.search(r"\b(not|no|nothing|without)\b", base.text, re.IGNORECASE):
        match = rng.choice(found)
        yield _replaced(base.text, match, rng.choice((f"{match[1]} not", f"{match[1]} never")))
    if not found and (match := re.search(r"\bsold\b(?! units)", base.text)):
        yield _replaced(base.text, match, rng.choice(("did not sell", "never sold", "hardly sold")))
    if re.search(r"\bnot\b", base.text):
        yield re.sub(r"\bnot (?=\w)", "", base.text, count=1)


def tense(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    tenses = {fact.spec.tense for fact in base.facts}
    if tenses == {"future"}:
        yield from _swapped("to_past", base, words, rng)
    elif tenses == {"past"}:
        yield from _swapped("to_future", base, words, rng)


def certainty(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    yield from _swapped("certain", base, words, rng)


def unlinked_cause(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Two correct sentences joined by a cause that the engine did not link."""
    fact = base.facts[0]
    others = [
        f for f in base.sheet.facts if f.name != fact.name and fact.id not in f.linked and f.id not in fact.linked
    ]
    told = [base.told[f.id] for f in others if f.id in base.told]
    if told and len(base.facts) == 1:
        second = rng.choice(told)
        word = rng.choice(
            (
                " because ",
                ", since ",
                ", so ",
                ", therefore ",
                ", which is why ",
                ", as a result ",
                " due to the fact that ",
            )
        )
        yield f"{base.text.rstrip('.')}{word}{second}"


def reversed_cause(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A linked pair told the wrong way round: the effect as the cause."""
    fact = base.facts[0]
    for effect in base.sheet.facts:
        if len(base.facts) == 1 and effect.id in fact.linked and effect.id in base.told:
            effect_text = base.told[effect.id]
            yield f"{base.text.rstrip('.')} because {effect_text}"
            yield f"{effect_text.rstrip('.')}, so {base.text}"
            return


def mixed_facts(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """One fact's number in a sentence about another, with both cited."""
    fact = base.facts[0]
    numbers = [m for m in _numbers(base) if not base.text[m.end() :].startswith("%")]
    others = [
        f
        for f in base.sheet.facts
        if f.unit == fact.unit and f.subject_label != fact.subject_label and isinstance(f.value, int | float)
    ]
    others = [f for f in others if _false(number_of(f), base)]
    if len(base.facts) == 1 and numbers and others and fact.subject_label in base.text:
        other = rng.choice(others)
        value = abs(number_of(other))
        text = _replaced(base.text, numbers[0], f"{value:,.0f}" if value == round(value) else f"{value:.1f}")
        yield text.replace(f"[{fact.id}]", f"[{fact.id}][{other.id}]")


def hidden_characters(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    at = rng.choice([m.start() for m in re.finditer(" ", _CITE.split(base.text)[0] + " ")])
    yield base.text[:at] + rng.choice(words["tails"]["hidden"]) + base.text[at:]


def nothing_to_check(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    yield from _bare("nothing_to_check", base, words, rng)


def instruction(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    yield from _tailed("instruction", base, words, rng)
    yield from _bare("instruction", base, words, rng)


def invented_cause(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    yield from _tailed("invented_cause", base, words, rng)
    yield from _bare("invented_cause", base, words, rng)


def _bare(kind: str, base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    fact = base.facts[0]
    text = rng.choice(words["bare"][kind])
    yield text.replace("{cite}", f"[{fact.id}]").replace("{title}", f"“{fact.subject_label}”")


def _tailed(kind: str, base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Put a tail before the last citation, or after it."""
    *_, last = _CITE.finditer(base.text)
    tail = rng.choice(words["tails"][kind])
    body, rest = base.text[: last.start()].rstrip(" ."), base.text[last.start() :]
    yield f"{body}{tail}{rest}" if rng.random() < 0.6 else f"{base.text.rstrip('.')}{tail}."


def _swapped(kind: str, base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Put the second word of a pair where the first stands, outside names."""
    spans = _protected(base)
    options = []
    for old, new in words[kind]:
        for match in re.finditer(rf"\b{re.escape(old)}\b", base.text, re.IGNORECASE):
            if not any(a < match.end() and match.start() < b for a, b in spans):
                options.append(_replaced(base.text, match, new))
    if options:
        yield rng.choice(options)


def _tail(kind: str) -> Corruptor:
    return lambda base, words, rng: _tailed(kind, base, words, rng)


CORRUPTIONS: Mapping[str, Corruptor] = {
    "wrong_digit": wrong_digit,
    "wrong_percentage": wrong_percentage,
    "wrong_range_end": wrong_range_end,
    "wrong_level": wrong_level,
    "ordinal": _tail("ordinal"),
    "wrong_number_word": wrong_number_word,
    "half_double_none": half_double_none,
    "wrong_date": wrong_date,
    "wrong_iso_week": wrong_iso_week,
    "wrong_week": wrong_week,
    "rounding": rounding,
    "wrong_unit": wrong_unit,
    "number_of_another_fact": number_of_another_fact,
    "invented_number": _tail("invented_number"),
    "missing_citation": missing_citation,
    "unknown_citation": unknown_citation,
    "citation_of_another_fact": citation_of_another_fact,
    "wrong_product": wrong_product,
    "wrong_placement": wrong_placement,
    "flipped_direction": flipped_direction,
    "flipped_comparison": flipped_comparison,
    "swapped_subjects": swapped_subjects,
    "mixed_facts": mixed_facts,
    "negation": negation,
    "superlative": _tail("superlative"),
    "tense": tense,
    "certainty": certainty,
    "invented_cause": invented_cause,
    "unlinked_cause": unlinked_cause,
    "reversed_cause": reversed_cause,
    "invented_detail": _tail("invented_detail"),
    "nothing_to_check": nothing_to_check,
    "link": _tail("link"),
    "html": _tail("html"),
    "markdown_image": _tail("markdown_image"),
    "instruction": instruction,
    "hidden_characters": hidden_characters,
}
"""Kind -> how a correct sentence is broken in this way; a sentence may offer nothing to break."""
