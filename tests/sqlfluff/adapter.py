"""Stands in for dbt's adapter while sqlfluff reads a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """Return a call of a function with the macro's name; what it becomes on which database does not matter here."""
    return lambda *arguments: f"{macro_name}({', '.join(map(str, arguments))})"
