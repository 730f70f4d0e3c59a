"""The evidence contains totals and marks; those that can't be recomputed from its files are reported."""

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_django

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.evidence.check import check, check_again
from goodword.assessments.evidence.export import export
from goodword.assessments.evidence.folder import FolderError, digest
from goodword.assessments.models import Adjustment, Assessment, Attempt, AttemptPart, IssuedTotal, Marking
from goodword.assessments.psychometrics import SCORING
from goodword.candidates.models import Application
from tests.assessments.all_kinds import NOW, assessment_of_all, marked, taken
from tests.support import factories
from tests.support.shared import shared_world

pytestmark = pytest.mark.django_db

REASON = "Half the day is spent on ropes"
COMMENT = "Ada of Planttown writes as if she had been there"
RATERS = ("Nora Planted", "Omar Planted")

type Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class World:
    organisation: Organisation
    weighted: Attempt
    mean: Attempt


def on_a_new_role(organisation: Organisation, **values: Any) -> Application:
    role = factories.role(organisation)
    stage = (501, "Assessment")
    factories.automation(role, connection_id=1, job_id=role.pk, stages={"assessment": stage})
    of = factories.application(role, job_id=role.pk, stage_id=stage[0])
    assessment_of_all(role, kinds=("reasoning", "questions"), **values)
    return of


def world() -> World:
    """A candidate with a weighted total and two raters, another with a total by categories and only one rater."""
    organisation = factories.organisation()
    weighted = taken(
        on_a_new_role(
            organisation,
            total=Assessment.Total.WEIGHTS,
            total_reason=REASON,
            weights={"reasoning": 3, "questions": 1},
            two_raters=True,
        ),
        solve=2,
    )
    marked(weighted, name=RATERS[0], comment=COMMENT, safe=5, tells=2)
    marked(weighted, name=RATERS[1], safe=4, tells=2)
    mean = taken(
        on_a_new_role(organisation, total=Assessment.Total.CATEGORIES, two_raters=True),
        solve=2,
        harness="yearly",
    )
    marked(mean, name="Only One", safe=1, tells=1)
    return World(organisation=organisation, weighted=weighted, mean=mean)


@pytest.fixture(scope="module")
def exported(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
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


def table(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(newline="") as opened:
        return list(csv.DictReader(opened))


def rewritten(folder: Path, name: str, change: Callable[[list[Row]], list[Row]]) -> None:
    rows = table(folder, name)
    with (folder / name).open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))


def altered(folder: Path, name: str, where: Row, **values: str) -> None:
    """Change cells of the only row with these values."""

    def change(rows: list[Row]) -> list[Row]:
        (row,) = (one for one in rows if where.items() <= one.items())
        return [one | values if one is row else one for one in rows]

    rewritten(folder, name, change)


def sealed(folder: Path) -> None:
    """Change a file and update its checksum."""
    lines = (folder / "sums.txt").read_text().splitlines()
    names = [line.partition("  ")[2] for line in lines]
    there = [name for name in names if (folder / name).is_file()]
    (folder / "sums.txt").write_text("".join(f"{digest(folder / name)}  {name}\n" for name in there))


def parts_of(folder: Path, mode: str) -> dict[str, str]:
    """The parts of the attempt with a total, by test; key "" is the whole attempt."""
    rows = [row for row in table(folder, "attempts.csv") if row["total"] == mode]
    return {"": rows[0]["attempt"]} | {row["test"]: row["part"] for row in rows}


def test_every_total_and_sum_is_recomputed_from_the_files(folder: Path) -> None:
    found = check(folder)
    assert (found.differ, found.changed) == ((), ())
    # two totals; the sums of two raters and their mean
    assert (found.totals.agree, found.marks.agree) == (2, 3)


