"""What the tests of alerts share: a root, a clock that is moved, and servers on this machine."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from alerting.made_up_nights import Clock, Hook, MailServer, find_mailbox, serve_hook, serve_mail
from pipelines.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> Clock:
    """Show two o'clock on 2 November in Vietnam."""
    return Clock(dt.datetime(2026, 11, 1, 19, tzinfo=dt.UTC))


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("KETNAP_ROOT", str(tmp_path))
    monkeypatch.delenv("KETNAP_ALERTS", raising=False)
    return Paths(tmp_path)


@pytest.fixture
def mailbox() -> MailServer:
    """Return a mail server that does not run yet."""
    return find_mailbox()


@pytest.fixture
def mail(mailbox: MailServer) -> Iterator[MailServer]:
    with serve_mail(mailbox) as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Hook]:
    with serve_hook() as server:
        yield server
