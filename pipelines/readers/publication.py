"""Sidecars of publications: one ``publication.yml`` is one record."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
import unicodedata
from pathlib import PurePosixPath

import yaml
from pydantic import BaseModel, ConfigDict

from pipelines.observations import PUBLICATIONS, Reading, frame
from pipelines.readers.rejecting import reject_file

# PyYAML's constructors let through what Python says of a date such as 2020-13-01 or of a tag that does not fit
_UNREADABLE = (yaml.YAMLError, ValueError, KeyError, AttributeError, RecursionError)


class PublicationSidecar(BaseModel):
    """What a ``publication.yml`` says."""

    model_config = ConfigDict(extra="forbid")

    publication_id: str
    title: str
    publisher: str | None
    url: str | None
    published_on: dt.date | None
    published_period: str | None
    province_names: list[str]
    kind: str
    text_file: str | None
    superseded_by: str | None
    duplicate_of: str | None
    also_published_at: list[str]


def read_publication(content: bytes, file_path: str, file_key: str) -> Reading:
    """Read the sidecar of one publication.

    Args:
        content: The file.
        file_path: Path below ``data/raw``; the folder must bear the publication's identifier.
        file_key: What identifies the file version.

    Returns:
        One row of ``PUBLICATIONS``, or one rejection.
    """
    try:
        sidecar = PublicationSidecar.model_validate(
            yaml.safe_load(unicodedata.normalize("NFC", content.decode("utf-8")))
        )
    except _UNREADABLE as error:
        expected = ", ".join(PublicationSidecar.model_fields)
        return reject_file(file_key, "unreadable_file", found=str(error), expected=expected)
    folder = PurePosixPath(file_path).parent.name
    if sidecar.publication_id != folder:
        return reject_file(file_key, "wrong_publication", found=sidecar.publication_id, expected=folder)
    row = {
        "publication_id": sidecar.publication_id,
        "title": sidecar.title,
        "publisher": sidecar.publisher,
        "url": sidecar.url,
        "published_on": sidecar.published_on,
        "published_period": sidecar.published_period,
        "province_names": "|".join(sidecar.province_names) or None,
        "publication_kind": sidecar.kind,
        "text_file": sidecar.text_file,
        "superseded_by_publication_id": sidecar.superseded_by,
        "duplicate_of_publication_id": sidecar.duplicate_of,
        "also_published_at": "|".join(sidecar.also_published_at) or None,
    }
    return Reading(found_count=1, publications=frame([row], PUBLICATIONS))
