"""Settings, read from the environment with the prefix ``KETNAP_``.

The only module that reads or writes environment variables. Paths are built in `pipelines.paths`.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from pydantic import BaseModel

CHECKOUT = Path(__file__).resolve().parents[1]

_PREFIX = "KETNAP_"


class Settings(BaseModel):
    """What an operator can set.

    Attributes:
        root: Folder that holds ``data/``. Tests, demonstrations and a second warehouse set it to a folder of their own.
        max_file_bytes: A raw file above this size is rejected unread.
        alerts: The file that says who is told what a night brought; ``data/alerts.yml`` below the root by default.
            Nobody is told anything where there is none.
        steward: Who accepts findings, unless the command says so; the user of the machine by default.
        nightly_cron: When the night begins, as cron writes it, in Việt Nam's time.
        memory_limit: What DuckDB may use while it builds, as it writes sizes (``8GB``); the rest spills to the disk.
        retry_seconds: How long a run waits before it tries again what the machine kept it from (a lock, a network
            folder); each of the two next waits is five times as long.
    """

    root: Path = CHECKOUT
    max_file_bytes: int = 256 * 1024 * 1024
    alerts: Path | None = None
    steward: str | None = None
    nightly_cron: str = "0 2 * * *"
    memory_limit: str = "8GB"
    retry_seconds: float = 5


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        ValueError: One of them is not what it has to be.
    """
    given = {name: os.environ.get(f"{_PREFIX}{name.upper()}") for name in Settings.model_fields}
    return Settings.model_validate({name: value for name, value in given.items() if value is not None})


def find_steward() -> str | None:
    """Return who accepts findings: as set, or the user of the machine; None where neither is known."""
    if named := load_settings().steward:
        return named
    try:
        return getpass.getuser()
    # a container may run under a number without a name
    except (KeyError, OSError):
        return None


def read_secret(variable: str) -> str | None:
    """Return what an environment variable holds that is no setting: an address with its password. Never print it.

    Args:
        variable: Its name, as the file of recipients has it.
    """
    return os.environ.get(variable) or None


def export_environment(**variables: str) -> None:
    """Hand values to the tools that only listen to the environment (dbt, Great Expectations, Dagster).

    Args:
        **variables: Name and value; set for this process and the processes it starts.
    """
    os.environ.update(variables)


def disable_telemetry() -> None:
    """Keep dbt and Great Expectations from reporting home. Dagster's is off in its instance configuration."""
    export_environment(
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DO_NOT_TRACK="1",
        GX_ANALYTICS_ENABLED="false",
    )
