"""Settings: everything an operator can configure, read once from the environment (prefix `COPILOT_`) or a `.env` file.

`app.py` and `cli.py` read them and pass plain arguments on; no other module looks at the environment.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from copilot.errors import SettingsError

SourceName = Literal["complete_journey", "online_retail", "files"]


class Settings(BaseSettings):
    """One frozen set of settings; each field's description is its row in the README's table."""

    model_config = SettingsConfigDict(env_prefix="COPILOT_", env_file=".env", extra="ignore", frozen=True)

    workspace: Path = Field(Path("workspace"), description="Folder that holds the built data, index, models and plans")
    host: str = Field("127.0.0.1", description="Address the app listens on")
    port: int = Field(7860, ge=1, le=65535, description="Port the app listens on")

    source: SourceName = Field("complete_journey", description="Where the shop's data comes from")
    source_path: Path | None = Field(None, description="Folder or file of the source (`files`, `online_retail`)")
    as_of: date | None = Field(None, description="Day on which the plan is made; the source's own default when empty")
    pseudonym_key_file: Path = Field(
        Path("~/.config/launch-copilot/pseudonym.key"),
        description="Key for shoppers' pseudonyms; created when absent, kept outside the workspace",
    )
    database_url: str = Field("", description="SQLAlchemy URL for plans and threads; the workspace's SQLite when empty")

    encoder: str = Field("", description="sentence-transformers id or folder; the on-board all-MiniLM-L6-v2 when empty")
    writer: str = Field(
        "onboard", description="`onboard` (SmolLM2), `phrases` (no LLM), or a Hugging Face causal LM's id or folder"
    )
    writer_url: str = Field(
        "", description="Base URL of an OpenAI-compatible server; used instead of `writer` when set"
    )
    writer_model: str = Field("", description="Model name on that server")
    writer_api_key: SecretStr = Field(SecretStr(""), description="Key for that server; empty for most local ones")
    writer_timeout_s: float = Field(
        60.0, gt=0, description="Seconds to wait for each next word of that server; three times as long for a reply"
    )

    writer_languages: str = Field(
        "en",
        pattern=r"^[a-z]{2}(,[a-z]{2})*$",
        description="Languages that the server or the named model writes, such as `en,zh`; SmolLM2 writes English",
    )
    lang: Literal["en", "zh"] = Field(
        "en", description="Language of the screen, answers and briefs: `en`, or `zh` (Simplified Chinese)"
    )

    weeks: int = Field(12, ge=1, le=52, description="Weeks in the launch calendar")
    delay_per_week: float = Field(
        0.01, ge=0, lt=1, description="Share by which a unit sold one week later counts for less"
    )
    caution: float = Field(
        0.0,
        ge=0,
        le=1,
        description="0 plans by expected units, 1 takes each launch at the mean of the worse half of its draws",
    )
    spacing: dict[str, Annotated[int, Field(ge=1)]] = Field(
        {}, description='Weeks that two launches of a category stand apart, as JSON: `{"Grocery": 2}`; `*` for all'
    )
    least_shares: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        {}, description='Least share of launches of a category or brand, as JSON: `{"brand:National": 0.3}`'
    )
    placement_costs: dict[str, Annotated[float, Field(ge=0)]] = Field(
        {}, description='What a launch in a placement costs, as JSON: `{"front end cap": 250}`'
    )
    budget: float | None = Field(None, ge=0, description="What all launches of the plan may cost; no limit when empty")
    plan_time_limit_s: float = Field(30.0, gt=0, description="Seconds the optimiser may take for one plan")
    threads: int = Field(
        min(os.cpu_count() or 1, 8), ge=1, description="CPU threads for encoding, search and writing; all cores up to 8"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="Detail of the log on stderr"
    )

    @property
    def pseudonym_key_path(self) -> Path:
        """The key file with `~` expanded."""
        return self.pseudonym_key_file.expanduser()


def load_settings(**given: object) -> Settings:
    """Read the settings, with `given` (from the command line) before the environment.

    Raises:
        SettingsError: a value is of the wrong kind or out of range; names every such flag or variable.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = [(str(item["loc"][0]), item["msg"]) for item in error.errors()]
        flags = [f"{_flag(name)}: {message}" for name, message in wrong if name in given]
        variables = [f"COPILOT_{name.upper()}: {message}" for name, message in wrong if name not in given]
        advice = (
            f"{'; '.join(flags)}. Correct it on the command line." if flags else "",
            f"{'; '.join(variables)}. Correct it in the environment or in .env." if variables else "",
        )
        raise SettingsError(" ".join(filter(None, advice))) from error
    except UnreadableSetting as error:
        name = str(error).split('"')[1].upper() if '"' in str(error) else ""
        raise SettingsError(
            f'COPILOT_{name} is not readable JSON. Write it like {{"Grocery": 2}}, in the environment or in .env.'
        ) from error


def _flag(name: str) -> str:
    return "--path" if name == "source_path" else f"--{name.replace('_', '-')}"
