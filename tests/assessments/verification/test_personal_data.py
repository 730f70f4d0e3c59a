"""Erasure and export of verifications."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from goodword.assessments.models import Attempt, Verification
from goodword.assessments.verification import discard
from goodword.core import personal_data
from goodword.core.personal_data import ExportReader, ExportRequest, Subject, export
from goodword.notifications.models import Link
from tests.assessments.verification.support import (
    DAY,
    application_of,
    finished,
    link_to,
    opened,
    owner,
    taken,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(DAY, tick=False)]


def exported(attempt: Attempt, reader: ExportReader) -> list[dict[str, Any]]:
    application = application_of(attempt)
    wanted = ExportRequest(
        reader=reader,
        organisation=attempt.organisation,
        candidate_id=application.candidate_id,
        application_ids=(application.pk,),
    )
    found: list[dict[str, Any]] = export(wanted)["assessments"][0]["supervised verifications"]
    return found


def test_erasure_removes_verifications_and_their_links() -> None:
    attempt = finished()
    discard(verification=opened(attempt), reason="Ada felt ill", member=owner(attempt), now=DAY)
    path = link_to(row := opened(attempt))
    application = application_of(attempt)
    subject = Subject(
        organisation_id=attempt.organisation_id,
        application_ids=(application.pk,),
        candidate_id=application.candidate_id,
    )
    with transaction.atomic():
        counts = personal_data.erase(subject, now=DAY)
    assert counts["verifications"] == 2
    assert Verification.objects.of(row.organisation).count() == 0
    assert Link.objects.of(row.organisation).filter(purpose=Link.Purpose.VERIFICATION).count() == 0
    assert Client().get(path).status_code == 404


@pytest.mark.world
def test_candidates_get_their_answers_by_number_and_the_comparison() -> None:
    attempt = finished()
    taken(attempt, solved=5, answered=9)
    (found,) = exported(attempt, ExportReader.CANDIDATE)
    assert [answer["item"] for answer in found["answers"]] == list(range(1, 10))
    assert all(answer["answer"].startswith("Option ") for answer in found["answers"])
    assert "question" not in found["answers"][0]
    assert (found["comparison"]["solved"], found["comparison"]["least"]) == (5, 6)
    assert found["time"]["seconds granted"] == 720


@pytest.mark.world
def test_candidates_read_why_one_was_discarded() -> None:
    attempt = finished()
    discard(verification=opened(attempt), reason="Fire alarm", member=owner(attempt), now=DAY)
    (found,) = exported(attempt, ExportReader.CANDIDATE)
    assert found["discarded because"] == "Fire alarm"


@pytest.mark.world
def test_members_get_tasks_without_times() -> None:
    attempt = finished()
    discard(verification=opened(attempt), reason="Fire alarm", member=owner(attempt), now=DAY)
    taken(attempt, solved=9)
    first, second = exported(attempt, ExportReader.ORGANISATION)
    assert first["discarded because"] == "Fire alarm"
    assert second["answers"][0]["question"]
    assert "time" not in second
    assert "720" not in str(second)
