"""Who is told what: the file of recipients, read and checked.

An address is an Apprise URL and often has a password in it. It is never written into the file: the file names the
environment variable that has it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator, model_validator

from pipelines.languages import Language
from pipelines.names import normalise_name
from pipelines.paths import SEEDS
from pipelines.settings import read_secret
from pipelines.units import read_table
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from pathlib import Path

Severity = Literal["error", "warning", "info"]


class Topic(StrEnum):
    """What a recipient is told."""

    DIGEST = "digest"
    URGENT = "urgent"


class AlertsError(ValueError):
    """The file of recipients cannot be used as it is."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Recipient(_Strict):
    """One person or channel.

    Attributes:
        name: How the recipient is called in commands, in the outbox and in keys of messages.
        url_variable: Environment variable with the Apprise URL; exactly one addressee.
        language: Of all messages.
        topics: What is sent.
        provinces: Names of provinces; findings and reports of others are left out. Empty for all.
        rules: Codes of rules; findings of others are left out. Empty for all.
        severities: Findings of others are left out.
        budget: Lines that a digest names at most; what the file says for all where it is not said here.
        skips_quiet_nights: Whether no digest is sent when there is nothing new.
        has_html: Whether the channel shows HTML; mail does.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    url_variable: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    language: Language = Language.VI
    topics: frozenset[Topic] = frozenset(Topic)
    provinces: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severities: frozenset[Severity] = frozenset(("error", "warning", "info"))
    budget: Annotated[int, Field(ge=1)] | None = None
    skips_quiet_nights: bool = False
    has_html: bool | None = None

    @field_validator("rules")
    @classmethod
    def _rules_exist(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        return _require(rules, tuple(read_codes("rules")), "rule")

    @field_validator("provinces")
    @classmethod
    def _provinces_exist(cls, provinces: tuple[str, ...]) -> tuple[str, ...]:
        known = {
            normalise_name(unit["unit_name"]): unit["unit_name"]
            for unit in read_table(SEEDS / "administrative_units.csv").iter_rows(named=True)
            if unit["level"] == "province"
        }
        names = tuple(known.get(normalise_name(name), name) for name in provinces)
        return _require(names, tuple(sorted(known.values())), "province")

    @field_validator("topics", "severities")
    @classmethod
    def _something_is_told(cls, chosen: frozenset[str]) -> frozenset[str]:
        if not chosen:
            message = "nothing is chosen"
            raise ValueError(message)
        return chosen

    def find_url(self) -> str | None:
        """Return the address; None if the environment does not have it."""
        return read_secret(self.url_variable)


class Alerts(_Strict):
    """The whole file.

    Attributes:
        budget: Lines that a digest names at most; the rest is counted.
        data_docs_url: Where Great Expectations' pages are served, for a link.
        recipients: Who is told.
    """

    budget: Annotated[int, Field(ge=1)] = 20
    data_docs_url: HttpUrl | None = None
    recipients: tuple[Recipient, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [recipient.name for recipient in self.recipients]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            message = f"two recipients are called {twice[0]!r}"
            raise ValueError(message)
        return self

    def find_recipient(self, name: str) -> Recipient:
        """Return a recipient.

        Raises:
            AlertsError: There is none of this name.
        """
        for recipient in self.recipients:
            if recipient.name == name:
                return recipient
        known = ", ".join(recipient.name for recipient in self.recipients) or "none"
        message = f"no recipient is called {name!r}\n\nrecipients: {known}"
        raise AlertsError(message)


def load_alerts(path: Path) -> Alerts | None:
    """Read the file of recipients.

    Args:
        path: The file.

    Returns:
        What it says; None if there is no such file, and then nobody is told anything.

    Raises:
        AlertsError: It is no YAML, or says what cannot be.
    """
    if not path.is_file():
        return None
    try:
        return Alerts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        # the library's own words quote the line
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" in line {mark.line + 1}"
        message = f"{str(path)!r} is no YAML{place}"
        raise AlertsError(message) from None
    except ValidationError as error:
        # never what was found there: somebody may have put an address with its password into the file
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        message = f"{str(path)!r} cannot be used\n\n" + "\n".join(faults)
        # without the cause, which repeats the input
        raise AlertsError(message) from None


def _require(names: tuple[str, ...], known: tuple[str, ...], kind: str) -> tuple[str, ...]:
    if unknown := [name for name in names if name not in known]:
        message = f"no {kind} is called {unknown[0]!r}; there are {', '.join(known)}"
        raise ValueError(message)
    return names
