"""Made-up nights: small published files with the columns that the models have, reports of runs, servers that listen."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import socket
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import duckdb
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from pipelines.paths import DBT_PROJECT
from pipelines.run_reports import RunReport, StepReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from email.message import EmailMessage

    from pipelines.paths import Paths

OPENED_AT = dt.datetime(2026, 10, 1, 19, tzinfo=dt.UTC).replace(tzinfo=None)


@dataclass
class Clock:
    """A clock that goes only where it is moved."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.now

    def move(self, **parts: float) -> None:
        """Move it, back too."""
        self.now += dt.timedelta(**parts)


def finding(finding_id: str, message: str = "", **changes: object) -> dict[str, object]:
    """Return a row of ``rpt_findings``."""
    row: dict[str, object] = {
        "finding_id": finding_id,
        "rule_code": "parts_against_whole",
        "reason_code": "sum_differs",
        "verdict": "contradicted",
        "severity": "warning",
        "organisation_id": "province",
        "message_vi": message or f"{finding_id}: sai",
        "message_en": message or f"{finding_id}: wrong",
        "opened_at": OPENED_AT,
    }
    return row | changes


def reporting(name: str, *, received: int, late: int, missing: int) -> dict[str, object]:
    """Return a row of ``rpt_reporting_completeness``: what a province has of form 2 for October."""
    return {
        "completeness_id": name,
        "organisation_name": f"Đảng bộ tỉnh {name}",
        "level_code": "province",
        "province_name": name,
        "form_number": "2",
        "period_label_vi": "tháng 10/2026",
        "period_label_en": "October 2026",
        "ends_on": dt.date(2026, 10, 31),
        "expected_count": received + missing,
        "received_count": received,
        "late_count": late,
        "missing_count": missing,
    }


def publish_made_up(
    paths: Paths, findings: Sequence[Mapping[str, object]], completeness: Sequence[Mapping[str, object]] = ()
) -> None:
    """Write a published file with the tables that people are told of."""
    organisations = [
        {"organisation_id": "province", "organisation_name": "Đảng bộ tỉnh Phú Thọ", "province_name": "Phú Thọ"},
        {"organisation_id": "elsewhere", "organisation_name": "Đảng bộ tỉnh Đồng Tháp", "province_name": "Đồng Tháp"},
    ]
    tables: dict[str, Sequence[Mapping[str, object]]] = {
        "marts.dim_organisations": organisations,
        "reports.rpt_findings": findings,
        "reports.rpt_reporting_completeness": completeness,
    }
    paths.warehouse.mkdir(parents=True, exist_ok=True)
    paths.published_database.unlink(missing_ok=True)
    with closing(duckdb.connect(str(paths.published_database))) as connection:
        for table, rows in tables.items():
            schema, _, model = table.partition(".")
            twin = yaml.safe_load((DBT_PROJECT / "models" / schema / f"{model}.yml").read_text(encoding="utf-8"))
            columns = {column["name"]: column["data_type"] for column in twin["models"][0]["columns"]}
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
            )
            for row in rows:
                assert set(row) <= set(columns), table
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def report_run(paths: Paths, run_id: str, ended_at: dt.datetime, **changes: object) -> RunReport:
    """Return the report of a run that took 31 seconds."""
    started_at = ended_at - dt.timedelta(seconds=31)
    fields: dict[str, object] = {
        "run_id": run_id,
        "started_at": started_at,
        "finished_at": ended_at,
        "outcome": "published",
        "steps": (StepReport(step_code="lake", started_at=started_at, ended_at=ended_at, is_finished=True),),
        "published_tables": {"marts.fct_figures": 26, "reports.rpt_findings": 3},
        "database": str(paths.published_database),
        "data_docs": "",
        "log": "",
    }
    return RunReport.model_validate(fields | changes)


def write_alerts(paths: Paths, *recipients: Mapping[str, object], **settings: object) -> None:
    """Write the file of recipients."""
    paths.alerts.parent.mkdir(parents=True, exist_ok=True)
    content = {**settings, "recipients": [dict(recipient) for recipient in recipients]}
    paths.alerts.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@dataclass
class MailServer:
    """A mail server on this machine.

    Attributes:
        mails: What it took.
        answer: What it says to a mail; anything but 250 refuses it.
    """

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"

    def url(self, address: str = "lan@example.org", *, password: str = "") -> str:
        """Return the address of somebody there."""
        user = f"ketnap:{password}@" if password else ""
        return f"mailto://{user}127.0.0.1:{self.port}/?from=ketnap@example.org&smtp=127.0.0.1&to={address}"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail, or refuse it."""
        if self.answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer


def find_mailbox() -> MailServer:
    """Return a mail server that does not run yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return MailServer(free.getsockname()[1])


@contextmanager
def serve_mail(server: MailServer) -> Iterator[MailServer]:
    """Run a mail server; outside of this it refuses connections."""
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        authenticator=lambda *_: AuthResult(success=True),
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@dataclass
class Hook:
    """A web server on this machine that takes messages.

    Attributes:
        port: Where it listens.
        status: What it answers.
        hangs: Whether it answers nothing until it is closed.
        requests: Headers and content of what it answered with 200.
    """

    port: int = 0
    status: int = 200
    hangs: bool = False
    requests: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"json://127.0.0.1:{self.port}/alerts"


@contextmanager
def serve_hook() -> Iterator[Hook]:
    """Run a web server that takes messages."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if hook.hangs:
                hook.closing.wait(30)
                return
            if hook.status == 200:
                hook.requests.append((dict(self.headers), content))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
