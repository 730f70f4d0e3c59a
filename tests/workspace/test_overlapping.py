"""Two members act on the same row at the same time."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.attempts.member_actions import extend_attempt
from goodword.assessments.kinds.judgement.panelists import remove
from goodword.candidates.models import Application
from goodword.references.domain.member_actions import extend_check, extend_request
from goodword.reports.domain.reviews import mark_reviewed
from goodword.reports.models import ResultReview
from goodword.roles.domain import job_analysis
from goodword.roles.models import JobRequirement
from goodword.workflow.domain.application_outcome import set_status
from tests.assessments.judgement import support as judgement
from tests.assessments.panels.support import invited
from tests.assessments.support import assigned
from tests.references import answered
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in
from tests.workspace.test_concurrent_edits import fields_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW


@pytest.fixture
def ann() -> Membership:
    return factories.member(factories.organisation(), kind="admin", name="Ann Admin")


@pytest.fixture
def ben(ann: Membership) -> Membership:
    return factories.member(ann.organisation, kind="admin", name="Ben Both")


def test_marking_a_result_as_reviewed_second_tells_what_has_happened(
    ann: Membership, ben: Membership
) -> None:
    application = factories.application(factories.role(ann.organisation, owner=ann))
    review = ResultReview.objects.create(
        organisation=ann.organisation,
        step_request=factories.step_request(application, "assessment"),
        since=NOW,
    )
    browser, where = signed_in(ben), reverse("result_tick", args=[ann.organisation.slug, review.pk])
    shown = reverse("results", args=[ann.organisation.slug])
    with before_commit(lambda: browser.post(where)):
        mark_reviewed(review, member=ann, now=NOW)
    assert "Already reviewed by Ann Admin." in browser.get(shown).content.decode()
    rows = ResultReview.objects.of(ann.organisation).filter(pk=review.pk)
    rows.update(reviewed_at=None, reviewed_by=None)
    with before_commit(lambda: browser.post(where)):
        rows.update(since=NOW + timedelta(days=1))
    page = browser.get(shown).content.decode()
    assert "Not marked as reviewed: a newer result has arrived." in page


@pytest.mark.parametrize("whose", ["attempt", "check", "referee"])
def test_the_second_to_extend_a_deadline_reads_that_it_is_already_that_day(
    whose: str, ann: Membership, ben: Membership
) -> None:
    extend: Callable[..., Any]
    if whose == "attempt":
        attempt = assigned(factories.application(factories.role(ann.organisation, owner=ann)))
        application, pk = attempt.step_request.application, attempt.pk
        extend = partial(extend_attempt, attempt_id=attempt.pk)
    else:
        check = answered.checked(ann.organisation, done=False)
        request = answered.asked(check, 1)
        application = check.step_request.application
        pk = check.pk if whose == "check" else request.referee_id
        extend = partial(extend_check, check_id=check.pk, referees=True)
        if whose == "referee":
            extend = partial(extend_request, request_id=request.pk)
    browser, form = signed_in(ben), {"days": "30", "referees": "on"}
    where = reverse(f"{whose}_extend_deadline", args=[ann.organisation.slug, application.pk, pk])
    with (
        time_machine.travel(NOW, tick=False),
        before_commit(lambda: browser.post(where, form)) as replies,
    ):
        extend(days=30, member=ann, now=NOW)
    page = replies[0].content.decode()
    assert "The deadline is already Tuesday 14 April. Choose a later one." in page


def test_an_expert_is_removed_only_once(ann: Membership, ben: Membership) -> None:
    test = judgement.own(ann, "A rope tears.")
    expert, browser = invited(test, by=ann), signed_in(ben)
    where = judgement.url("judgement_panel_remove", test, str(expert.pk))
    with before_commit(lambda: browser.post(where)) as replies:
        remove(panelist=expert, by=ann, now=NOW)
    assert replies[0].status_code == 302
    removed = AuditEntry.objects.filter(action="panel.removed")
    assert list(removed.values_list("actor", flat=True)) == ["Ann Admin"]


def test_a_requirement_that_is_just_being_rated_is_removed_with_the_rating(
    ann: Membership, ben: Membership
) -> None:
    role = factories.role(ann.organisation, owner=ann)
    made = job_analysis.add(role=role, text="Keeps dates.", measures=[], by=ann, now=NOW)
    judgement = job_analysis.RatingInput(importance=5, criticality=4, at_entry=True, basis="Asked.")
    browser = signed_in(ben)
    where = reverse("role_job_requirement_remove", args=[ann.organisation.slug, role.pk, made.pk])
    with before_commit(lambda: browser.post(where)) as replies:
        # as its page does
        JobRequirement.objects.of(ann.organisation).select_for_update(no_key=True).get(pk=made.pk)
        job_analysis.rate(made, judgement, by=ann, now=NOW)
    assert replies[0].status_code == 302
    assert not JobRequirement.objects.of(ann.organisation).exists()


def test_rejecting_a_candidate_second_tells_that_they_were_hired(ann: Membership, ben: Membership) -> None:
    nowhere = {"connection_id": None, "remote_id": None}
    candidate = factories.candidate(ann.organisation, **nowhere)
    added = factories.application(factories.role(ann.organisation, owner=ann), candidate=candidate, **nowhere)
    browser = signed_in(ben)
    where = reverse("candidate_status", args=[ann.organisation.slug, added.pk, "rejected"])
    form = {**fields_of(browser.get(where).content.decode(), having="seen"), "reason": ["organisation"]}
    with before_commit(lambda: browser.post(where, form)) as replies:
        set_status(application_id=added.pk, status=Application.Status.HIRED, member=ann, now=NOW)
    page = replies[0].content.decode()
    assert "Somebody else has changed this in the meantime: Status (now Hired)." in page
    added.refresh_from_db()
    assert added.status == "hired"
