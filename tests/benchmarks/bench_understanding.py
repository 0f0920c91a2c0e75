"""How new ways to ask are understood: families left out, and each development family as if it were new.

Run: `python tests/benchmarks/bench_understanding.py`; it prints one JSON object. The second figure fits the kernel
model once for every family, so it takes minutes; it is the one to look at while changing how questions are read. The
taught encoder has learned from all development families and has no part in it.
"""

from __future__ import annotations

import json

from copilot.question_evaluation import (
    DEVELOPMENT,
    LEFT_OUT,
    RememberingEncoder,
    load_questions,
    read_all,
    read_as_new,
    summary,
)
from retrieval.encoder import SentenceTransformerEncoder


def main() -> None:
    """Read both parts and print their shares."""
    encoder = RememberingEncoder(SentenceTransformerEncoder(None))
    parts = {split: [one for one in load_questions() if one.split == split] for split in (LEFT_OUT, DEVELOPMENT)}
    left_out, known = read_all(parts[LEFT_OUT], encoder), read_as_new(parts[DEVELOPMENT], encoder)
    print(json.dumps({LEFT_OUT: summary(left_out), "each development family as new": summary(known)}, indent=1))


if __name__ == "__main__":
    main()
