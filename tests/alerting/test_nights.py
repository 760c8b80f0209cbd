"""The end of a run: who is told of it over which kind of message, and that nothing here makes a run fail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest

from alerting.made_up_nights import Hook, finding, publish_made_up, report_run, write_alerts
from pipelines.alerting.nights import conclude_run
from pipelines.lake import Lake
from pipelines.run_reports import FailedCheck, RunReport

if TYPE_CHECKING:
    from alerting.made_up_nights import Clock
    from pipelines.paths import Paths


@pytest.fixture
def told(paths: Paths, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Return where two are told: a reader of everything, and an operator of what is urgent."""
    monkeypatch.setenv("HOOK", hook.url)
    write_alerts(
        paths,
        {"name": "reader", "url_variable": "HOOK", "language": "en"},
        {"name": "operator", "url_variable": "HOOK", "language": "en", "topics": ["urgent"]},
    )
    publish_made_up(paths, [finding("a")])
    return hook


def list_keys(hook: Hook) -> list[str]:
    return [content["key"] for _, content in hook.requests]


def fail(paths: Paths, run_id: str, clock: Clock, error: str = "no space left on device") -> RunReport:
    return report_run(paths, run_id, clock(), outcome="failed", errors=(error,), published_tables={})


def block(paths: Paths, run_id: str, clock: Clock) -> RunReport:
    check = FailedCheck(table="marts.fct_figures", name="figures_stand_there", severity="error", message="1 row")
    return report_run(paths, run_id, clock(), outcome="blocked", failed_checks=(check,), published_tables={})


def test_one_digest_a_day_however_many_runs(paths: Paths, told: Hook, clock: Clock) -> None:
    for number in range(3):
        conclude_run(report_run(paths, str(number), clock()), paths, clock=clock)
        clock.move(hours=8)
    conclude_run(report_run(paths, "next", clock()), paths, clock=clock)

    assert list_keys(told) == ["digest-2026-11-02-reader", "digest-2026-11-03-reader"]


def test_a_run_that_is_no_night_has_no_digest(paths: Paths, told: Hook, clock: Clock) -> None:
    assert conclude_run(report_run(paths, "a", clock()), paths, is_night=False, clock=clock) == []
    assert list_keys(told) == []


def test_who_has_the_digest_of_a_bad_night_has_no_second_message(paths: Paths, told: Hook, clock: Clock) -> None:
    conclude_run(block(paths, "a", clock), paths, clock=clock)

    assert list_keys(told) == ["digest-2026-11-02-reader", "publication-blocked-a-operator"]
    assert "NOT PUBLISHED" in told.requests[0][1]["title"]


def test_a_run_that_fails_by_day_is_told_at_once_and_not_again_and_again(
    paths: Paths, told: Hook, clock: Clock
) -> None:
    conclude_run(report_run(paths, "night", clock()), paths, clock=clock)
    told.requests.clear()
    for number in range(10):
        clock.move(minutes=5)
        conclude_run(fail(paths, f"day-{number}", clock), paths, is_night=False, clock=clock)
    assert list_keys(told) == ["run-failed-day-0-reader", "run-failed-day-0-operator"]

    # another kind of trouble is another message, and after a good run so is the same
    conclude_run(block(paths, "blocked", clock), paths, is_night=False, clock=clock)
    conclude_run(report_run(paths, "good", clock()), paths, is_night=False, clock=clock)
    conclude_run(fail(paths, "again", clock), paths, is_night=False, clock=clock)
    assert [key.rpartition("-")[0] for key in list_keys(told)[2:]] == [
        *["publication-blocked-blocked"] * 2,
        *["run-failed-again"] * 2,
    ]


def test_trouble_that_lasts_is_told_again_after_a_day(paths: Paths, told: Hook, clock: Clock) -> None:
    for number in range(3):
        conclude_run(fail(paths, str(number), clock), paths, is_night=False, clock=clock)
        clock.move(hours=13)

    assert list_keys(told) == [f"run-failed-{run}-{name}" for run in (0, 2) for name in ("reader", "operator")]


def test_a_clock_that_is_put_back_silences_nothing(paths: Paths, told: Hook, clock: Clock) -> None:
    conclude_run(fail(paths, "a", clock), paths, is_night=False, clock=clock)
    clock.move(days=-300)
    conclude_run(fail(paths, "b", clock), paths, is_night=False, clock=clock)

    assert "run-failed-b-operator" in list_keys(told)


