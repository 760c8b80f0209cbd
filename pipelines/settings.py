"""Settings, read from the environment with the prefix ``KETNAP_``.

The only module that reads or writes environment variables. Paths are built in `pipelines.paths`.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """What an operator can set.

    Attributes:
        root: Folder that holds ``data/``. Tests, demonstrations and a second warehouse set it to a folder of their own.
        max_file_bytes: A raw file above this size is rejected unread.
        memory_limit: What DuckDB may use while it builds, as it writes sizes (``8GB``); the rest spills to the disk.
    """

    model_config = SettingsConfigDict(env_prefix="KETNAP_", extra="ignore")

    root: Path = CHECKOUT
    max_file_bytes: int = 256 * 1024 * 1024
    memory_limit: str = "8GB"


def load_settings() -> Settings:
    """Read the settings from the environment."""
    return Settings()


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
