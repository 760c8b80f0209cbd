"""Runs the expectations in a process of their own, started early.

Great Expectations spends as long on its imports as dbt does on the tables; beside each other they cost one of the two.
What is expected and what came of it is decided in `pipelines.expectations`.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from pipelines.expectations import import_great_expectations, validate
from pipelines.processes import end_with_parent

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from pipelines.outcomes import Outcome


class Validation:
    """A process that waits for a database to validate. Use as a context manager."""

    def __enter__(self) -> Self:
        """Start the process; it begins with its imports."""
        self._executor = ProcessPoolExecutor(
            max_workers=1, mp_context=get_context("spawn"), initializer=end_with_parent
        )
        self._executor.submit(import_great_expectations)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the process end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def evaluate(self, database: Path, data_docs: Path | None) -> list[Outcome]:
        """Evaluate every expectation; see `pipelines.expectations.validate`."""
        return self._executor.submit(validate, database, data_docs).result()
