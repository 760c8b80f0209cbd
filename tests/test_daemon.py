"""A daemon, as the service starts it, runs the night when it is due, and people are told of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alerting.made_up_nights import find_mailbox, serve_mail, write_alerts

from pipelines.lake import Lake
from pipelines.locks import is_held
from pipelines.paths import Paths
from pipelines.run_reports import read_report

MOST_SECONDS = 900
KETNAP = Path(sys.executable).with_name("ketnap")


@pytest.mark.slow
def test_a_night_that_is_due_is_run_by_the_daemon_and_its_digest_arrives(root: Path, tmp_path: Path) -> None:
    paths = Paths(root)
    log = tmp_path / "daemon.log"
    write_alerts(paths, {"name": "lan", "url_variable": "LAN"})
    with serve_mail(find_mailbox()) as mail, log.open("w") as output:
        environment = os.environ | {"KETNAP_ROOT": str(root), "LAN": mail.url()}
        daemon = subprocess.Popen(
            [KETNAP, "daemon"],
            env=environment | {"KETNAP_NIGHTLY_CRON": "* * * * *"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + MOST_SECONDS
            while not mail.mails and time.monotonic() < deadline:
                assert daemon.poll() is None, log.read_text()
                time.sleep(1)
            doctor = subprocess.run([KETNAP, "doctor"], env=environment, capture_output=True, text=True, check=False)
        finally:
            os.killpg(daemon.pid, signal.SIGTERM)
            daemon.wait(timeout=60)

    report = read_report(paths.last_run)
    assert report is not None, log.read_text()
    assert report.outcome == "published", report.errors
    assert Lake(paths.lake).read("files").height == 6
    assert paths.published_database.is_file()
    # one digest a day, however many nights it has
    (digest,) = mail.mails
    assert "đã công bố" in digest["Subject"]
    assert "✓ daemon      alive" in doctor.stdout
    assert "✓ limits" in doctor.stdout
    wait_until_nobody_builds(paths)


def wait_until_nobody_builds(paths: Paths) -> None:
    """Return when the run that was due next has ended too."""
    deadline = time.monotonic() + 60
    while is_held(paths.build_lock):
        assert time.monotonic() < deadline, "a run goes on after its daemon has ended"
        time.sleep(0.5)