def test_totals_are_exported_with_weights_and_reason(acme: World, folder: Path) -> None:
    rows = {row["mode"]: row for row in table(folder, "totals.csv")}
    names = parts_of(folder, "weights")
    assert {mode: row["value"] for mode, row in rows.items()} == {
        mode: IssuedTotal.objects.of(acme.organisation).get(mode=mode).value for mode in rows
    }
    # half of the tasks and the one question: 3/4 * 1/2 + 1/4 * 1 = 5/8
    assert rows["weights"] == {
        "attempt": names[""],
        "mode": "weights",
        "weights": json.dumps({names["reasoning"]: 3, names["own"]: 1}, sort_keys=True),
        "reason": REASON,
        "value": "5/8",
        "why_not": "",
        "scoring_version": "1",
    }
    assert (rows["categories"]["weights"], rows["categories"]["reason"]) == ("", "")


@pytest.mark.world
def test_a_missing_total_has_its_reason(acme: World, tmp_path: Path) -> None:
    role = factories.role(acme.organisation)
    factories.automation(role, connection_id=1, job_id=role.pk, stages={"assessment": (501, "Assessment")})
    of = factories.application(role, job_id=role.pk, stage_id=501)
    assessment_of_all(role, kinds=("scales",), total=Assessment.Total.CATEGORIES)
    taken(of)
    export(organisation=acme.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    (row,) = (one for one in table(tmp_path / "out", "totals.csv") if not one["value"])
    assert (row["mode"], row["why_not"]) == ("categories", "no_count")
    assert check(tmp_path / "out").sound


def test_marks_are_exported_by_criterion_with_sums_and_mean(folder: Path) -> None:
    rows = table(folder, "marks.csv")
    part = parts_of(folder, "weights")["own"]
    assert {(row["part"], row["item"]) for row in rows} == {(part, "storm")}
    raters = {row["rater"] for row in rows} - {""}
    assert len(raters) == 2
    given = {
        tuple((row["criterion"], row["points"], row["of"]) for row in rows if row["rater"] == rater)
        for rater in raters
    }
    assert given == {
        (("safe", "5", "5"), ("tells", "2", "3"), ("", "7", "8")),
        (("safe", "4", "5"), ("tells", "2", "3"), ("", "6", "8")),
    }
    assert [(row["points"], row["of"]) for row in rows if not row["rater"]] == [("6.5", "8")]


def test_marks_have_no_names_or_comments(acme: World, folder: Path) -> None:
    raters = Membership.objects.of(acme.organisation).values_list("pk", flat=True)
    for file in folder.iterdir():
        text = file.read_text()
        assert [word for word in (COMMENT, *RATERS, "Only One") if word in text] == []
    assert {row["rater"] for row in table(folder, "marks.csv")} & {str(pk) for pk in raters} == set()


@pytest.mark.world
def test_a_part_that_is_marked_and_has_no_key_is_in_it(acme: World, tmp_path: Path) -> None:
    part = AttemptPart.objects.of(acme.organisation).get(attempt=acme.weighted, order=2)
    part.scores.all().delete()
    part.version.content["right"] = {}
    part.version.number = "2"
    part.version.pk, part.version.is_frozen = None, False
    part.version.save()
    AttemptPart.objects.of(acme.organisation).filter(pk=part.pk).update(version=part.version)
    IssuedTotal.objects.of(acme.organisation).filter(attempt=acme.weighted).delete()
    export(organisation=acme.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    found = check(tmp_path / "out")
    assert (found.sound, found.marks.agree, found.totals.agree) == (True, 3, 1)


def test_people_about_to_be_erased_are_not_exported(acme: World, tmp_path: Path) -> None:
    Application.objects.of(acme.organisation).filter(pk=acme.weighted.step_request.application_id).update(
        erasure_requested_at=NOW
    )
    found = export(organisation=acme.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    assert (found.people, found.totals, found.marks) == (1, 1, 0)
    assert [row["mode"] for row in table(tmp_path / "out", "totals.csv")] == ["categories"]
    assert table(tmp_path / "out", "marks.csv") == []


@pytest.mark.world
def test_adjustments_do_not_change_exported_totals(acme: World, tmp_path: Path) -> None:
    def exported_totals(name: str) -> list[list[str]]:
        export(organisation=acme.organisation, folder=tmp_path / name, now=NOW, actor="a test")
        rows = table(tmp_path / name, "totals.csv")
        return sorted([row[one] for one in ("mode", "reason", "value", "why_not")] for row in rows)

    before = exported_totals("before")
    Adjustment.objects.create(
        organisation=acme.organisation, attempt=acme.weighted, asked_at=NOW, percent=100, state="granted"
    )
    AttemptPart.objects.of(acme.organisation).filter(attempt=acme.weighted, order=1).update(seconds=7777)
    assert exported_totals("after") == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"value": "7/8"}, "value was 7/8 and is 5/8."),
        (
            {"value": "", "why_not": "no_count"},
            "value was empty and is 5/8; why_not was no_count and is empty.",
        ),
        ({"scoring_version": "0"}, "scoring_version was 0 and is 1."),
        ({"mode": "categories"}, "its mode is “categories”, but “weights” in attempts.csv."),
    ],
)
def test_a_changed_total_is_reported(folder: Path, values: dict[str, str], said: str) -> None:
    attempt = parts_of(folder, "weights")[""]
    altered(folder, "totals.csv", {"attempt": attempt}, **values)
    found = check(folder)
    assert found.changed == ("totals.csv",)
    assert found.differ == (f"Total of attempt {attempt}: {said}",)
    sealed(folder)
    found = check(folder)
    assert (found.changed, len(found.differ), found.totals.agree) == ((), 1, 1)


