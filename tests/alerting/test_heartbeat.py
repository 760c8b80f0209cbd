"""Whether the nights still run: told once when they do not, also when the clock is put back or the lake is damaged."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from alerting.made_up_nights import Hook, report_run, write_alerts
from pipelines.alerting import heartbeat
from pipelines.alerting.heartbeat import Clocks, feel_pulse
from pipelines.cli import app
from pipelines.lake import Lake
from pipelines.run_history import record_run

if TYPE_CHECKING:
    from alerting.made_up_nights import Clock
    from pipelines.paths import Paths

HOUR = 3600


class Machine:
    """A machine whose clock can be put forward and back, and that goes on ticking."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.uptime = 1000.0
        self.boot_id = "first"

    def __call__(self) -> Clocks:
        return Clocks(self.clock.now, self.uptime, self.boot_id)

    def wait(self, *, hours: float) -> None:
        self.clock.move(hours=hours)
        self.uptime += hours * HOUR


@pytest.fixture
def machine(clock: Clock) -> Machine:
    return Machine(clock)


def run_once(paths: Paths, machine: Machine, run_id: str, outcome: str = "failed") -> None:
    report = report_run(paths, run_id, machine.clock.now, outcome=outcome, published_tables={})
    record_run(report, Lake(paths.lake), paths.lake, now=machine.clock.now)


@pytest.mark.parametrize(("hours", "is_alive"), [(0, True), (25.9, True), (26.1, False), (1000, False)])
def test_a_run_is_missed_after_twenty_six_hours(
    paths: Paths, machine: Machine, hours: float, *, is_alive: bool
) -> None:
    run_once(paths, machine, "a")
    machine.wait(hours=hours)

    assert feel_pulse(paths, machine()).is_alive is is_alive


def test_where_there_was_never_a_run_there_is_no_pulse(paths: Paths, machine: Machine) -> None:
    pulse = feel_pulse(paths, machine())

    assert (pulse.run_id, pulse.is_alive) == (None, False)


def test_a_clock_that_is_put_back_does_not_silence_it(paths: Paths, machine: Machine) -> None:
    run_once(paths, machine, "a")
    machine.wait(hours=1)
    assert feel_pulse(paths, machine()).is_alive
    machine.wait(hours=24)
    machine.clock.move(hours=-24)
    assert feel_pulse(paths, machine()).is_alive

    # by the clock the run ended three hours ago, by what is never put back it is known for 26
    machine.wait(hours=2)
    pulse = feel_pulse(paths, machine())
    assert machine.clock.now - (pulse.ended_at or machine.clock.now) == dt.timedelta(hours=3)
    machine.wait(hours=0.5)
    assert not feel_pulse(paths, machine()).is_alive


def test_a_run_in_the_future_is_no_reason_to_be_calm(paths: Paths, machine: Machine) -> None:
    run_once(paths, machine, "a")
    machine.clock.move(days=-30)
    machine.boot_id = "second"
    pulse = feel_pulse(paths, machine())

    assert pulse.is_ahead
    assert not pulse.is_alive


def test_a_clock_that_was_put_forward_and_back_leaves_nothing_behind(paths: Paths, machine: Machine) -> None:
    run_once(paths, machine, "a")
    machine.clock.move(days=1000)
    assert not feel_pulse(paths, machine()).is_alive
    machine.clock.move(days=-1000)

    assert feel_pulse(paths, machine()).is_alive


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"run_id": "a"}', '{"run_id": "a", "boot_id": "first", "uptime": "x"}']
)
def test_a_broken_memory_is_begun_anew(paths: Paths, machine: Machine, content: str) -> None:
    run_once(paths, machine, "a")
    paths.heartbeat.parent.mkdir(parents=True)
    paths.heartbeat.write_text(content, encoding="utf-8")

    assert feel_pulse(paths, machine()).is_alive
    machine.uptime += 27 * HOUR
    assert not feel_pulse(paths, machine()).is_alive


@pytest.fixture
def beat(paths: Paths, machine: Machine, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let the command read the clocks of the machine, and tell somebody by a webhook."""
    monkeypatch.setattr("pipelines.commands.alerts.read_clocks", machine)
    monkeypatch.setenv("OPERATOR", hook.url)
    write_alerts(paths, {"name": "operator", "url_variable": "OPERATOR", "language": "en"})
    return monkeypatch


def ask() -> int:
    return CliRunner().invoke(app, ["heartbeat"]).exit_code


@pytest.mark.usefixtures("beat")
def test_an_outage_is_told_once_and_the_next_one_again(paths: Paths, machine: Machine, hook: Hook) -> None:
    run_once(paths, machine, "a")
    codes = []
    for _ in range(5):
        machine.wait(hours=10)
        codes.append(ask())
    assert codes == [0, 0, 1, 1, 1]
    assert [content["key"] for _, content in hook.requests] == ["no-run-since-a-operator"]

    run_once(paths, machine, "b", "failed")
    assert ask() == 0
    machine.wait(hours=30)
    assert ask() == 1
    assert [content["key"] for _, content in hook.requests][1:] == ["no-run-since-b-operator"]


@pytest.mark.usefixtures("beat")
def test_a_message_that_does_not_go_out_is_sent_by_the_next_beat(paths: Paths, machine: Machine, hook: Hook) -> None:
    run_once(paths, machine, "a")
    machine.wait(hours=30)
    hook.status = 503
    assert ask() == 2
    hook.status = 200
    machine.wait(hours=1)

    assert ask() == 1
    assert len(hook.requests) == 1


@pytest.mark.usefixtures("beat")
def test_a_damaged_lake_is_told_past_the_outbox(paths: Paths, machine: Machine, hook: Hook) -> None:
    run_once(paths, machine, "a")
    (file,) = (paths.lake / "runs").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-10])

    assert ask() == 2
    ((_, content),) = hook.requests
    assert str(file) in content["message"]
    assert content["title"] == "Kết nạp: The lake is damaged"


def test_without_recipients_the_exit_code_alone_tells(
    paths: Paths, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.commands.alerts.read_clocks", machine)
    run_once(paths, machine, "a")
    assert ask() == 0
    machine.wait(hours=30)

    assert ask() == 1
    assert not (paths.lake / "messages").exists()


def test_this_machine_says_what_time_it_is() -> None:
    first, second = heartbeat.read_clocks(), heartbeat.read_clocks()

    assert first.boot_id == second.boot_id != ""
    assert first.uptime <= second.uptime
