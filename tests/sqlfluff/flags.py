"""Stands in for dbt's flags while sqlfluff reads a model."""

from __future__ import annotations

FULL_REFRESH = False
"""Whether the tables are built anew."""
