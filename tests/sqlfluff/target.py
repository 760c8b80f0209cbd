"""Stands in for dbt's target while sqlfluff reads a model."""

from __future__ import annotations

database = "warehouse"
"""The database that is built."""
