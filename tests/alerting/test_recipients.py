"""The file of recipients: what can be said in it, and what is said of a fault; never an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alerting.made_up_nights import write_alerts
from pipelines.alerting.recipients import AlertsError, Topic, load_alerts
from pipelines.languages import Language

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.paths import Paths

LAN = {"name": "lan", "url_variable": "LAN"}


def test_where_there_is_no_file_nobody_is_told(paths: Paths) -> None:
    assert load_alerts(paths.alerts) is None


def test_a_recipient_needs_a_name_and_an_address(paths: Paths) -> None:
    write_alerts(paths, LAN)
    alerts = load_alerts(paths.alerts)
    assert alerts is not None
    (recipient,) = alerts.recipients

    assert (recipient.language, recipient.topics) == (Language.VI, frozenset(Topic))
    assert recipient.find_url() is None


def test_the_address_comes_from_the_environment(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAN", "json://127.0.0.1/")
    write_alerts(paths, LAN)
    alerts = load_alerts(paths.alerts)

    assert alerts is not None
    assert alerts.recipients[0].find_url() == "json://127.0.0.1/"


def test_another_file_can_be_named(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETNAP_ALERTS", str(tmp_path / "elsewhere.yml"))

    assert paths.alerts == tmp_path / "elsewhere.yml"


def test_a_province_is_known_by_any_spelling(paths: Paths) -> None:
    write_alerts(paths, LAN | {"provinces": ["phú  thọ", "Thừa Thiên Huế"]})
    alerts = load_alerts(paths.alerts)

    assert alerts is not None
    assert alerts.recipients[0].provinces == ("Phú Thọ", "Thừa Thiên Huế")


@pytest.mark.parametrize(
    ("recipient", "message"),
    [
        ({"name": "lan"}, "recipients.0.url_variable: Field required"),
        (LAN | {"name": "Lan Nguyễn"}, "recipients.0.name"),
        (LAN | {"name": "lan\nBcc: x"}, "recipients.0.name"),
        (LAN | {"url_variable": "mailto://lan:s3cret@example.org"}, "recipients.0.url_variable"),
        (LAN | {"url": "mailto://lan:s3cret@example.org"}, "recipients.0.url: Extra inputs are not permitted"),
        (LAN | {"language": "fr"}, "recipients.0.language"),
        (LAN | {"rules": ["wordings"]}, "no rule is called 'wordings'; there are parts_against_whole"),
        (LAN | {"provinces": ["Phú Thơ"]}, "no province is called 'Phú Thơ'; there are An Giang"),
        (LAN | {"severities": []}, "recipients.0.severities: nothing is chosen"),
        (LAN | {"topics": ["digests"]}, "recipients.0.topics.0"),
        (LAN | {"budget": 0}, "recipients.0.budget"),
    ],
)
def test_a_fault_is_told_with_its_place_and_without_the_address(
    paths: Paths, recipient: dict[str, object], message: str
) -> None:
    write_alerts(paths, recipient)
    with pytest.raises(AlertsError) as error:
        load_alerts(paths.alerts)

    assert message in str(error.value)
    assert "s3cret" not in str(error.value)
    assert error.value.__cause__ is None


def test_two_recipients_have_two_names(paths: Paths) -> None:
    write_alerts(paths, LAN, LAN)

    with pytest.raises(AlertsError, match="two recipients are called 'lan'"):
        load_alerts(paths.alerts)


@pytest.mark.parametrize("content", ["recipients: [", "url: 'mailto://lan:s3cret@example.org", "- lan", "", "7"])
def test_what_is_no_such_file_is_refused(paths: Paths, content: str) -> None:
    paths.alerts.parent.mkdir(parents=True, exist_ok=True)
    paths.alerts.write_text(content, encoding="utf-8")

    with pytest.raises(AlertsError) as error:
        load_alerts(paths.alerts)
    assert "s3cret" not in str(error.value)


def test_a_name_that_is_not_there_is_answered_with_those_that_are(paths: Paths) -> None:
    write_alerts(paths, LAN)
    alerts = load_alerts(paths.alerts)
    assert alerts is not None

    with pytest.raises(AlertsError, match=r"no recipient is called 'minh'\n\nrecipients: lan"):
        alerts.find_recipient("minh")
