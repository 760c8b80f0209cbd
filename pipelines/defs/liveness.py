"""Whether anybody runs the nights: the daemon, its schedules, the limits that it keeps, runs that nobody executes."""

import datetime as dt
import time
from collections.abc import Iterator

import dagster as dg

from pipelines.defs.history import list_abandoned_runs
from pipelines.defs.runs import prepare_instance
from pipelines.defs.schedules import NIGHTLY_SCHEDULE
from pipelines.defs.sensors import NEW_RAW_FILE
from pipelines.health import Diagnosis
from pipelines.languages import format_noun
from pipelines.paths import Paths

_ALIVE_WITHIN = 300.0
"""Seconds; a daemon says every half a minute that it is alive."""

_NEEDED = ("SCHEDULER", "SENSOR", "QUEUED_RUN_COORDINATOR")


def diagnose_operation(paths: Paths) -> Iterator[Diagnosis]:
    """Ask Dagster's history; nothing is asked, or made, where there is none."""
    if not (paths.dagster_home / "dagster.yaml").is_file():
        yield Diagnosis(subject="daemon", state="warning", found="Dagster has not run yet", remedy=_HOW_TO_START)
        return
    prepare_instance(paths)
    try:
        instance = dg.DagsterInstance.get()
    except Exception as error:  # noqa: BLE001 - whatever keeps the history from opening is what is asked for
        yield Diagnosis(
            subject="history",
            state="error",
            found=f"cannot be opened: {error}",
            remedy=f"see {paths.dagster_home / 'dagster.yaml'}, and that its database answers: docs/operations.md",
        )
        return
    with instance:
        yield check_daemon(instance, now=time.time())
        yield check_schedules(instance)
        yield check_limits(instance, paths)
        yield check_runs(instance, paths)


_HOW_TO_START = "start it: systemctl start ketnap-daemon (docs/operations.md); without one nights run by hand only"


def check_daemon(instance: dg.DagsterInstance, *, now: float) -> Diagnosis:
    """Whether the daemon has said lately that it is alive.

    Args:
        instance: The history.
        now: Seconds since 1970.
    """
    heartbeats = instance.get_daemon_heartbeats()
    # the other way round too: a clock that was set back leaves heartbeats in the future
    dead = [name for name in _NEEDED if name not in heartbeats or abs(now - heartbeats[name].timestamp) > _ALIVE_WITHIN]
    if not dead:
        return Diagnosis(subject="daemon", state="fine", found="alive")
    last = max((heartbeats[name].timestamp for name in _NEEDED if name in heartbeats), default=None)
    when = (
        "never was" if last is None else f"was last alive {dt.datetime.fromtimestamp(last).astimezone():%Y-%m-%d %H:%M}"
    )
    return Diagnosis(subject="daemon", state="warning", found=f"not running; {when}", remedy=_HOW_TO_START)


def check_schedules(instance: dg.DagsterInstance) -> Diagnosis:
    """Whether somebody has switched the night or the sensor off."""
    stopped = [
        state.name
        for state in instance.all_instigator_state()
        if state.name in (NIGHTLY_SCHEDULE, NEW_RAW_FILE) and state.status.value == "STOPPED"
    ]
    if stopped:
        return Diagnosis(
            subject="schedules",
            state="warning",
            found=f"switched off by hand: {', '.join(sorted(stopped))}",
            remedy="switch on in Dagster's pages, under Automation: ketnap ui",
        )
    return Diagnosis(subject="schedules", state="fine", found=f"{NIGHTLY_SCHEDULE}, {NEW_RAW_FILE}")


def check_limits(instance: dg.DagsterInstance, paths: Paths) -> Diagnosis:
    """Whether the configuration of the instance has what this version writes into a new one."""
    queue = instance.get_concurrency_config().run_queue_config
    missing = [
        name
        for name, is_there in {
            "concurrency": queue is not None and bool(queue.tag_concurrency_limits),
            "run_monitoring": instance.run_monitoring_enabled,
            "run_retries": instance.run_retries_enabled,
        }.items()
        if not is_there
    ]
    if missing:
        return Diagnosis(
            subject="limits",
            state="warning",
            found=f"dagster.yaml has no {', '.join(missing)}: it was written by an earlier version, or by somebody",
            remedy=f"move {paths.dagster_home / 'dagster.yaml'} away; the next command writes a new one",
        )
    return Diagnosis(subject="limits", state="fine", found="one run at a time, ended after its time, a year of history")


def check_runs(instance: dg.DagsterInstance, paths: Paths) -> Diagnosis:
    """Whether the history has runs that nobody executes any more."""
    abandoned = list_abandoned_runs(instance, paths.build_lock, now=time.time())
    if abandoned:
        return Diagnosis(
            subject="runs",
            state="warning",
            found=f"{format_noun(len(abandoned), 'run')} whose process was killed",
            remedy="the next run, or the sensor, closes them; if it happens again: journalctl -u ketnap-daemon",
        )
    return Diagnosis(subject="runs", state="fine", found="none was killed")
