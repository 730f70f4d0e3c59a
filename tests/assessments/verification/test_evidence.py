"""Evidence exports contain verifications; their comparisons can be recomputed."""

import json
from pathlib import Path

import pytest

from goodword.assessments import verification
from goodword.assessments.evidence.check import check, check_again
from goodword.assessments.evidence.export import export
from goodword.assessments.models import Attempt
from goodword.assessments.verification import discard, task_on_screen
from tests.assessments.all_kinds import calibrated
from tests.assessments.verification.support import DAY, finished, opened, owner, taken

pytestmark = pytest.mark.django_db


def exported(attempt: Attempt, tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    export(organisation=attempt.organisation, folder=folder, now=DAY, actor="a test")
    return folder


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "verifications.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("with_calibration", [False, True])
def test_comparisons_are_recomputed(
    with_calibration: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attempt = finished()
    if with_calibration:
        calibrated(attempt)
    first = verification.begin(verification_id=opened(attempt).pk, device="computer", now=DAY)
    verification.next_task(verification_id=first.pk, task=task_on_screen(first).id, now=DAY)
    discard(verification=first, reason="Fire alarm", member=owner(attempt), now=DAY)
    taken(attempt, solved=5)
    folder = exported(attempt, tmp_path)
    discarded, line = lines(folder)
    assert (discarded["discarded"], discarded["shown"], discarded["comparison"]) == (True, 2, {})
    assert (line["discarded"], line["shown"]) == (False, 12)
    assert "Fire alarm" not in str(discarded)
    assert discarded["part"] == line["part"]
    assert line["comparison"]["difficulties"] == ("calibrated" if with_calibration else "assumed")  # type: ignore[index]  # JSON
    assert not {"begun_at", "seconds", "ends_at"} & set(line)
    found = check(folder)
    assert (found.verifications.agree, found.verifications.differ) == (1, [])
    check_again(folder)
    assert "1 of 1 verifications agree." in capsys.readouterr().out


@pytest.mark.world
def test_a_changed_answer_or_figure_is_reported(tmp_path: Path) -> None:
    attempt = finished()
    taken(attempt, solved=5)
    folder = exported(attempt, tmp_path)
    (line,) = lines(folder)
    file = folder / "verifications.jsonl"
    for changed, said in (
        (line | {"answers": {}}, "solved was 5 and is 0"),
        (line | {"comparison": line["comparison"] | {"least": 4}}, "least was 4 and is 6"),  # type: ignore[operator]  # JSON
        (line | {"part": "nobody"}, "the first result is missing"),
    ):
        file.write_text(json.dumps(changed) + "\n")
        found = check(folder)
        assert found.changed == ("verifications.jsonl",)
        assert said in found.differ[0]


@pytest.mark.world
def test_there_may_be_no_verifications(tmp_path: Path) -> None:
    folder = exported(finished(), tmp_path)
    assert lines(folder) == []
    assert check(folder).verifications.n == 0