def test_a_run_that_failed_on_a_damaged_lake_names_the_files(paths: Paths, told: Hook, clock: Clock) -> None:
    damaged = paths.lake / "observations" / "20261101T190000000000Z.parquet"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"PAR1 and nothing more")
    conclude_run(fail(paths, "a", clock, "invalid Parquet"), paths, is_night=False, clock=clock)

    assert list_keys(told) == ["lake-damaged-a-reader", "lake-damaged-a-operator"]
    assert str(damaged) in told.requests[0][1]["message"]


def test_a_batch_that_can_be_read_and_is_another_is_damaged_too(paths: Paths, told: Hook, clock: Clock) -> None:
    conclude_run(report_run(paths, "a", clock()), paths, clock=clock)
    told.requests.clear()
    (file,) = (paths.lake / "runs").glob("*.parquet")
    pl.read_parquet(file).with_columns(row_count=pl.lit(1)).write_parquet(file)
    conclude_run(fail(paths, "b", clock, "damaged"), paths, is_night=False, clock=clock)

    assert list_keys(told) == ["lake-damaged-b-reader", "lake-damaged-b-operator"]
    assert str(file) in told.requests[0][1]["message"]


def test_a_damaged_memory_is_told_past_the_outbox(paths: Paths, told: Hook, clock: Clock) -> None:
    conclude_run(report_run(paths, "a", clock()), paths, clock=clock)
    told.requests.clear()
    (file,) = (paths.lake / "runs").glob("*.parquet")
    file.write_bytes(b"PAR1 and nothing more")

    notices = conclude_run(report_run(paths, "b", clock()), paths, clock=clock)
    assert "people could not be told" in notices[0]
    assert str(file) in notices[1]
    assert list_keys(told) == ["lake-damaged-2026-11-02-reader", "lake-damaged-2026-11-02-operator"]


def test_a_channel_that_fails_is_a_notice_and_the_message_waits(paths: Paths, told: Hook, clock: Clock) -> None:
    told.status = 503
    (notice,) = conclude_run(report_run(paths, "a", clock()), paths, clock=clock)
    assert notice == "message 'digest-2026-11-02-reader' is still to be sent to 'reader': http_503"

    told.status = 200
    clock.move(days=1)
    assert conclude_run(report_run(paths, "b", clock()), paths, clock=clock) == []
    assert list_keys(told) == ["digest-2026-11-02-reader", "digest-2026-11-03-reader"]


def test_a_file_of_recipients_that_cannot_be_used_is_a_notice(paths: Paths, clock: Clock) -> None:
    paths.alerts.parent.mkdir(parents=True, exist_ok=True)
    paths.alerts.write_text("recipients: [{name: lan}]", encoding="utf-8")
    publish_made_up(paths, [])
    (notice,) = conclude_run(report_run(paths, "a", clock()), paths, clock=clock)

    assert "url_variable" in notice
    assert Lake(paths.lake).records("runs").height == 2


def test_a_full_disk_is_a_notice(paths: Paths, told: Hook, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: object, **__: object) -> None:
        raise OSError("no space left on device")  # noqa: EM101

    monkeypatch.setattr(Lake, "append_records", fill)

    (notice,) = conclude_run(report_run(paths, "a", clock()), paths, clock=clock)
    assert "no space left" in notice


def test_without_recipients_the_run_is_written_down_and_nothing_else(paths: Paths, clock: Clock) -> None:
    publish_made_up(paths, [finding("a")])

    assert conclude_run(report_run(paths, "a", clock()), paths, clock=clock) == []
    assert sorted(folder.name for folder in paths.lake.iterdir()) == ["hashes", "run_tables", "runs"]


def test_who_wants_no_quiet_nights_has_none(
    paths: Paths, hook: Hook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", hook.url)
    write_alerts(paths, {"name": "lan", "url_variable": "HOOK", "skips_quiet_nights": True})
    publish_made_up(paths, [finding("a")])
    for number in range(3):
        report = report_run(paths, str(number), clock()) if number < 2 else block(paths, "2", clock)
        conclude_run(report, paths, clock=clock)
        clock.now += dt.timedelta(days=1)

    assert list_keys(hook) == ["digest-2026-11-02-lan", "digest-2026-11-04-lan"]
