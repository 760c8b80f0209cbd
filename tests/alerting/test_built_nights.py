"""Nights as people run them, with a mail server on this machine: digests arrive, a look back tells nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from alerting.made_up_nights import MailServer, write_alerts
from pipelines.lake import Lake
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pipelines.paths import Paths

COMMAND = Path(sys.executable).with_name("ketnap")
RAW = CHECKOUT / "data" / "raw"


def run(paths: Paths, mail: MailServer, *arguments: str) -> str:
    environment = os.environ | {"KETNAP_ROOT": str(paths.root), "LAN": mail.url(password="s3cret")}
    run = subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.slow
def test_a_digest_comes_of_a_night_and_of_nothing_else(paths: Paths, mail: MailServer) -> None:
    for source in ("article_notes", "published_figures"):
        target = paths.raw / source
        target.mkdir(parents=True)
        shutil.copy(RAW / source / "_source.yml", target)
        shutil.copytree(RAW / source / "tan-son-2017", target / "tan-son-2017")
    write_alerts(paths, {"name": "lan", "url_variable": "LAN"})

    assert "notice:" not in run(paths, mail, "build")
    (digest,) = mail.mails
    assert "đã công bố" in digest["Subject"]
    lake = Lake(paths.lake)
    (key,) = lake.records("messages")["message_key"]
    assert digest["Message-ID"] == f"<{key}@example.org>"

    with closing(duckdb.connect(str(paths.published_database), read_only=True)) as connection:
        ((finding_id, accepted_until),) = connection.execute(
            "select finding_id, accepted_until from reports.rpt_findings where reason_code = 'average_differs'"
        ).fetchall()
    assert accepted_until is None
    run(
        paths,
        mail,
        "findings",
        "accept",
        finding_id[:12],
        "--reason",
        "thất lạc",
        "--until",
        "2999-12-31",
        "--by",
        "Lan",
    )
    run(paths, mail, "build")
    # of the same day there is one digest
    assert len(mail.mails) == 1
    with closing(duckdb.connect(str(paths.published_database), read_only=True)) as connection:
        accepted = connection.execute(
            "select finding_id, accepted_by, accepted_reason, cast(accepted_until as varchar) "
            "from reports.rpt_findings where accepted_until is not null"
        ).fetchall()
        history = connection.execute(
            "select is_published, row_count > 0, published_bytes > 0, lake_bytes > 0 from reports.rpt_run_history "
            "where step_code = 'run'"
        ).fetchall()
    assert accepted == [(finding_id, "Lan", "thất lạc", "2999-12-31")]
    assert history == [(True, True, True, True)]

    before = {kind: lake.records(kind).height for kind in ("runs", "messages", "acceptances")}
    moment = lake.records("messages")["recorded_at"][0]
    run(paths, mail, "build", "--as-of", moment.isoformat())
    assert {kind: lake.records(kind).height for kind in before} == before
    (looked_back,) = (paths.warehouse / "as_of").glob("*.duckdb")
    with closing(duckdb.connect(str(looked_back), read_only=True)) as connection:
        # nobody had accepted anything then
        ((count,),) = connection.execute("select count(accepted_until) from reports.rpt_findings").fetchall()
    assert count == 0
    assert len(mail.mails) == before["messages"]
    kept = [file for file in paths.root.rglob("*") if file.is_file() and file.suffix not in (".duckdb", ".pyc")]
    assert [file for file in kept if b"s3cret" in file.read_bytes()] == []
