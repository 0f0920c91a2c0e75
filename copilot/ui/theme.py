"""Theme: the screen's own look, as a Gradio theme for its widgets and a style sheet for everything the views render.

Colours live once, as CSS custom properties in `style.css` (light on `body`, dark on `body.dark`); the theme points
Gradio's own variables at them, so both change together.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from gradio.themes.base import Base
from gradio.themes.utils import fonts

from copilot.ui.markup import icon

_UI = files("copilot.ui")
_SVG = "http://www.w3.org/2000/svg"
_STYLES = ("style.css", "calendar.css", "drawer.css", "chat.css", "brief.css", "decisions.css")

MAX_THREADS = 80  # most of them only follow an answer that another thread makes

# Gradio serves these itself; its file of weight 600 holds only part of the alphabet, so 600 falls to 700.
_SANS = (
    fonts.LocalFont("IBM Plex Sans", weights=(400, 700)),
    "system-ui",
    "Noto Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "sans-serif",
)
_MONO = (fonts.LocalFont("IBM Plex Mono", weights=(400,)), "ui-monospace", "monospace")

_VARIABLES = {
    "body_background_fill": "var(--lc-ground)",
    "body_text_color": "var(--lc-ink)",
    "body_text_color_subdued": "var(--lc-ink-2)",
    "background_fill_primary": "var(--lc-surface)",
    "background_fill_secondary": "var(--lc-sunken)",
    "border_color_primary": "var(--lc-line)",
    "border_color_accent": "var(--lc-accent)",
    "color_accent_soft": "var(--lc-accent-soft)",
    "block_background_fill": "transparent",
    "block_border_color": "var(--lc-line)",
    "input_background_fill": "var(--lc-surface)",
    "input_border_color": "var(--lc-line-strong)",
    "input_border_color_focus": "var(--lc-accent)",
    "input_placeholder_color": "var(--lc-ink-3)",
    "button_primary_background_fill": "var(--lc-accent)",
    "button_primary_background_fill_hover": "var(--lc-accent-strong)",
    "button_primary_text_color": "var(--lc-on-accent)",
    "button_secondary_background_fill": "var(--lc-surface)",
    "button_secondary_background_fill_hover": "var(--lc-sunken)",
    "button_secondary_text_color": "var(--lc-ink)",
    "button_secondary_border_color": "var(--lc-line-strong)",
}
_SHAPES = {
    "color_accent": "var(--lc-accent)",
    "shadow_drop": "none",
    "block_border_width": "0px",
    "block_padding": "0px",
    "block_shadow": "none",
    "input_shadow": "none",
    "input_shadow_focus": "0 0 0 3px var(--lc-accent-soft)",
    "button_primary_shadow": "none",
    "button_secondary_shadow": "none",
    "layout_gap": "0px",
    "form_gap_width": "0px",
}


def build_theme() -> Base:
    """Return the theme; dark variants point at the same properties, whose values change with `body.dark`."""
    theme = Base(
        primary_hue="teal",
        secondary_hue="teal",
        neutral_hue="slate",
        text_size="sm",
        spacing_size="sm",
        radius_size="md",
        font=_SANS,
        font_mono=_MONO,
    )
    dark = {f"{name}_dark": value for name, value in _VARIABLES.items()}
    return theme.set(**_VARIABLES, **dark, **_SHAPES)


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """Return the text of a style sheet or script that lies beside this module."""
    return (_UI / name).read_text("utf-8")


def launch_options() -> dict[str, Any]:
    """Return what `Blocks.launch` needs for this look, and for a page that talks to nobody but its own server."""
    styles = "\n".join(asset(name) for name in _STYLES)
    return {
        "theme": build_theme(),
        "head": f"{_favicon()}\n<style>{styles}</style>\n<script>{asset('page.js')}</script>",
        "footer_links": [],
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "max_threads": MAX_THREADS,
    }


def _favicon() -> str:
    """Return the page's icon as a link that fetches nothing."""
    mark = str(icon("mark")).replace("currentColor", "#0d7570").replace("<svg ", f'<svg xmlns="{_SVG}" ')
    return f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(mark)}">'
