"""What happens on a click in the calendar or its drawer: plain functions over the service, without a widget in sight.

Each takes and returns the frozen objects of `state`. No handler raises: an operator's error becomes one calm line,
anything else is logged with a reference number that the line names.
"""

from __future__ import annotations

import base64
import logging
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from copilot.briefs import brief_bytes
from copilot.empty_plan import why_empty
from copilot.error_lines import error_line
from copilot.errors import OPERATOR_ERRORS, StalePlan
from copilot.service import Notice
from copilot.ui import formats
from copilot.ui.markup import plain
from copilot.ui.state import Board, Drawer, FactDrawer, LaunchDrawer, Thread, Toast
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.briefs import Brief
    from copilot.service import Copilot
    from ranking.plan import Launch

log = logging.getLogger(__name__)

FACT_ROWS = 50
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Change:
    """The screen after an action.

    Attributes:
        board: the calendar to draw, None to leave it.
        drawer: the drawer to draw, None to close it.
        toast: the line that says what happened, None to leave the last one.
        only_toast: leave calendar and drawer as they are.
    """

    board: Board | None = None
    drawer: Drawer | None = None
    toast: Toast | None = None
    only_toast: bool = False

    @classmethod
    def saying(cls, text: str, kind: Literal["working", "problem"] = "problem") -> Change:
        """Return a change of nothing but the line."""
        return cls(toast=Toast(text, kind), only_toast=True)


def explain(error: Exception, words: Words) -> str:
    """Return the one line that an operator reads about an error; a bug is logged under the reference it names."""
    if isinstance(error, OPERATOR_ERRORS):
        return told(error, words)
    reference = secrets.token_hex(4)
    log.error("unexpected error %s", reference, exc_info=error)
    return words("error.unexpected", reference=reference)


def told(error: Exception, words: Words) -> str:
    """Return an operator's error in the screen's language, as far as it has words for it."""
    return error_line(error, words.phrases)


def open_board(copilot: Copilot, words: Words) -> Board:
    """Read the current plan with its locks, placement lifts and rhythm, or with why it is empty."""
    engine, stored = copilot.engine, copilot.current_plan()
    lifts = {placement: engine.placement_lift(placement) for placement in engine.placements}
    return Board(
        stored=stored,
        slots=engine.slots,
        locked=frozenset(lock.product_id for lock in copilot.store.locks()),
        lifts={placement: lift for placement, lift in lifts.items() if lift is not None},
        recommended_per_week=engine.rhythm.recommended_per_week,
        as_of=engine.as_of,
        writer=copilot.active_writer(words.lang),
        why_empty="" if stored.plan.launches else why_empty(engine, words.phrases),
    )


def load_board(copilot: Copilot, words: Words) -> Change:
    """Open the calendar; when that fails, say why and draw no plan."""
    try:
        return Change(open_board(copilot, words))
    except Exception as error:  # noqa: BLE001 - every failure becomes one line, bugs are logged in `explain`
        return Change.saying(explain(error, words))


def open_notices(copilot: Copilot, words: Words) -> tuple[Notice, ...]:
    """Return what an operator must know before trusting the screen; an error among them as a notice of its own."""
    try:
        return copilot.notices(words.lang)
    except Exception as error:  # noqa: BLE001 - as above
        return (Notice("off", "notices", explain(error, words)),)


def open_launch(copilot: Copilot, product_id: str, words: Words) -> Change:
    """Open a product's evidence; an error keeps the drawer as it was."""
    try:
        return Change(drawer=_launch_drawer(copilot, product_id, words))
    except Exception as error:  # noqa: BLE001 - as above
        return Change.saying(explain(error, words))


def open_fact(copilot: Copilot, thread: Thread, turn: int, fact_id: str, drawer: Drawer | None, words: Words) -> Change:
    """Open a cited fact with the rows behind it; an error keeps the drawer as it was."""
    answer = thread.turns[turn] if 0 <= turn < len(thread.turns) else None
    fact = answer.fact(fact_id) if answer else None
    if answer is None or fact is None:
        return Change.saying(words("fact.gone"))
    try:
        rows = copilot.fact_rows(fact, FACT_ROWS + 1) if fact.source.where else None  # one more tells if these are all
    except Exception as error:  # noqa: BLE001 - as above
        return Change.saying(explain(error, words))
    back = drawer if isinstance(drawer, LaunchDrawer) else drawer.back if drawer else None
    more = rows is not None and len(rows) > FACT_ROWS
    shown = rows if rows is None else rows.head(FACT_ROWS)
    sentence = answer.sentence_citing(fact_id)
    return Change(drawer=FactDrawer(fact, shown, sentence, answer.plan_version, back, more))


