"""Where things are. The only module that builds paths of the project or of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.settings import CHECKOUT, load_settings

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

DBT_PROJECT = CHECKOUT / "dbt_project"
SEEDS = DBT_PROJECT / "seeds"
DOCUMENTS = CHECKOUT / "docs"


@dataclass(frozen=True)
class Paths:
    """The folders and files below one root.

    Attributes:
        root: Folder that holds ``data/``.
    """

    root: Path

    @property
    def raw(self) -> Path:
        """Files as received; only ever added, by people."""
        return self.root / "data" / "raw"

    @property
    def lake(self) -> Path:
        """Append-only Parquet; the only state."""
        return self.root / "data" / "lake"

    @property
    def build(self) -> Path:
        """Scratch folder of a build; can be deleted at any time."""
        return self.root / "data" / "build"

    @property
    def build_database(self) -> Path:
        """The DuckDB file that dbt writes."""
        return self.build / "warehouse.duckdb"

    @property
    def derived(self) -> Path:
        """What Python computes from the lake for dbt: one Parquet file per table."""
        return self.build / "derived"

    @property
    def organisation_names(self) -> Path:
        """Printed organisation names of the lake, resolved."""
        return self.derived / "organisation_names.parquet"

    @property
    def organisations(self) -> Path:
        """Organisations of the lake that are not the committee of an administrative unit."""
        return self.derived / "organisations.parquet"

    @property
    def identities(self) -> Path:
        """What lines of official forms make up."""
        return self.derived / "identities.parquet"

    @property
    def printed_names(self) -> Path:
        """The distinct printed names of each batch, kept because a batch never changes."""
        return self.derived / "printed_names"

    @property
    def dbt_target(self) -> Path:
        """What dbt writes about the project and its last run; the manifest that Dagster's graph is read from."""
        return self.build / "dbt"

    @property
    def built_state(self) -> Path:
        """What the build file holds, as JSON; missing while it is written, and after a build that broke off."""
        return self.build / "built.json"

    @property
    def built_derived(self) -> Path:
        """What was derived from the lake when the build file was built."""
        return self.build / "built"

    @property
    def run_log(self) -> Path:
        """Everything Dagster says about the last run that `ketnap build` started."""
        return self.build / "run.log"

    @property
    def warehouse(self) -> Path:
        """What is published."""
        return self.root / "data" / "warehouse"

    @property
    def published_database(self) -> Path:
        """The DuckDB file that analysts query; replaced whole."""
        return self.warehouse / "ketnap.duckdb"

    @property
    def last_run(self) -> Path:
        """What the last run did, as JSON."""
        return self.warehouse / "last_run.json"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' pages on the last build."""
        return self.warehouse / "data_docs"

    @property
    def dagster_home(self) -> Path:
        """Dagster's run history."""
        return self.root / "data" / "dagster"

    @property
    def event_logs(self) -> Path:
        """What Dagster's runs did, a file for each; where Dagster itself puts them."""
        return self.dagster_home / "history" / "runs"

    @property
    def build_lock(self) -> Path:
        """Locked while a run writes; outside of `build`, which can be deleted at any time."""
        return self.dagster_home / "build.lock"

    @property
    def alerts(self) -> Path:
        """Who is told what a night brought; missing where nobody is."""
        return load_settings().alerts or self.root / "data" / "alerts.yml"

    @property
    def outbox_lock(self) -> Path:
        """Locked while messages are queued and sent, so that two do not send the same one."""
        return self.dagster_home / "outbox.lock"

    @property
    def heartbeat(self) -> Path:
        """What the last look for a dead daemon saw, as JSON."""
        return self.dagster_home / "heartbeat.json"

    @property
    def demonstration(self) -> Paths:
        """A warehouse of made-up reports, beside this one."""
        return Paths(self.root / "data" / "demo")


@dataclass(frozen=True)
class AsOfPaths(Paths):
    """The same places for a build of what was known at a moment; nothing of the current warehouse is among them.

    Attributes:
        moment: UTC, without a time zone.
    """

    moment: dt.datetime

    @property
    def build(self) -> Path:
        """Scratch folder of the last such build."""
        return self.root / "data" / "build" / "as_of"

    @property
    def published_database(self) -> Path:
        """One file per moment."""
        return self.warehouse / "as_of" / f"ketnap_{self._stamp}.duckdb"

    @property
    def last_run(self) -> Path:
        """What the last run for this moment did, as JSON."""
        return self.warehouse / "as_of" / f"ketnap_{self._stamp}.json"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' pages on the last such build."""
        return self.build / "data_docs"

    @property
    def _stamp(self) -> str:
        return self.moment.strftime("%Y%m%dT%H%M%S.%fZ" if self.moment.microsecond else "%Y%m%dT%H%M%SZ")


CHECKOUT_PATHS = Paths(CHECKOUT)
"""What belongs to the project itself, wherever the warehouse is."""


def load_paths() -> Paths:
    """Return the paths below the root that the settings name."""
    return Paths(load_settings().root.resolve())