def test_changed_weights_are_reported(folder: Path) -> None:
    names = parts_of(folder, "weights")
    attempt = names[""]

    def weigh(**weights: int) -> tuple[str, ...]:
        named = {names.get(test, test): weight for test, weight in weights.items()}
        altered(folder, "totals.csv", {"attempt": attempt}, weights=json.dumps(named))
        return check(folder).differ

    assert weigh(reasoning=1, own=1) == (f"Total of attempt {attempt}: value was 5/8 and is 3/4.",)
    assert weigh(reasoning=3) == (
        f"Total of attempt {attempt}: value was 5/8 and is empty; why_not was empty and is no_weight.",
    )
    assert weigh(reasoning=3, own=1, other=2) == (
        f"Total of attempt {attempt}: there is a weight for part other, which is not in the total.",
    )
    altered(folder, "totals.csv", {"attempt": attempt}, weights="3 and 1")
    (sentence,) = check(folder).differ
    assert sentence.startswith(f"Total of attempt {attempt}: it cannot be computed:")


def test_a_missing_or_repeated_total_is_reported(folder: Path) -> None:
    attempt = parts_of(folder, "weights")[""]
    rewritten(folder, "totals.csv", lambda rows: [row for row in rows for _ in range(2)])
    assert f"Total of attempt {attempt}: it is in 2 rows." in check(folder).differ
    rewritten(folder, "totals.csv", lambda rows: [row for row in rows if row["attempt"] != attempt][:1])
    assert check(folder).differ == (
        f"Total of attempt {attempt}: it was issued but is missing from totals.csv.",
    )


def test_a_score_that_was_changed_changes_the_total_as_well(folder: Path) -> None:
    names = parts_of(folder, "weights")
    altered(folder, "scores.csv", {"part": names["own"], "scale": ""}, value="0.0")
    assert check(folder).differ == (
        f"Part {names['own']}, overall score: value was 0.0 and is 1.0.",
        f"Total of attempt {names['']}: value was 5/8 and is 3/8.",
    )


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("where", "values", "said"),
    [
        ({"criterion": "safe", "points": "4"}, {"points": "3"}, "the sum was 6 and is 5."),
        (
            {"criterion": "safe", "points": "4"},
            {"points": "9"},
            "“safe” has 9 points, which is not from 0 to 5; the sum was 6 and is 2.",
        ),
        ({"criterion": "tells", "points": "2"}, {"of": "4"}, "“tells” was out of 4 and is out of 3."),
        (
            {"criterion": "safe", "points": "4"},
            {"criterion": "kind"},
            ("“safe” is in 0 rows instead of one; “kind” is not in the rubric; the sum was 6 and is 2."),
        ),
        ({"criterion": "", "points": "6"}, {"points": "8"}, "the sum was 8 and is 6."),
    ],
)
def test_a_changed_mark_is_reported(
    folder: Path, where: dict[str, str], values: dict[str, str], said: str
) -> None:
    part = parts_of(folder, "weights")["own"]
    rater = next(row["rater"] for row in table(folder, "marks.csv") if row["points"] == "4")
    altered(folder, "marks.csv", {"rater": rater} | where, **values)
    sealed(folder)
    found = check(folder)
    assert found.differ[0] == f"Marks of part {part}, item storm, by rater {rater}: {said}"
    assert not found.sound


