"""Dagster's history while a run writes it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, text

from pipelines.defs.history import keep_history_open

if TYPE_CHECKING:
    from pathlib import Path


def write_event(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("pragma journal_mode = wal"))
        connection.execute(text("create table if not exists events (id integer primary key)"))
        connection.execute(text("insert into events default values"))


def test_the_log_is_moved_into_the_file_once_and_not_after_every_event(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    log = tmp_path / "index.db-wal"

    write_event(file)
    with keep_history_open():
        write_event(file)
        assert log.stat().st_size > 0

    assert not log.exists()
    with sqlite3.connect(file) as connection:
        assert connection.execute("select count(*) from events").fetchall() == [(2,)]
    connection.close()


def test_nothing_is_kept_open_afterwards(tmp_path: Path) -> None:
    with keep_history_open():
        pass

    write_event(tmp_path / "index.db")
    assert not (tmp_path / "index.db-wal").exists()
