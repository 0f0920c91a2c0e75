"""`python -m copilot.teaching --folder DIR`: draw sheets, write lessons, train the adapter, measure it, write its card.

Sheets and checkpoints stay in the folder, so a stopped run goes on where it was. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from copilot.console import say
from copilot.errors import OPERATOR_ERRORS
from copilot.teaching.held_out import SEED
from copilot.writer_adapter import ADAPTER_FOLDER
from retrieval.quiet import quiet_environment

_SHEETS, _STEPS, _SIMULATED, _MEASURED, _RATE = 2_800, 320, 4, 60, 1e-3


def main(argv: Sequence[str] | None = None) -> int:
    """Run it all and return the exit code."""
    quiet_environment()
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    from copilot.teaching.run import teach  # brings the libraries that read the environment when they are imported

    try:
        return teach(arguments)
    except OPERATOR_ERRORS as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("stopped; the same command goes on from the last checkpoint")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="copilot.teaching", description="Teach the on-board writer.")
    parser.add_argument("--folder", type=Path, required=True, help="where sheets, shops and checkpoints are kept")
    parser.add_argument("--workspace", type=Path, default=Path("workspace"), help="the built demo workspace")
    parser.add_argument("--online-retail", type=Path, help="UCI's Online Retail II file; left out when not named")
    parser.add_argument("--simulated", type=int, default=_SIMULATED, help=f"simulated shops (default {_SIMULATED})")
    parser.add_argument("--sheets", type=int, default=_SHEETS, help=f"fact sheets to draw (default {_SHEETS})")
    parser.add_argument("--steps", type=int, default=_STEPS, help=f"training steps (default {_STEPS})")
    parser.add_argument("--rate", type=float, default=_RATE, help=f"highest learning rate (default {_RATE:g})")
    parser.add_argument("--begin-from", type=Path, metavar="ADAPTER", help="an adapter's file to teach further")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, help="CPU threads (default: all)")
    parser.add_argument("--measured", type=int, default=_MEASURED, help="held-out sheets that both writers answer")
    parser.add_argument("--out", type=Path, default=ADAPTER_FOLDER, help="folder of the adapter and its card")
    return parser


if __name__ == "__main__":
    sys.exit(main())
