"""What every step of a run shares: which places it reads and writes, and the right to be the only one that writes."""

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Self

import dagster as dg
from pydantic import PrivateAttr

from pipelines.locks import hold_lock
from pipelines.moments import parse_moment
from pipelines.outcomes import Outcome
from pipelines.paths import AsOfPaths, Paths, load_paths
from pipelines.settings import disable_telemetry
from pipelines.validation import Validation

PATIENCE = 7200.0
"""Seconds that a run of Dagster's own waits for one that somebody started by hand."""


class Build(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One run.

    Attributes:
        as_of: Build what was known at this moment (UTC, `datetime.isoformat`) instead of what is known now. Such a run
            takes in nothing and writes beside the current warehouse.
        has_lock: Whoever starts the run in this process holds the lock of the build already.
        patience_seconds: How long another run is waited for: a command says at once that there is one, a night waits.
    """

    as_of: str | None = None
    has_lock: bool = False
    patience_seconds: float = 0

    @property
    def moment(self) -> dt.datetime | None:
        """The moment of an as-of run: UTC, without a time zone."""
        return None if self.as_of is None else parse_moment(self.as_of)

    @property
    def paths(self) -> Paths:
        """Where this run reads and writes."""
        paths = load_paths()
        return paths if self.moment is None else AsOfPaths(paths.root, self.moment)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Self]:  # noqa: ARG002 - Dagster calls it so
        """Keep a second run out while this one lasts."""
        disable_telemetry()
        lock = nullcontext() if self.has_lock else hold_lock(self.paths.build_lock, patience=self.patience_seconds)
        with lock:
            yield self


class Validator(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The process that evaluates expectations; started with the run, so that it is ready when the tables are."""

    _validation: Validation = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Self]:  # noqa: ARG002 - Dagster calls it so
        """Start the process, and end it with the run."""
        with Validation() as self._validation:
            yield self

    def evaluate(self, database: Path, data_docs: Path) -> list[Outcome]:
        """Evaluate every expectation."""
        return self._validation.evaluate(database, data_docs)


@dg.definitions
def resources() -> dg.Definitions:
    """Return what steps ask for by name, and how they are executed."""
    # one process: every further one would spend five seconds on imports, and could not hold the lock together
    return dg.Definitions(
        resources={"build": Build(patience_seconds=PATIENCE), "validator": Validator()}, executor=dg.in_process_executor
    )
