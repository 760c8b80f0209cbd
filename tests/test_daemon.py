"""A daemon, as the service starts it, runs the night when it is due."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.locks import is_held
from pipelines.paths import Paths
from pipelines.run_reports import read_report

MOST_SECONDS = 900
KETNAP = Path(sys.executable).with_name("ketnap")


@pytest.mark.slow
def test_a_night_that_is_due_is_run_by_the_daemon_and_reported(root: Path, tmp_path: Path) -> None:
    paths = Paths(root)
    log = tmp_path / "daemon.log"
    with log.open("w") as output:
        daemon = subprocess.Popen(
            [KETNAP, "daemon"],
            env=os.environ | {"KETNAP_ROOT": str(root), "KETNAP_NIGHTLY_CRON": "* * * * *"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + MOST_SECONDS
        while (report := read_report(paths.last_run)) is None and time.monotonic() < deadline:
            assert daemon.poll() is None, log.read_text()
            time.sleep(1)
        doctor = subprocess.run(
            [KETNAP, "doctor"], env=os.environ | {"KETNAP_ROOT": str(root)}, capture_output=True, text=True, check=False
        )
    finally:
        os.killpg(daemon.pid, signal.SIGTERM)
        daemon.wait(timeout=60)

    assert report is not None, log.read_text()
    assert report.outcome == "published", report.errors
    assert report.file_count == 6
    assert paths.published_database.is_file()
    assert "✓ daemon      alive" in doctor.stdout
    assert "✓ limits" in doctor.stdout
    wait_until_nobody_builds(paths)


def wait_until_nobody_builds(paths: Paths) -> None:
    """Return when the run that was due next has ended too."""
    deadline = time.monotonic() + 60
    while is_held(paths.build_lock):
        assert time.monotonic() < deadline, "a run goes on after its daemon has ended"
        time.sleep(0.5)
