"""The first run's page as HTML: the stages of the build, and what comes next."""

from __future__ import annotations

from markupsafe import Markup

from copilot.ui.markup import icon, join, plain
from copilot.ui.state import BuildStage, BuildStatus
from copilot.ui.words import Words


def first_run_html(status: BuildStatus, words: Words) -> Markup:
    """Draw where the build stands: its stages, then the way into the calendar or the reason why it stopped."""
    return Markup(
        '<main class="lc-first" data-finished="{}" data-next="{}"><div class="lc-brand">{}{}</div><h1>{}</h1><p>{}</p>'
        '<ol class="lc-stages">{}</ol>{}</main>'
    ).format(
        "yes" if status.finished else "no",
        words("page_title"),
        icon("mark"),
        words("product"),
        words("first_run.failed" if status.problem else "first_run.title"),
        words("first_run.failed_help" if status.problem else "first_run.intro"),
        join(_stage_html(stage, words) for stage in status.stages),
        _end_html(status, words),
    )


def _stage_html(stage: BuildStage, words: Words) -> Markup:
    key = f"first_run.stage_{stage.name.split(':')[0]}"
    label = words(key) if key in words else plain(stage.name)
    known = stage.fraction is not None
    percent = 100 * min(max(stage.fraction or 0.0, 0.0), 1.0)
    return Markup(
        '<li class="{}"><div><b>{}</b><span>{}</span></div>'
        '<span class="lc-bar" role="progressbar" aria-label="{}" aria-valuemin="0" aria-valuemax="100"{}>'
        '<i style="width:{:.1f}%"></i></span></li>'
    ).format(
        "lc-done" if stage.done else "lc-now" if known else "lc-now lc-unknown",
        label,
        plain(stage.note) or (f"{percent:.0f}%" if known else ""),
        label,
        Markup(' aria-valuenow="{:.0f}"').format(percent) if known else "",
        percent if known else 100,
    )


def _end_html(status: BuildStatus, words: Words) -> Markup:
    if status.problem:
        return Markup('<p class="lc-problem" role="alert">{}</p>').format(status.problem)
    if status.finished:
        return Markup('<p class="lc-ready" role="status">{} <a href="./">{}</a></p>').format(
            words("first_run.ready"), words("first_run.open")
        )
    return Markup('<p class="lc-older">{}</p>').format(words("first_run.elapsed", seconds=f"{status.seconds:.0f}"))
