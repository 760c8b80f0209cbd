"""Processes that help another one, and are of no use without it."""

from __future__ import annotations

import os
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """End this process when the one that started it does, however that ends: nobody else would.

    A process that waits for work holds the other end of its own queue, so that it never sees that nobody writes to it.
    """
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()
