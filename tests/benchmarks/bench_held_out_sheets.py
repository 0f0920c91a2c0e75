"""The on-board writer on sheets that it was not taught with: what today's verifier keeps of its sentences.

Run: `python tests/benchmarks/bench_held_out_sheets.py WORKSPACE [--online-retail FILE] [--folder DIR] [--sheets N]`. It
draws the sheets as `make train-writer` does (WORKSPACE is the built demo; half an hour, kept in DIR for the next time),
and prints one line of figures, then every sentence refused with the verifier's reasons.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from copilot.phrases import load_phrases
from copilot.teaching.measure import measure_writer, spread
from copilot.teaching.run import Lines
from copilot.teaching.sheets import draw_sheets
from copilot.teaching.shops import shop_specs
from copilot.writer_adapter import shipped_adapter
from copilot.writer_transformers import TransformersGenerator
from retrieval.encoder import SentenceTransformerEncoder

_N_DRAWN, _SEED, _N_SIMULATED = 2_800, 7, 4  # those of the shipped adapter's run


def main() -> None:
    """Draw the sheets, let the writer answer those held out, and print what passed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("workspace", type=Path)
    asked.add_argument("--online-retail", type=Path)
    asked.add_argument("--folder", type=Path, default=Path("data/teaching"))
    asked.add_argument("--sheets", type=int, default=60)
    given = asked.parse_args()
    specs, skipped = shop_specs(given.workspace, given.online_retail, _N_SIMULATED)
    print(*skipped, sep="\n")
    drawn = draw_sheets(specs, _N_DRAWN, given.folder, SentenceTransformerEncoder(None), _SEED, Lines())
    held_out = [one.sheet for one in drawn if one.held_out]
    writer = TransformersGenerator(cache=given.folder / "cache", adapter=shipped_adapter())
    found = measure_writer(writer, spread(held_out, given.sheets), load_phrases("en"), Lines())
    total = found.total
    print(f"{total.pass_rate:.1%} of {total.sentences} sentences pass; {total.told_rate:.1%} of essential facts told")
    for sentence, reasons in found.refused:
        print(f"- {sentence}  ({reasons})")


if __name__ == "__main__":
    main()
