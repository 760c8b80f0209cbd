"""Makes writing Dagster's run history cheap: a night has a thousand events, and each is a transaction of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def keep_history_open() -> Iterator[None]:
    """Spare SQLite the disk while the history is written.

    Dagster opens and closes a connection for every event. When the last connection of a file closes, SQLite moves its
    log into the file and waits for the disk; while one more is open it does neither. Without that wait a power cut may
    cost the last events of the history, never its integrity (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    open_files: dict[str, sqlite3.Connection] = {}

    def relax(connection: object, _: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous = normal")
        ((_, _, file),) = connection.execute("pragma database_list").fetchall()
        if file and file not in open_files:
            open_files[file] = sqlite3.connect(file, check_same_thread=False)
        if file:
            # only a connection that has read counts as one
            open_files[file].execute("pragma schema_version").fetchone()

    event.listen(Engine, "connect", relax)
    try:
        yield
    finally:
        event.remove(Engine, "connect", relax)
        for connection in open_files.values():
            connection.close()
