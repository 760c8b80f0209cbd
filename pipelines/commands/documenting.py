"""``ketnap documents``: writes the generated documents, or says which are stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.dbt_project import read_manifest
from pipelines.documents import find_stale, generate_documents, write_documents
from pipelines.paths import CHECKOUT_PATHS, DOCUMENTS, load_paths

if TYPE_CHECKING:
    from rich.console import Console


def document(console: Console, *, is_check: bool) -> int:
    """Write or check the generated documents.

    Args:
        console: Where the names of the files go.
        is_check: Write nothing.

    Returns:
        1 if a check found a stale document, else 0.
    """
    # of the checkout, not of the warehouse: they describe what is in version control
    documents = generate_documents(read_manifest(load_paths()), CHECKOUT_PATHS.raw)
    stale = find_stale(documents, DOCUMENTS) if is_check else write_documents(documents, DOCUMENTS)
    for file in stale:
        verb = "stale: run `ketnap documents`:" if is_check else "written:"
        console.print(f"{verb} {file}", highlight=False, markup=False, soft_wrap=True)
    if not stale:
        console.print(f"up to date: {DOCUMENTS}", highlight=False, markup=False, soft_wrap=True)
    return 1 if is_check and stale else 0
