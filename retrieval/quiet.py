"""Quiet: model libraries without telemetry, progress bars or advice on stderr, that share the CPU with others.

Offline is not decided here: each loader passes `local_files_only` unless the operator named a hub model.
"""

from __future__ import annotations

import os

# Read by the model libraries and gradio when they are imported; what the operator has set stays.
QUIET_ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    # transformers would ask a hub service, from a thread of its own, to convert weights that are not safetensors.
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    # torch's threads spin while they wait for each other. Beside one busy program (a browser, say) on two cores that
    # made the writer ten times slower; after so short a spin they sleep and let it run.
    "GOMP_SPINCOUNT": "1000",
}


def quiet_environment() -> None:
    """Set the environment above; a program calls it first of all, before anything imports torch or gradio."""
    for name, value in QUIET_ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def quiet_model_libraries() -> None:
    """Set the environment, then silence transformers' own bars and advice. Call it before importing torch."""
    quiet_environment()
    from transformers.utils import logging

    logging.disable_progress_bar()
    if os.environ["TRANSFORMERS_VERBOSITY"] == "error":
        logging.set_verbosity_error()
