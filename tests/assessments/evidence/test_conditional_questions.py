"""Questions with a right answer that only some people were asked."""

import csv
from pathlib import Path
from typing import Any

import pytest

from goodword.accounts.models import Organisation
from goodword.assessments.evidence.check import check
from goodword.assessments.evidence.export import export
from goodword.assessments.models import AttemptPart, Test
from goodword.assessments.norms.making import make_norms
from goodword.assessments.psychometrics import norms
from goodword.assessments.scoring import score_part
from goodword.core.validation import Json
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.evidence.world import NOW, QUESTIONS, own_test
from tests.support import factories

pytestmark = pytest.mark.django_db

CONTENT: dict[str, Any] = {
    **QUESTIONS,
    "questions": [
        {
            "type": "single_choice",
            "id": name,
            "text": text,
            "choices": [{"value": "saw", "label": "Saw"}, {"value": "glue", "label": "Glue"}],
            **when,
        }
        for name, text, when in (
            ("tool", "Which one cuts?", {}),
            ("blade", "Which one has a blade?", {"when": {"question": "tool", "is": ["saw"]}}),
        )
    ],
    "right": {"tool": ["saw"], "blade": ["saw"]},
}


def answers(place: int) -> dict[str, Json]:
    """Half of the people are asked one question, the others both."""
    return {"tool": "saw", "blade": ("saw", "glue")[place % 4 // 2]} if place % 2 else {"tool": "glue"}


def taken(organisation: Organisation, people: int) -> tuple[Test, list[AttemptPart]]:
    test = own_test(organisation, "questions", CONTENT)
    role = role_of(organisation)
    parts = finished(published(role, (test, "1", "full")), applications(role, people), answers=answers)
    for part in parts:
        score_part(part)
    return test, parts


def test_evidence_is_exported_without_a_reliability_and_can_be_recomputed(tmp_path: Path) -> None:
    organisation = factories.organisation()
    taken(organisation, 4)
    export(organisation=organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    with (tmp_path / "out" / "reliability.csv").open(newline="") as opened:
        assert [(row["test"], row["people"], row["reliability"]) for row in csv.DictReader(opened)] == [
            ("custom_questions", "0", "")
        ]
    found = check(tmp_path / "out")
    assert (found.scores.agree, found.differ, found.changed) == (4, (), ())


@pytest.mark.world
def test_numbers_right_of_different_questions_get_no_percentile() -> None:
    organisation = factories.organisation()
    test, _ = taken(organisation, 100)
    made = make_norms(
        test_id=test.pk, version="1", form="full", member_id=factories.member(organisation).pk, now=NOW
    )
    table = norms.from_json(made.norm_set.groups.get().tables[""])
    assert (table.n, table.reliability, norms.band(table, 1)) == (100, None, None)
