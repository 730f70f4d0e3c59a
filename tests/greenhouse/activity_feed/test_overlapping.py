"""A note is posted while the candidate's data is erased."""

from typing import Any

import pytest
from django.db import transaction

from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.greenhouse.activity_feed.outcomes import PostedNote, record_posted
from goodword.greenhouse.models import ActivityFeedNote
from goodword.reports.models import Report
from tests.support import factories
from tests.support.overlap import before_commit
from tests.workspace.needs_you.world import connection as connected

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW


def test_a_note_that_replaces_a_failed_one_is_just_posted() -> None:
    ada = factories.application(factories.role(factories.organisation()), connection_id=1, remote_id=7)
    row = connected(ada)
    about: dict[str, Any] = {
        "organisation": ada.organisation,
        "step_request": factories.step_request(ada, "assessment"),
    }
    older, newer = (
        ActivityFeedNote.objects.of(ada.organisation).create(
            organisation=ada.organisation,
            connection=row,
            report=Report.objects.create(
                **about,
                version=version,
                code=f"GW-000{version}",
                snapshot={"kind": "assessment", "redacted": True},
                created_at=NOW,
            ),
            marker=f"GW-000{version}",
            state=state,
            attempts=1,
            not_before=NOW,
            created_at=NOW,
        )
        for version, state in enumerate(("failed", "sending"), start=1)
    )
    with transaction.atomic():
        asked = request_erasure(of=ada, reason=Reason.MEMBER, now=NOW, by="goodword", due_at=NOW)

    def settle() -> None:
        record_posted(newer, PostedNote(remote_id=1, author_id=None), now=NOW)

    with before_commit(lambda: carry_out_erasure(erasure_id=asked.pk, now=NOW), then=settle) as erased:
        # as settling it does first
        ActivityFeedNote.objects.of(ada.organisation).select_for_update(no_key=True).get(pk=newer.pk)
    assert erased == [True]
    notes = ActivityFeedNote.objects.of(ada.organisation).order_by("pk")
    assert list(notes.values_list("pk", "state")) == [(older.pk, "cancelled"), (newer.pk, "sent")]
