"""Nights that the machine spoils: what is published is yesterday's or today's, whole, and the next night heals.

Each runs the command as people run it, on a small root that was built once. The repetitions are many: `make test-slow`
takes more than an hour, `make test-slow OPTIONS=--tenth` repeats a tenth as often.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.hashes import inspect_lake
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.paths import Paths
from pipelines.publication import open_published
from pipelines.run_reports import RunReport, read_report
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("ketnap")
FIRST = "da-nang-2023"
OTHERS = sorted(folder.name for folder in (CHECKOUT / "data/raw/published_figures").glob("n0*"))
SOURCES = ("article_notes", "published_figures")
HISTORY = "reports.rpt_run_history"
NOBODY = 65534
WITHOUT_PRIVILEGES = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""What stands before a command that may open what its user may open, also if that is the administrator."""
MOST_SECONDS_LEFT = 20


class Root:
    """A warehouse that is built by the command."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths(folder)

    def start(
        self, *arguments: str, wrapper: Sequence[str] = (), output: int = subprocess.PIPE
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*wrapper, COMMAND, "build", *arguments],
            # what does not pass here does not pass in three minutes either
            env=os.environ | {"KETNAP_ROOT": str(self.paths.root), "KETNAP_RETRY_SECONDS": "0.1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def build(self, *arguments: str, wrapper: Sequence[str] = ()) -> tuple[int, str]:
        process = self.start(*arguments, wrapper=wrapper)
        output, _ = process.communicate()
        return process.returncode, output

    def add_publication(self, publication_id: str) -> None:
        """Copy a publication, its figures and its text."""
        for source in SOURCES:
            shutil.copytree(CHECKOUT / "data/raw" / source / publication_id, self.paths.raw / source / publication_id)

    def count_added(self) -> int:
        """Return how many publications are there to be taken in."""
        return len(list((self.paths.raw / "published_figures").glob("*/figures.csv")))

    def count_published(self) -> int:
        """Return how many publications the published file has; fail if its tables are not of one night."""
        with closing(open_published(self.paths.published_database)) as connection:
            ((publications, documents, figures, bounded),) = connection.execute(
                """
                select
                    (select count(*) from marts.dim_publications),
                    (select count(distinct document_id) from marts.fct_figures),
                    (select count(*) from marts.fct_figures),
                    (select count(distinct figure_id) from reports.rpt_figure_verdicts)
                """
            ).fetchall()
        assert publications == documents
        assert figures == bounded
        return int(publications)

    def hash_published(self) -> str:
        return hashlib.sha256(self.paths.published_database.read_bytes()).hexdigest()

    def read_report(self) -> RunReport:
        report = read_report(self.paths.last_run)
        assert report is not None
        return report

    def read_tables(self) -> dict[str, list[tuple[object, ...]]]:
        with closing(open_published(self.paths.published_database)) as connection:
            names = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
            return {
                f"{schema}.{table}": connection.execute(f"select * from {schema}.{table} order by all").fetchall()
                for schema, table in names
            }


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, float]:
    """A root of one publication after its first night, and how many seconds that took."""
    root = Root(tmp_path_factory.mktemp("first_night"))
    for source in SOURCES:
        (root.paths.raw / source).mkdir(parents=True)
        shutil.copy(CHECKOUT / "data/raw" / source / "_source.yml", root.paths.raw / source)
    root.add_publication(FIRST)
    began = time.monotonic()
    code, output = root.build()
    assert code == 0, output
    return root, time.monotonic() - began


@pytest.fixture
def root(first_night: tuple[Root, float], tmp_path: Path) -> Root:
    """A root of its own after its first night, with one new publication for the next."""
    shutil.copytree(first_night[0].paths.root, tmp_path / "root", ignore=shutil.ignore_patterns("dagster"))
    copied = Root(tmp_path / "root")
    copied.add_publication(OTHERS[0])
    return copied


def wait_for_the_end_of_all(session: int) -> None:
    """Return when no process is left that the killed one started."""
    deadline = time.monotonic() + MOST_SECONDS_LEFT
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(session, 0)
            time.sleep(0.05)
        os.killpg(session, signal.SIGKILL)
        pytest.fail("processes of a killed night go on", pytrace=False)


def test_nights_that_are_killed_whenever_lose_nothing_and_tear_nothing(
    root: Root, first_night: tuple[Root, float], repeat: Callable[[int], range]
) -> None:
    _, seconds = first_night
    moment = random.Random(1)
    waiting = iter(OTHERS[1:])
    published, batches, killed = root.count_published(), Lake(root.paths.lake).batch_ids(), 0
    for number in repeat(100):
        process = root.start(output=subprocess.DEVNULL)
        time.sleep(moment.uniform(0, seconds))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        wait_for_the_end_of_all(process.pid)

        # yesterday's, or today's, and of what was taken in nothing is lost
        assert root.count_published() in (published, root.count_added())
        assert inspect_lake(root.paths.lake).damages == ()
        assert Lake(root.paths.lake).batch_ids()[: len(batches)] == batches
        published, batches = root.count_published(), Lake(root.paths.lake).batch_ids()
        # some nights are left alone, others are killed again when they go on
        if number % 10 == 9:
            code, output = root.build()
            assert code == 0, output
            published = root.count_published()
            assert published == root.count_added()
        if (publication_id := next(waiting, None)) is not None:
            root.add_publication(publication_id)
    assert killed >= len(repeat(100)) / 2

    code, output = root.build()
    assert code == 0, output
    assert root.count_published() == root.count_added()
    assert list(root.paths.warehouse.glob(".publishing-*")) == []
    healed = root.read_tables()
    code, output = root.build("--full")
    assert code == 0, output
    # a run more, and all else the same
    assert len(healed.pop(HISTORY)) > 0
    anew = root.read_tables()
    assert len(anew.pop(HISTORY)) > 0
    assert anew == healed


def test_of_two_nights_that_start_together_one_publishes_and_one_says_why_not(
    root: Root, repeat: Callable[[int], range]
) -> None:
    waiting = iter(OTHERS[1:])
    for _ in repeat(20):
        processes = [root.start() for _ in range(2)]
        outputs = [process.communicate()[0] for process in processes]
        codes = [process.returncode for process in processes]

        assert sorted(codes) == [0, 1], outputs
        refused = outputs[codes.index(1)]
        assert "another run holds" in refused
        assert "wait until it has ended" in refused
        assert root.read_report().outcome == "published"
        assert root.count_published() == root.count_added()
        assert inspect_lake(root.paths.lake).damages == ()
        root.add_publication(next(waiting))
    paths = [path for (path,) in Lake(root.paths.lake).read("files").select("file_path").iter_rows()]
    assert sorted(paths) == sorted(set(paths))


# a full disk


@contextmanager
def mount(folder: Path, megabytes: int) -> Iterator[None]:
    """Put a small file system over a folder."""
    arguments = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    run = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip(f"this machine does not let the tests mount a small disk: {run.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("megabytes_left", [0, 2, 6, 30])
def test_a_full_disk_leaves_the_former_file_and_says_so(root: Root, tmp_path: Path, megabytes_left: int) -> None:
    small = tmp_path / "small"
    small.mkdir()
    used = sum(file.stat().st_size for file in root.paths.root.rglob("*") if file.is_file()) // 2**20
    with mount(small, used + 100):
        shutil.copytree(root.paths.root, small / "root")
        on_small = Root(small / "root")
        before = on_small.hash_published()
        free = shutil.disk_usage(small).free - megabytes_left * 2**20
        ballast = small / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free)
        code, output = on_small.build()

        assert code == 1, output
        assert "error: " in output
        assert "the disk is full" in output
        assert "make room and run again" in output
        assert "Traceback" not in output
        assert on_small.hash_published() == before
        assert inspect_lake(on_small.paths.lake).damages == ()

        ballast.unlink()
        code, output = on_small.build()
        assert code == 0, output
        assert on_small.count_published() == on_small.count_added()


# damage


def truncate(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def flip_a_bit(whole: bytes) -> bytes:
    return whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]


def test_a_damaged_batch_stops_the_night_until_it_is_put_back(root: Root) -> None:
    before = root.hash_published()
    (part,) = root.paths.lake.glob("observations/*.parquet")
    whole = part.read_bytes()
    for damage in (truncate, flip_a_bit, None):
        if damage is None:
            part.unlink()
        else:
            part.write_bytes(damage(whole))
        code, output = root.build()

        assert code == 1, output
        kind = "gone" if damage is None else "changed"
        assert f"is damaged: 'observations/{part.name}' is {kind}" in output
        assert "put these files back from the back-up" in output
        assert root.hash_published() == before
        assert len(Lake(root.paths.lake).batch_ids()) == 1

    part.write_bytes(whole)
    code, output = root.build()
    assert code == 0, output
    assert root.count_published() == root.count_added()


# wrong rights


@pytest.fixture
def forbidden(root: Root) -> Iterator[Path]:
    """A source that belongs to somebody else."""
    if os.geteuid():
        pytest.skip("only the administrator can give a folder to somebody else")
    tried = subprocess.run([*WITHOUT_PRIVILEGES, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this machine does not let the administrator give up his privileges: {tried.stderr.strip()}")
    place = root.paths.raw / SOURCES[1]
    place.chmod(0o700)
    os.chown(place, NOBODY, NOBODY)
    yield place
    os.chown(place, os.geteuid(), os.getegid())


def test_a_source_that_may_not_be_read_stops_the_night_and_is_named(root: Root, forbidden: Path) -> None:
    before = root.hash_published()
    code, output = root.build(wrapper=WITHOUT_PRIVILEGES)

    assert code == 1, output
    assert f"this user (uid {os.geteuid()}) may not open" in output
    assert str(forbidden) in output
    assert "docs/operations.md" in output
    assert root.hash_published() == before

    forbidden.chmod(0o755)
    code, output = root.build(wrapper=WITHOUT_PRIVILEGES)
    assert code == 0, output
    assert root.count_published() == root.count_added()


# a clock that jumps back


def test_after_the_clock_was_set_back_batches_keep_their_order(root: Root) -> None:
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=700)
    ingest(root.paths.raw, Lake(root.paths.lake), now=ahead, max_bytes=10**6)
    code, output = root.build()
    assert code == 0, output
    root.add_publication(OTHERS[1])
    code, output = root.build()

    assert code == 0, output
    batches = Lake(root.paths.lake).batch_ids()
    assert len(batches) == 3
    assert batches[-1] > f"{ahead:%Y%m%dT%H%M%S}"
    assert root.read_report().batch_ids == (batches[-1],)
    assert root.count_published() == root.count_added() == 3


def test_somebody_who_has_the_build_file_open_is_named(root: Root) -> None:
    # as an analyst does who opens the wrong file in another program
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb, time; held = duckdb.connect({str(root.paths.build_database)!r}); time.sleep(3600)",
        ]
    )
    before = root.hash_published()
    try:
        while not is_locked(root.paths.build_database):
            time.sleep(0.1)
        code, output = root.build()
    finally:
        holder.kill()
        holder.wait()

    assert code == 1, output
    assert "Could not set lock on file" in output
    assert "somebody else has it open" in output
    assert root.hash_published() == before
    code, output = root.build()
    assert code == 0, output


def is_locked(database: Path) -> bool:
    try:
        duckdb.connect(str(database)).close()
    except duckdb.IOException:
        return True
    return False
