"""The evidence contains everything issued but no names, and every score can be recomputed from it."""

import csv
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from goodword.accounts.models import AuditEntry
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.evidence.check import check, check_again, write
from goodword.assessments.evidence.export import export
from goodword.assessments.evidence.folder import FolderError, digest
from goodword.assessments.models import AttemptPart, Calibration, NormGroup, Score
from goodword.assessments.scoring import score_part
from goodword.candidates.models import Application
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.evidence.world import NOW, PLANTED, World, number, world
from tests.assessments.norms.people import form_of, solves
from tests.support import factories
from tests.support.shared import shared_world

pytestmark = pytest.mark.django_db

NAMES = {
    "README.md",
    "answers.jsonl",
    "attempts.csv",
    "calibrations.jsonl",
    "items.jsonl",
    "join.csv",
    "marks.csv",
    "norms.jsonl",
    "reliability.csv",
    "scores.csv",
    "selection.csv",
    "sums.txt",
    "tests.jsonl",
    "totals.csv",
    "verifications.jsonl",
    "versions.json",
}
#: output of the check for an organisation without totals and marks
BESIDE = "0 of 0 totals agree.\n0 of 0 sums of marks agree.\n"


@pytest.fixture(scope="module")
def exported(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Path]]:
    def build() -> tuple[World, Path]:
        made, folder = world(), tmp_path_factory.mktemp("evidence") / "out"
        export(organisation=made.organisation, folder=folder, now=NOW, actor="a test")
        return made, folder

    yield from shared_world(django_db_blocker, build)


@pytest.fixture
def acme(db: None, exported: tuple[World, Path]) -> World:
    return deepcopy(exported[0])


@pytest.fixture
def folder(exported: tuple[World, Path], tmp_path: Path) -> Path:
    return shutil.copytree(exported[1], tmp_path / "out")


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="") as opened:
        return list(csv.DictReader(opened))


def lines(folder: Path, name: str) -> Iterator[Any]:
    with (folder / name).open() as opened:
        yield from map(json.loads, opened)


def of(rows: list[dict[str, str]], **wanted: str) -> list[dict[str, str]]:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def test_every_issued_score_is_recomputed_from_the_files(acme: World, folder: Path) -> None:
    found = check(folder)
    assert (found.differ, found.changed) == ((), ())
    assert found.scores.agree == Score.objects.of(acme.organisation).count() == 3 * 5 + 3 + 2 + 1


def test_issued_scores_are_exported_with_norm_group_and_ability(acme: World, folder: Path) -> None:
    rows = table(folder, "scores.csv")
    stored = Score.objects.of(acme.organisation).values_list("scale", "value", "percentile", "ability")
    assert sorted((row["scale"], row["value"], row["percentile"], row["ability"]) for row in rows) == sorted(
        tuple("" if value is None else str(value) for value in row) for row in stored
    )
    groups = {str(pk) for pk in NormGroup.objects.of(acme.organisation).values_list("pk", flat=True)}
    attempts = table(folder, "attempts.csv")
    assert {row["norm_group"] for row in attempts} - {""} == groups
    assert len(of(attempts, test="reasoning")) == 1
    assert of(attempts, test="reasoning")[0]["calibration"] != ""


