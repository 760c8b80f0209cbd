"""Dagster's entry point: everything in `pipelines.defs`, loaded when Dagster asks for it and not before."""

from __future__ import annotations

from pathlib import Path

import dagster as dg


@dg.definitions
def definitions() -> dg.Definitions:
    """Return the whole graph."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