def test_a_changed_mean_or_rater_is_reported(folder: Path) -> None:
    part = parts_of(folder, "weights")["own"]
    altered(folder, "marks.csv", {"rater": ""}, points="8.0")
    mean = f"Marks of part {part}, item storm, mean of the raters"
    assert check(folder).differ == (f"{mean}: it was 8.0 and is 6.5.",)
    altered(folder, "marks.csv", {"rater": ""}, points="6.5")
    rater = next(row["rater"] for row in table(folder, "marks.csv") if row["points"] == "5")
    rewritten(folder, "marks.csv", lambda rows: [row for row in rows if row["rater"] != rater])
    assert check(folder).differ == (f"{mean}: it was 6.5 and is {6.0}.",)
    rewritten(folder, "marks.csv", lambda rows: [row for row in rows if row["rater"]])
    assert check(folder).differ == (f"{mean}: it is in 0 rows instead of one.",)


def test_marks_without_a_rubric_are_reported(folder: Path) -> None:
    part = parts_of(folder, "weights")["own"]
    rewritten(folder, "marks.csv", lambda rows: [row | {"item": "harness"} for row in rows])
    assert check(folder).differ == (
        f"Marks of part {part}, item harness: tests.jsonl has no rubric for them.",
    )


def test_the_command_prints_how_many_agree(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    n = len(table(folder, "scores.csv"))
    assert check_again(folder) == 0
    assert capsys.readouterr().out == (
        f"{n} of {n} scores agree.\n2 of 2 totals agree.\n3 of 3 sums of marks agree.\n"
    )
    attempt = parts_of(folder, "weights")[""]
    altered(folder, "totals.csv", {"attempt": attempt}, value="1")
    assert check_again(folder) == 1
    assert capsys.readouterr().out == (
        f"Total of attempt {attempt}: value was 1 and is 5/8.\n"
        "totals.csv was changed or is missing.\n"
        f"{n} of {n} scores agree.\n1 of 2 totals agree.\n3 of 3 sums of marks agree.\n"
    )


def test_older_exports_without_totals_and_marks_are_checked(folder: Path) -> None:
    (folder / "totals.csv").unlink()
    with pytest.raises(FolderError, match=r"totals\.csv in .* is missing"):
        check(folder)
    (folder / "marks.csv").unlink()
    lines = (folder / "attempts.csv").read_text().splitlines()
    assert lines[0].endswith(",void,total")
    earlier = [line.rsplit(",", 2)[0] for line in lines]
    (folder / "attempts.csv").write_text("\n".join(earlier) + "\n")
    sealed(folder)
    found = check(folder)
    assert (found.sound, found.totals.n, found.marks.n) == (True, 0, 0)


def test_a_total_by_an_earlier_rule_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.assessments.scoring.SCORING", {**SCORING, "totals": "2"})
    assert {sentence.partition(": ")[2] for sentence in check(folder).differ} == {
        "scoring_version was 1 and is 2."
    }


@pytest.mark.world
def test_each_rater_has_one_name_throughout_an_export(acme: World, tmp_path: Path) -> None:
    first = Marking.objects.of(acme.organisation).filter(part__attempt=acme.weighted).order_by("pk")
    part = AttemptPart.objects.of(acme.organisation).get(attempt=acme.mean, order=2)
    Marking.objects.create(
        organisation=acme.organisation,
        part=part,
        item="storm",
        rater=first[0].rater,
        points={"safe": 0, "tells": 0},
        marked_at=NOW,
    )
    export(organisation=acme.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    rows = [row for row in table(tmp_path / "out", "marks.csv") if row["rater"] and not row["criterion"]]
    assert len(rows) == 4
    assert len({row["rater"] for row in rows}) == 3