def test_each_part_says_how_it_ended_under_which_limit_and_for_which_requirement(tmp_path: Path) -> None:
    role = role_of(factories.organisation())
    test = ensure_builtin(role.organisation, "reasoning", now=NOW)
    parts = finished(
        published(role, (test, number(test), "short_12"), minutes=12),
        applications(role, 2),
        answers=solves,
        items=form_of,
    )
    AttemptPart.objects.of(role.organisation).filter(pk=parts[0].pk).update(ended_by="by_member")
    for part in parts:
        score_part(part)
    export(organisation=role.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    rows = table(tmp_path / "out", "attempts.csv")
    assert sorted((row["ended"], row["minutes"], row["requirement"]) for row in rows) == [
        ("by_member", "12", "Listens to customers."),
        ("finished", "12", "Listens to customers."),
    ]


def test_no_name_address_text_or_file_is_exported(folder: Path) -> None:
    assert {file.name for file in folder.iterdir()} == NAMES
    for file in folder.iterdir():
        text = file.read_text()
        assert [word for word in PLANTED if word in text] == []
        assert "mail.example" not in text


def test_only_the_join_has_greenhouse_ids(acme: World, folder: Path) -> None:
    joined = of(table(folder, "join.csv"), greenhouse_candidate_id="4711", greenhouse_application_id="4712")
    # one candidate, one attempt at each of four assessments
    assert len({row["person"] for row in joined}) == 1 and len({row["attempt"] for row in joined}) == 4
    others = Application.objects.of(acme.organisation).exclude(pk=acme.planted.pk)
    ids = {str(other.remote_id) for other in others} | {str(other.candidate.remote_id) for other in others}
    for name in NAMES - {"join.csv", "sums.txt", "items.jsonl"}:
        assert ids & set((folder / name).read_text().replace('"', ",").split(",")) == set()


def test_typed_answers_and_files_are_exported_as_their_type_only(folder: Path) -> None:
    (part,) = (row["part"] for row in table(folder, "attempts.csv") if row["test"] == "custom_questions")
    assert [row for row in lines(folder, "answers.jsonl") if row["part"] == part] == [
        {"part": part, "item": "tool", "value": "saw"},
        {"part": part, "item": "story", "left_out": "long_text"},
        {"part": part, "item": "phone", "left_out": "number"},
        {"part": part, "item": "cv", "left_out": "file"},
    ]


def test_generated_items_are_exported_and_void_ones_marked(folder: Path) -> None:
    rows = list(lines(folder, "items.jsonl"))
    assert len(rows) == 13
    assert [row["item"] for row in rows if row["void"]] == ["3x"]
    assert all({"seed", "key", "rule", "version", "level"} <= set(row["content"]) for row in rows)


def test_the_selection_table_has_application_states(acme: World, folder: Path) -> None:
    rows = table(folder, "selection.csv")
    assert {row["application"] for row in rows} == {"active", "hired"}
    hired = of(rows, application="hired")
    assert {row["test"] for row in hired} == {"work_style", "reasoning", "own_situations", "custom_questions"}
    assert {row["role"] for row in hired} == {str(acme.planted.role_id)}
    (whole,) = of(hired, test="reasoning", scale="")
    score = Score.objects.of(acme.organisation).get(part__version__test__key="reasoning", scale="")
    assert (whole["value"], whole["items"], whole["percentile"]) == (
        str(score.value),
        "12",
        str(score.percentile),
    )


def test_no_times_or_adjustments_are_exported(folder: Path) -> None:
    tables = ("attempts.csv", "scores.csv", "selection.csv", "join.csv")
    names = {name for file in tables for name in table(folder, file)[0]}
    names |= {name for row in lines(folder, "answers.jsonl") for name in row}
    names |= {name for row in lines(folder, "items.jsonl") for name in row}
    assert [name for name in names if "at" in name.split("_") or "seconds" in name or "adjust" in name] == []
    year = str(NOW.year)
    for name in ("attempts.csv", "selection.csv", "join.csv", "answers.jsonl", "versions.json"):
        assert f"{year}-" not in (folder / name).read_text()


def test_reliability_has_its_sample_and_source(folder: Path) -> None:
    rows = table(folder, "reliability.csv")
    style = of(rows, test="work_style", language="en", device="computer")
    assert {(row["people"], row["way"]) for row in style} == {("5", "items")}
    (whole,) = of(rows, test="reasoning", scale="")
    assert (whole["people"], whole["way"]) == ("200", "calibrated_number")


def test_only_its_owner_can_open_the_folder(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_an_existing_folder_is_not_overwritten(acme: World, folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(FolderError, match="already exists"):
        export(organisation=acme.organisation, folder=folder, now=NOW, actor="a test")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert AuditEntry.objects.of(acme.organisation).filter(action="evidence.exported").count() == 1


def test_an_export_is_audited(acme: World, folder: Path) -> None:
    entry = AuditEntry.objects.of(acme.organisation).get(action="evidence.exported")
    assert (entry.actor, entry.details) == (
        "a test",
        {
            "people": 3,
            "attempts": 6,
            "scores": 21,
            "totals": 0,
            "marks": 0,
            "digest": digest(folder / "sums.txt"),
        },
    )


@pytest.mark.world
def test_two_exports_share_no_random_id(acme: World, folder: Path, tmp_path: Path) -> None:
    export(organisation=acme.organisation, folder=tmp_path / "again", now=NOW, actor="a test")
    ids = [
        {row[name] for row in table(where, "attempts.csv") for name in ("part", "attempt", "person")}
        for where in (folder, tmp_path / "again")
    ]
    assert len(ids[0]) == len(ids[1]) and not ids[0] & ids[1]


@pytest.mark.world
def test_erased_people_are_not_exported(acme: World, tmp_path: Path) -> None:
    Application.objects.of(acme.organisation).filter(pk=acme.planted.pk).update(erasure_requested_at=NOW)
    found = export(organisation=acme.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    assert (found.people, found.parts, found.scores) == (2, 2, 10)
    assert "4711" not in (tmp_path / "out" / "join.csv").read_text()


def test_nothing_of_another_organisation_is_in_it(acme: World, tmp_path: Path) -> None:
    other = factories.organisation()
    found = export(organisation=other, folder=tmp_path / "out", now=NOW, actor="a test")
    assert (found.people, found.scores) == (0, 0)
    assert check(tmp_path / "out").sound
    assert AttemptPart.objects.of(acme.organisation).exists()


def change(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1))


def test_an_answer_that_was_changed_is_found(folder: Path) -> None:
    change(folder, "answers.jsonl", '"item": "tool"', '"item": "tool2"')
    found = check(folder)
    assert found.changed == ("answers.jsonl",)
    (sentence,) = found.differ
    assert sentence.endswith("overall score: value was 1.0 and is 0.0; answered was 1 and is 0.")
    assert found.scores.agree == 20


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("scores.csv", ",3.5,", ",3.75,"),
        ("norms.jsonl", '"reliability": 0.8', '"reliability": 0.5'),
        ("tests.jsonl", '"effectiveness": 4.5', '"effectiveness": 1.0'),
    ],
)
def test_a_score_a_norm_and_a_key_that_were_changed_are_found(
    folder: Path, name: str, before: str, after: str
) -> None:
    change(folder, name, before, after)
    found = check(folder)
    assert found.changed == (name,)
    assert not found.sound


@pytest.mark.world
def test_scores_by_an_older_calibration_differ_and_all_others_are_checked(
    acme: World, tmp_path: Path
) -> None:
    made = Calibration.objects.of(acme.organisation).get()
    Calibration.objects.of(acme.organisation).filter(pk=made.pk).update(content={**made.content, "rule": "1"})
    export(organisation=acme.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    found = check(tmp_path / "out")
    assert "ability was " in found.differ[0]
    assert [
        one for one in found.differ if f": its calibration {made.pk} is by a different rule; " not in one
    ] == []
    assert (found.changed, len(found.differ), found.scores.agree) == ((), 3, 18)


@pytest.mark.world
def test_an_older_calibration_that_no_score_used_changes_nothing(acme: World, tmp_path: Path) -> None:
    made = Calibration.objects.of(acme.organisation).get()
    made.pk, made.number, made.content = None, made.number + 1, {"rule": "1", "cells": []}
    made.save()
    export(organisation=acme.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    assert check(tmp_path / "out").sound


def test_a_score_that_was_taken_out_is_found(folder: Path) -> None:
    issued = check(folder).scores.agree
    rows = (folder / "scores.csv").read_text().splitlines(keepends=True)
    (folder / "scores.csv").write_text("".join(rows[:-1]))
    found = check(folder)
    assert [sentence.split(": ", 1)[1] for sentence in found.differ] == ["only computed."]
    assert (found.scores.agree, found.scores.n) == (issued - 1, issued)


def test_a_part_that_was_taken_out_is_found(folder: Path) -> None:
    rows = (folder / "attempts.csv").read_text().splitlines(keepends=True)
    (folder / "attempts.csv").write_text("".join(rows[:-1]))
    (sentence,) = check(folder).differ
    assert sentence.endswith("has scores but is missing from attempts.csv.")


def test_only_the_join_may_be_missing(folder: Path) -> None:
    (folder / "join.csv").unlink()
    assert check(folder).sound
    (folder / "reliability.csv").unlink()
    assert check(folder).changed == ("reliability.csv",)
    (folder / "items.jsonl").unlink()
    with pytest.raises(FolderError, match=r"items\.jsonl in .* is missing"):
        check(folder)


def test_an_unreadable_file_is_reported_in_a_sentence(folder: Path) -> None:
    (folder / "norms.jsonl").write_text("no JSON\n")
    with pytest.raises(FolderError, match=r"Line 1 of norms\.jsonl is not JSON"):
        check(folder)
    (folder / "norms.jsonl").write_text("{}\n")
    with pytest.raises(FolderError, match=r"cannot be read \(norms\.jsonl changed since\)"):
        check(folder)


@pytest.mark.world
def test_the_command_reports_how_much_it_wrote(
    acme: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = tmp_path / "out"
    assert write(slug=acme.organisation.slug, folder=where) == 0
    assert capsys.readouterr().out == (
        f"Wrote 21 scores, 0 totals and 0 markings of 3 people to {where}. Store join.csv separately.\n"
        f"SHA-256 of sums.txt: {digest(where / 'sums.txt')}\n"
    )
    assert write(slug=acme.organisation.slug, folder=where) == 2
    assert write(slug="nobody", folder=tmp_path / "other") == 2
    assert "There is no organisation “nobody”." in capsys.readouterr().err


@pytest.mark.programs
def test_the_check_needs_no_database_and_no_settings(
    folder: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    def checked() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "goodword.cli", "evidence", "--check", str(folder)],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder.parent,
            env={"PATH": os.environ["PATH"]},
        )

    done = checked()
    assert (done.returncode, done.stdout, done.stderr) == (0, "21 of 21 scores agree.\n" + BESIDE, "")
    change(folder, "answers.jsonl", '"value": "saw"', '"value": "glue"')
    done = checked()
    assert done.returncode == 1
    assert done.stdout.endswith("answers.jsonl was changed or is missing.\n20 of 21 scores agree.\n" + BESIDE)
    assert [file.name for file in folder.parent.iterdir()] == ["out"]


def test_the_check_names_unreadable_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_again(tmp_path) == 2
    assert "goodword: sums.txt in" in capsys.readouterr().err
