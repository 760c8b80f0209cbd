"""Runs a program and says what it cost: wall clock, processor, and the memory of all its processes together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class Cost:
    """What a run cost.

    Attributes:
        seconds: Wall clock.
        processor_seconds: User and system time of the program and of the processes it waited for.
        peak_bytes: Most resident memory at one look, all processes of the program added up, or most of one of them
            between two looks; pages they share count in each of them.
        process_count: Most processes at one look.
        exit_code: 0 if all went well, negative if a signal ended it.
        is_stopped: Whether it took longer than it was given.
        output: What it printed.
        errors: What it printed on standard error.
    """

    seconds: float
    processor_seconds: float
    peak_bytes: int
    process_count: int
    exit_code: int
    is_stopped: bool
    output: str
    errors: str


def measure(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path, wall_limit: float | None = None
) -> Cost:
    """Run a program to its end.

    Args:
        command: Program and arguments.
        environment: Variables added to those of this process.
        log: Path without suffix; the program's output goes to ``.out`` and ``.err``.
        wall_limit: Seconds after which the program and all it started are stopped; None for no limit.
    """
    output, errors = log.with_suffix(".out"), log.with_suffix(".err")
    with output.open("w") as out, errors.open("w") as err:
        started = time.perf_counter()
        # a session of its own: its number finds the program's children
        process = subprocess.Popen(  # noqa: S603
            command, env=os.environ | environment, stdout=out, stderr=err, start_new_session=True
        )
        watch = _Watch(process.pid, deadline=None if wall_limit is None else started + wall_limit)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.end()
    return Cost(
        seconds=seconds,
        processor_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=watch.peak_bytes,
        process_count=watch.process_count,
        exit_code=process.returncode,
        is_stopped=watch.has_stopped,
        output=output.read_text(encoding="utf-8"),
        errors=errors.read_text(encoding="utf-8"),
    )


class _Watch(Thread):
    """Looks at the memory of a session until told to end, and stops it at the deadline."""

    def __init__(self, session: int, *, deadline: float | None) -> None:
        super().__init__(daemon=True)
        self._session = session
        self._deadline = deadline
        self._ended = Event()
        self.peak_bytes = 0
        self.process_count = 0
        self.has_stopped = False

    def run(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            look = _look_at(self._session)
            self.peak_bytes = max(self.peak_bytes, look.total_bytes, look.highest_bytes)
            self.process_count = max(self.process_count, look.process_count)
            if self._deadline is not None and time.perf_counter() > self._deadline and not self.has_stopped:
                self.has_stopped = True
                with suppress(ProcessLookupError):
                    os.killpg(self._session, signal.SIGKILL)

    def end(self) -> None:
        self._ended.set()
        self.join()


class _Look(NamedTuple):
    """What is seen of the processes of a session at a moment.

    Attributes:
        total_bytes: Resident memory of all of them together.
        highest_bytes: The most that one of them has ever had.
        process_count: How many there are.
    """

    total_bytes: int
    highest_bytes: int
    process_count: int


def _look_at(session: int) -> _Look:
    """Look at all processes of a session.

    What the kernel says of a process that has ended will not do: it counts what the process was forked from.
    """
    total = highest = count = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        # a process may end while we look
        with suppress(OSError):
            # the name, in brackets, may hold spaces
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                count += 1
                total += int(fields[21]) * _PAGE_BYTES
                highest = max(highest, _read_highest(status.with_name("status")))
    return _Look(total, highest, count)


def _read_highest(status: Path) -> int:
    """Return the most resident bytes that a process has had; a process that is ending has none."""
    lines = status.read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
