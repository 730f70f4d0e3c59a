"""`goodword upgrade-postgres`: the clusters during the upgrade, after errors and after a kill."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from goodword.core import postgres
from goodword.core.postgres import upgrade
from goodword.core.postgres.layout import Layout, program_folder
from tests.core.test_postgres import add, words


@pytest.fixture
def data(made: Path) -> Iterator[Layout]:
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder:
        yield Layout.of(shutil.copytree(made, Path(folder, "data")))


def fill(data: Layout) -> None:
    """Fill the new cluster, as the command does between backup and restore."""
    with upgrade.new_server(data) as new, psycopg.connect(new.url) as connection:
        connection.execute("CREATE TABLE kept (word text PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES ('after')")


def found(data: Layout) -> list[str]:
    with postgres.start(data.data_dir, durable=False) as server:
        return words(server.url)


@pytest.mark.programs
def test_the_filled_cluster_replaces_the_old_one(data: Layout) -> None:
    with upgrade.locked(data):
        with upgrade.old_server(data, program_folder()) as old:
            assert words(old.url) == ["before"]
            with pytest.raises(postgres.NotRunningError):  # no worker finds the old database
                postgres.attach(data.data_dir)
            with pytest.raises(postgres.AlreadyRunningError):
                postgres.start(data.data_dir)
            fill(data)
        kept = upgrade.set_aside(data)
    assert found(data) == ["after"]
    assert kept == data.home / f"data.{postgres.layout.major_version()}"
    assert not list(data.home.glob("data.*.lock"))
    kept.rename(data.old)
    with upgrade.locked(data):
        kept.mkdir()
        assert upgrade.set_aside(data).name == f"{kept.name}-2"


@pytest.mark.programs
def test_after_an_error_the_old_cluster_is_used(data: Layout) -> None:
    with (
        pytest.raises(RuntimeError),
        upgrade.locked(data),
        upgrade.old_server(data, program_folder()),
        upgrade.new_server(data),
    ):
        raise RuntimeError
    with postgres.start(data.data_dir, durable=False) as server:
        add(server.url, "later")
    with upgrade.locked(data), upgrade.old_server(data, program_folder()):
        fill(data)
    assert found(data) == ["after"]


@pytest.mark.programs
def test_after_a_kill_a_complete_cluster_counts_and_an_incomplete_one_does_not(data: Layout) -> None:
    data.cluster.rename(data.old)
    shutil.copytree(data.old, data.home / "data.new")
    assert found(data) == ["before"]
    with upgrade.locked(data), upgrade.old_server(data, program_folder()):
        fill(data)
        assert not data.cluster.exists()
        # killed here: the next start finishes the upgrade
        shutil.copytree(data.upgraded, data.home / "copy")
    data.cluster.rename(data.home / "gone")
    (data.home / "copy").rename(data.upgraded)
    assert found(data) == ["after"]


@pytest.mark.programs
def test_programs_of_another_version_are_refused(data: Layout, tmp_path: Path) -> None:
    ours = postgres.layout.major_version()
    (data.cluster / "PG_VERSION").write_text("12\n")
    with pytest.raises(postgres.OtherVersionError, match="Run `goodword upgrade-postgres`"):
        postgres.start(data.data_dir)
    for folder, there in ((program_folder(), f"PostgreSQL {ours}"), (tmp_path, "no PostgreSQL")):
        with pytest.raises(postgres.OtherVersionError) as refusal:
            upgrade.old_programs(data, folder)
        assert str(refusal.value) == (
            f"PostgreSQL 12 is needed once more, to read the database, but there is {there} in {folder}. Install it "
            "(on Debian the package postgresql-12), or name the folder of its program `postgres` with --programs."
        )


def test_without_a_database_there_is_nothing_to_upgrade(tmp_path: Path) -> None:
    with (
        pytest.raises(postgres.CannotStartError, match="There is no embedded database in"),
        upgrade.locked(Layout.of(tmp_path)),
    ):
        pass