def go_back(drawer: Drawer | None) -> Drawer | None:
    """Return from a fact to the launch that was open before it; close the drawer otherwise."""
    return drawer.back if isinstance(drawer, FactDrawer) else None


def set_lock(copilot: Copilot, board: Board, drawer: Drawer | None, wished: bool, words: Words) -> Iterator[Change]:
    """Lock the open launch to its slot, or unlock it: plan again, and offer the way back. Asked twice, done once."""
    launch = drawer.evidence.launch if isinstance(drawer, LaunchDrawer) else None
    if launch is None or (launch.product_id in board.locked) == wished:
        return
    yield Change.saying(words("toast.working"), "working")
    yield _attempt(copilot, drawer, words, lambda: _relock(copilot, board, launch, words))


def undo(copilot: Copilot, board: Board, drawer: Drawer | None, version: int, words: Words) -> Iterator[Change]:
    """Bring an earlier plan back as a new version, unless another one was saved since the board was drawn."""
    yield Change.saying(words("toast.working"), "working")

    def restore() -> Toast:
        stored = copilot.restore(version, board.stored.version)
        return Toast(words("toast.restored", version=stored.version, old=version))

    yield _attempt(copilot, drawer, words, restore)


def _relock(copilot: Copilot, board: Board, launch: Launch, words: Words) -> Toast:
    old = board.stored
    if launch.product_id in board.locked:
        stored = copilot.unlock(launch.product_id, old.version)
        line = words("toast.unlocked", version=stored.version, title=plain(launch.title))
    else:
        stored = copilot.lock(launch.product_id, launch.week, launch.placement, old.version)
        week = formats.week(launch.week)
        line = words(
            "toast.locked", version=stored.version, title=plain(launch.title), week=week, placement=launch.placement
        )
    delta = words.signed(stored.plan.objective - old.plan.objective)
    return Toast(f"{line} {words('toast.delta', delta=delta, old=old.version)}", "done", old.version)


def _attempt(copilot: Copilot, drawer: Drawer | None, words: Words, act: Callable[[], Toast]) -> Change:
    """Run an action that changes the plan, then redraw from what is stored: also when someone else changed it first."""
    try:
        toast = act()
    except StalePlan as error:
        toast = Toast(explain(error, words), "problem")
    except Exception as error:  # noqa: BLE001 - as above
        return Change.saying(explain(error, words))
    try:
        product_id = drawer.product_id if isinstance(drawer, LaunchDrawer) else None
        opened = _launch_drawer(copilot, product_id, words) if product_id else drawer
        return Change(open_board(copilot, words), opened, toast)
    except Exception as error:  # noqa: BLE001 - as above
        return Change.saying(explain(error, words))


class BriefFile(NamedTuple):
    """A brief to save: the file's name and content (base64 of a DOCX), or the line that says why there is none."""

    name: str
    content: str
    problem: str
    plan_version: int


def brief_file(copilot: Copilot, target: str, words: Words, file_format: str = "md") -> BriefFile:
    """Write a brief to a file of this format."""
    try:
        return as_file(copilot.brief(target, words.lang), file_format)
    except Exception as error:  # noqa: BLE001 - as above
        return BriefFile("", "", explain(error, words), 0)


def as_file(brief: Brief, file_format: str) -> BriefFile:
    """Return a brief as a file of this format. Raises UnsupportedFormat."""
    content = brief_bytes(brief, file_format)
    stem = _NOT_IN_NAMES.sub("-", f"{brief.target}-{brief.title}".lower())[:60].strip("-")
    text = content.decode() if file_format == "md" else base64.b64encode(content).decode()
    return BriefFile(f"brief-{stem}.{file_format}", text, "", brief.plan_version)


def _launch_drawer(copilot: Copilot, product_id: str, words: Words) -> LaunchDrawer:
    evidence = copilot.evidence(product_id)
    later = evidence.launch.week + timedelta(weeks=1) if evidence.launch else None
    return LaunchDrawer(
        evidence=evidence,
        plan_version=copilot.current_plan().version,
        later_week=later if later in copilot.engine.weeks else None,
        brief_writer=copilot.brief_writer(words.lang),
    )
