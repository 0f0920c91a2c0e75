"""How fast a writer writes: seconds to its first words, and tokens a second after them."""

from __future__ import annotations

import time
from collections.abc import Callable

from copilot.generators import Prompt, TextGenerator


def measure_speed(
    generator: TextGenerator, prompt: Prompt, count_tokens: Callable[[str], int]
) -> dict[str, float | None]:
    """Write one reply and time it. Prepare the generator first, or its loading is timed too.

    Args:
        count_tokens: tokens of a text, such as `TransformersGenerator.count_tokens`.
    Returns:
        first_token_s, wall seconds until the first words; tokens_per_s, after them; cpu_s, of all threads for the whole
        reply. None where the writer said too little to tell.
    Raises:
        GeneratorError: the writer's own.
    """
    started_s, started_cpu_s = time.monotonic(), time.process_time()
    arrived_s, pieces = [], []
    for piece in generator.stream(prompt):
        arrived_s.append(time.monotonic() - started_s)
        pieces.append(piece)
    writing_s = arrived_s[-1] - arrived_s[0] if arrived_s else 0.0
    return {
        "first_token_s": round(arrived_s[0], 2) if arrived_s else None,
        "tokens_per_s": round(count_tokens("".join(pieces[1:])) / writing_s, 1) if writing_s > 0 else None,
        "cpu_s": round(time.process_time() - started_cpu_s, 2),
    }
