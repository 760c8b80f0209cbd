"""A reader that may hang, or take the whole memory, without the tests doing so."""

from __future__ import annotations

import resource
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from readers.damaged_workbooks import Account, read

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SECONDS = 20
MOST_MEMORY = 4 * 2**30
"""Address space, of which libraries reserve a gigabyte."""


class GuardedReader:
    """Reads workbooks in a process of its own, which is started anew after it hung or died."""

    def __init__(self) -> None:
        self._start()

    def __call__(self, content: bytes) -> Account:
        """Return what the reader made of a workbook; fail if it hangs or dies, and raise what it raises."""
        try:
            return self._pool.submit(read, content).result(timeout=MOST_SECONDS)
        except TimeoutError:
            self.stop()
            self._start()
            pytest.fail(f"not read within {MOST_SECONDS} seconds", pytrace=False)
        except BrokenProcessPool:
            self._start()
            pytest.fail("the process died", pytrace=False)

    def stop(self) -> None:
        """End the process, whatever it does."""
        for process in (self._pool._processes or {}).values():
            process.kill()
        self._pool.shutdown()

    def _start(self) -> None:
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), _limit_memory)


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


@pytest.fixture(scope="session")
def guarded_read() -> Iterator[GuardedReader]:
    """Read workbooks so that no hang and no lack of memory ends the tests."""
    reader = GuardedReader()
    yield reader
    reader.stop()
