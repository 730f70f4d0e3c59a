"""The state file: contents, small appends and truncated lines."""

import json
from pathlib import Path

import pytest

from greenhouse_sandbox.acts.applications import add_candidate
from greenhouse_sandbox.acts.candidates import delete_candidate
from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.state_file import Saver, StateError, append, changes, read_state, write_whole
from greenhouse_sandbox.worlds import seed


@pytest.fixture
def world() -> Store:
    store = Store()
    seed(store)
    return store


def everything(store: Store) -> dict[str, list[object]]:
    return {name: list(table.rising()) for name, table in store.tables().items()}


def reread(path: Path) -> Store:
    store = Store()
    read_state(store, path)
    return store


def test_all_rows_are_restored(world: Store, tmp_path: Path) -> None:
    write_whole(world, tmp_path / "state")
    again = reread(tmp_path / "state")
    assert everything(again) == everything(world)
    assert (again.signing_key, again.organisation) == (world.signing_key, world.organisation)
    assert again.candidates.new_id() == world.candidates.new_id()


def test_a_change_appends_one_short_line(world: Store, tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_whole(world, path)
    before = path.stat().st_size
    person = add_candidate(world, first_name="New", last_name="Person", email=None, now=world.clock.now())
    delete_candidate(world, next(world.candidates.rising()))
    append(path, changes(world))
    assert path.stat().st_size - before < before / 4
    assert everything(reread(path)) == everything(world)
    assert json.loads(path.read_text().splitlines()[-1])["tables"]["candidates"]["rows"][0]["id"] == person.id


def test_a_truncated_line_is_ignored(world: Store, tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_whole(world, path)
    known = everything(world)
    add_candidate(world, first_name="New", last_name="Person", email=None, now=world.clock.now())
    append(path, changes(world)[:-20])
    assert everything(reread(path)) == known


def test_files_of_version_1_are_still_read(world: Store, tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_whole(world, path)
    whole: dict[str, object] = {}
    tables: dict[str, object] = {}
    for line in path.read_text().splitlines():
        batch = json.loads(line)
        for name, content in batch.pop("tables").items():
            tables.setdefault(name, {"made": content["made"], "rows": content["rows"]})
        whole = batch
    path.write_text(json.dumps({**whole, "version": 1, "tables": tables}))
    assert everything(reread(path)) == everything(world)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StateError, match="is empty"):
        reread(tmp_path / "state")


def test_a_reset_rewrites_the_file(world: Store, tmp_path: Path) -> None:
    path = tmp_path / "state"
    saver = Saver(world, path, pause_seconds=0)
    saver.changed()
    seed(world, "empty")
    saver.changed()
    saver.close()
    again = reread(path)
    assert (len(again.jobs), len(again.users)) == (0, 8)


@pytest.mark.parametrize(
    "damage",
    [
        {"tables": []},
        {"tables": {"jobs": {"made": 1, "rows": [5]}}},
        {"clock_offset_seconds": 1e300},
        {"clock_offset_seconds": 3e11},
    ],
)
def test_a_damaged_file_is_refused(world: Store, tmp_path: Path, damage: dict[str, object]) -> None:
    path = tmp_path / "state"
    write_whole(world, path)
    first = json.loads(path.read_text().splitlines()[0])
    path.write_text(json.dumps(first | damage) + "\n")
    with pytest.raises(StateError, match=f"^The state file {path} cannot be read: "):
        reread(path)


def test_a_sandbox_does_not_start_with_a_file_that_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "state"
    with pytest.raises(StateError, match=f"^The state file {path} cannot be written: "):
        create_app(state_file=path)


def test_a_file_that_cannot_be_written_at_the_end_is_logged(
    world: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "folder"
    saver = Saver(world, folder / "state", pause_seconds=0)
    folder.touch()
    saver.close()
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == [
        f"The state file {folder / 'state'} could not be written"
    ]
