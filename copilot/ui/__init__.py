"""The screen: a launch calendar, the evidence behind each launch, and a chat whose every sentence is checked.

Public: `build_ui` and `build_first_run_ui` make the two pages, `FirstRun` runs the first build behind the second one,
and `launch_options` says how to launch either. Nothing else in the project imports Gradio.
"""

from copilot.ui.first_run import FirstRun, build_first_run_ui
from copilot.ui.layout import build_ui
from copilot.ui.theme import launch_options

__all__ = ["FirstRun", "build_first_run_ui", "build_ui", "launch_options"]
