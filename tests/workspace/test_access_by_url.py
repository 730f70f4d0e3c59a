"""Tries every URL of members as each kind of member and from another organisation. New URLs are included automatically,
unless their parameters need a row of a new model.

tests/assessments/robustness/test_access.py tries them signed out and with another organisation's slug.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import models, transaction
from django.urls import URLPattern, reverse

from goodword.accounts.access import ANYBODY
from goodword.accounts.models import AuditEntry, Invitation, Membership
from goodword.assessments.models import (
    Adjustment,
    Attempt,
)
from goodword.candidates.models import Application, Hold, RatingImport
from goodword.core.models import Event
from goodword.greenhouse.models import ActivityFeedNote, Connection, Delivery, WebhookSecret
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.questionnaires.domain.drafts import DRAFTS, add_language, publish
from goodword.questionnaires.models import Questionnaire
from goodword.references.models import Check, CheckFlag, Referee
from goodword.reports.domain.versions import on_attempt_completed
from goodword.reports.models import Report, ResultReview
from goodword.roles.domain import job_analysis
from goodword.roles.models import Automation, JobRequirement, Role, RoleNotice
from goodword.urls import MEMBER
from goodword.workflow.models import Appeal, StepRequest
from goodword.workspace.members import invitations
from goodword.workspace.models import CandidateImport, Comment, RatingRequest, SavedView
from tests.assessments.once import once
from tests.assessments.robustness.test_access import SAID, OtherOrganisation, everything
from tests.questionnaires.editor.support import LED, SIZE, STRENGTHS, made
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.workbooks import readable
from tests.workspace.applications import named
from tests.workspace.needs_you.world import connection, missed, stage_renamed
from tests.workspace.referee_states import asks_for_seven, check_with_all_states

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = factories.NOW
ASKED = [one for one in MEMBER if isinstance(one, URLPattern)]
#: URL parameters that aren't ids
WORDS: Mapping[str, object] = {
    "language": "fr",
    "which": "1",
    "status": "rejected",
    "source": "waiting",
    "name": "start",
}
#: URLs without ids of the organisation's rows: mail texts are identified by kind and language, and hidden needs belong
#: to the member
NO_ROW = {"mail_text", "mail_text_preview", "mail_text_reset", "need_hide", "need_show"}
#: start of a route, longest first -> the model of `pk`
MODELS: Mapping[str, type[models.Model]] = {
    "settings/integrations/greenhouse/inbox/": Delivery,
    "settings/members/invitations/": Invitation,
    "settings/integrations/greenhouse/": Connection,
    "settings/retention/holds/": Hold,
    "settings/validity/ratings/": RatingImport,
    "settings/members/": Membership,
    "library/questionnaires/": Questionnaire,
    "home/requests/": Adjustment,
    "candidates/": Application,
    "results/": ResultReview,
    "reports/": Report,
    "roles/": Role,
}


class Acme(OtherOrganisation):
    """A row for each URL parameter, of a role that the hiring manager can't see."""

    def __init__(self) -> None:
        super().__init__()
        org = self.organisation = self.admin.organisation
        self.role = Role.objects.of(org).get(pk=self.pks["roles/"])
        self.manager = factories.member(org, kind="hiring_manager", name="Mo Manager")
        self.recruiter = factories.member(org, name="Rita Recruiter")
        of = named(self.role, "Quillfeather", "Zorn")
        nowhere: dict[str, Any] = {"connection_id": None, "remote_id": None}
        self.added_by_hand = factories.application(
            self.role, candidate=factories.candidate(org, **nowhere), **nowhere
        )
        org.rates_hires = True
        org.save()
        self.hired = factories.application(self.role, status="hired", hired_at=NOW - timedelta(days=90))
        RatingRequest.objects.create(
            organisation=org, application=self.hired, state="asked", created_at=NOW, ends_at=NOW, round=1
        )
        asks_for_seven(self.role)
        check = check_with_all_states(of)
        CheckFlag.objects.create(
            organisation=org,
            check_run=check,
            code="address_free",
            key=str(self.latest(Referee).pk),
            grade="low",
            facts={"domain": "mail.example"},
            found_at=NOW,
        )
        attempt = Attempt.objects.of(org).latest("pk")
        with transaction.atomic():
            on_attempt_completed(Event.objects.filter(name="attempt.completed").latest("pk"))
        report = self.latest(Report)
        report.state, report.ready_at = Report.State.READY, NOW
        report.save()
        links.mint(organisation=org, purpose=Link.Purpose.REPORT, subject_id=report.pk, now=NOW)
        ResultReview.objects.of(org).get_or_create(
            step_request=attempt.step_request, defaults={"organisation": org, "since": NOW}
        )
        stage_renamed(self.role)
        missed(named(self.role, "Mia", "Zorn"))
        here = connection(of)
        WebhookSecret.add(here, "a secret key", now=NOW)
        for subject in ({"report": report}, {"candidate_remote_id": 1}):
            ActivityFeedNote.objects.create(
                organisation=org,
                connection=here,
                marker="GW-1",
                visibility="private",
                state=ActivityFeedNote.State.SENT,
                not_before=NOW,
                created_at=NOW,
                **subject,
            )
        Delivery.objects.create(
            organisation=org, connection=here, body=b"{}", not_before=NOW, received_at=NOW
        )
        invitations.invite(emails=["new@acme.example"], kind="recruiter", roles=[], by=self.admin, now=NOW)
        Hold.objects.create(
            organisation=org,
            candidate=of.candidate,
            ground="claims",
            reason="A claim",
            placed_by=self.admin,
            placed_at=NOW,
        )
        Comment.objects.create(
            organisation=org, application=of, author=self.admin, text="Call her.", written_at=NOW
        )
        RatingImport.objects.create(organisation=org, lowest=1, highest=5, created_at=NOW)
        JobRequirement.objects.create(
            organisation=org, role=self.role, text="Keeps dates.", entered_by="Ann", entered_at=NOW
        )
        job_analysis.confirm(
            role=self.role, basis="Asked.", matrix={"columns": [], "rows": []}, by=self.admin, now=NOW
        )
        Appeal.objects.create(organisation=org, application=of, text="Look again.", opened_at=NOW)
        CandidateImport.objects.create(organisation=org, role=self.role, member=self.admin, created_at=NOW)
        SavedView.objects.create(organisation=org, member=self.admin, name="Mine", query="status=active")
        questionnaire = made(self.admin, LED, SIZE, STRENGTHS)
        publish(questionnaire=questionnaire, revision=0, reason="", without=[], by=self.admin, now=NOW)
        DRAFTS.begin(questionnaire, now=NOW)
        add_language(questionnaire=questionnaire, language="fr", now=NOW)
        Adjustment.objects.create(
            organisation=org,
            attempt=attempt,
            wants_time=50,
            asked_at=NOW,
        )

    def latest[M: models.Model](self, model: type[M]) -> M:
        return model._base_manager.filter(organisation=self.organisation).latest("pk")

    def parameters(self, pattern: URLPattern) -> dict[str, object]:
        """Ids of rows that belong together."""
        route, name = str(pattern.pattern), str(pattern.name)
        beginning = next((one for one in (*MODELS, *self.pks) if route.startswith(one)), "")
        found: dict[str, object] = {}
        for parameter in pattern.pattern.converters:
            if parameter == "pk" and beginning in MODELS and beginning not in {"roles/", "candidates/"}:
                found["pk"] = self.latest(MODELS[beginning]).pk
            elif parameter == "pk":
                found["pk"] = (
                    self._application(pattern) if beginning == "candidates/" else self.pks[beginning]
                )
            elif parameter == "question_id" and beginning == "library/questionnaires/":
                found[parameter] = LED["id"]
            elif name == "flag_dismiss":
                found[parameter] = self.latest(CheckFlag).pk
            elif parameter in PARAMETERS:
                found[parameter] = PARAMETERS[parameter](self)
            elif parameter in self.ids:
                found[parameter] = self.ids[parameter]
            else:
                found[parameter] = WORDS[parameter] if parameter != "kind" else _kind(name)
        return found

    def _application(self, pattern: URLPattern) -> int:
        """Returns the application of the attempt, check, comment or appeal in the same URL."""
        given = {*pattern.pattern.converters}
        if pattern.name == "candidate_rating" or str(pattern.name).startswith("rating_request"):
            return self.hired.pk
        if pattern.name in {"candidate_edit", "candidate_status"}:
            return self.added_by_hand.pk
        if given & {"check_pk", "referee_pk", "comment_pk", "appeal_pk"} or pattern.name == "flag_dismiss":
            return self.latest(Comment).application_id
        if given & {"attempt_pk", "flag_pk"} or not given & {"step_request_pk"}:
            return self.pks["candidates/"]
        return self.latest(StepRequest).application_id

    def address(self, pattern: URLPattern, *, slug: str) -> str:
        return reverse(str(pattern.name), kwargs={"slug": slug, **self.parameters(pattern)})


def _kind(name: str) -> str:
    return {"step_begin": "assessment", "questionnaire_question_new": "rating"}.get(
        name, "assessment.invitation"
    )


PARAMETERS: Mapping[str, Callable[[Acme], object]] = {
    "link_pk": lambda acme: acme.latest(Link).pk,
    "import_pk": lambda acme: acme.latest(CandidateImport).pk,
    "automation_pk": lambda acme: acme.latest(Automation).pk,
    "notice_pk": lambda acme: acme.latest(RoleNotice).pk,
    "step_pk": lambda acme: factories.step(acme.role, "reference_check").pk,
    "view_pk": lambda acme: acme.latest(SavedView).pk,
    "step_request_pk": lambda acme: acme.latest(StepRequest).pk,
    "requirement_pk": lambda acme: acme.latest(JobRequirement).pk,
    "comment_pk": lambda acme: acme.latest(Comment).pk,
    "appeal_pk": lambda acme: acme.latest(Appeal).pk,
    "check_pk": lambda acme: acme.latest(Check).pk,
    "referee_pk": lambda acme: acme.latest(Referee).pk,
    "member_pk": lambda acme: acme.recruiter.pk,
    "email_pk": lambda acme: acme.latest(Email).pk,
    "note_pk": lambda acme: acme.latest(ActivityFeedNote).pk,
    "need_id": lambda acme: acme.latest(StepRequest).pk,
}


@time_machine.travel(NOW, tick=False)
def build() -> Acme:
    return Acme()


world = once(build)


@pytest.fixture
def acme(db: None, world: Acme) -> Iterator[Acme]:
    with time_machine.travel(NOW, tick=False):
        yield deepcopy(world)


def statuses(who: Membership, acme: Acme, urls: list[URLPattern], *, slug: str = "") -> dict[Any, int]:
    """Statuses by URL name and method, without methods that a URL doesn't allow."""
    browser = signed_in(who)
    found = {}
    for pattern, method in product(urls, ("get", "post")):
        where = acme.address(pattern, slug=slug or acme.organisation.slug)
        found[pattern.name, method] = getattr(browser, method)(where, SAID).status_code
    return {key: status for key, status in found.items() if status != 405}


def test_every_page_says_which_kinds_of_members_may_open_it() -> None:
    assert [pattern.name for pattern in ASKED if not hasattr(pattern.callback, "kinds")] == []


def test_the_admin_finds_every_row(acme: Acme) -> None:
    """Otherwise the refusals below would prove nothing."""
    browser, missing = signed_in(acme.admin), []
    for pattern in ASKED:
        response = browser.get(acme.address(pattern, slug=acme.organisation.slug))
        if response.status_code == 404:
            missing.append(pattern.name)
    assert missing == []


def test_head_requests_record_and_change_nothing(acme: Acme) -> None:
    list_states(acme)
    browser, before, recorded = signed_in(acme.admin), everything(), AuditEntry.objects.count()
    for pattern in ASKED:
        browser.head(acme.address(pattern, slug=acme.organisation.slug))
    assert AuditEntry.objects.count() == recorded
    after = everything()
    after["greenhouse.Connection"] = before["greenhouse.Connection"]  # the last error of a call
    assert after == before


@pytest.mark.parametrize("kind", ["recruiter", "manager"])
def test_pages_for_others_are_refused_and_change_nothing(acme: Acme, kind: str) -> None:
    who: Membership = getattr(acme, kind)
    before = everything()
    refused = [pattern for pattern in ASKED if who.kind not in pattern.callback.kinds]  # type: ignore[attr-defined]  # set by access.member
    found = statuses(who, acme, refused)
    assert {key: status for key, status in found.items() if status != 403} == {}
    assert len(found) > 20
    assert everything() == before


def list_states(acme: Acme) -> None:
    """Run the deferred triggers that update rows of lists, which a test's transaction leaves for later."""
    where = reverse("candidates", args=[acme.organisation.slug])
    assert signed_in(acme.admin).get(where).status_code == 200


def test_a_hiring_manager_without_the_role_finds_none_of_its_rows(acme: Acme) -> None:
    list_states(acme)
    before = everything()
    open_to_all = [one for one in ASKED if one.callback.kinds == ANYBODY]  # type: ignore[attr-defined]  # set by access.member
    found = statuses(acme.manager, acme, [one for one in open_to_all if one.pattern.converters])
    assert {key: status for key, status in found.items() if status != 404} == {}
    assert len(found) > 5
    browser = signed_in(acme.manager)
    for pattern in open_to_all:
        if not pattern.pattern.converters:
            where = acme.address(pattern, slug=acme.organisation.slug)
            response = browser.get(where, {"q": "Quillfeather"})
            text = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]  # streaming or not
            shown = (
                (readable(text) if text.startswith(b"PK") else text.decode())
                .replace('value="Quillfeather"', "")
                .replace("“Quillfeather”", "")
            )
            assert (pattern.name, "Quillfeather" in shown, acme.role.title in shown) == (
                pattern.name,
                False,
                False,
            )
    assert everything() == before


def test_rows_of_another_organisation_are_not_found_by_their_ids(acme: Acme) -> None:
    eve = factories.member(factories.organisation(name="Elsewhere"), kind="admin", name="Eve Else")
    before = everything()
    with_rows = [pattern for pattern in ASKED if pattern.pattern.converters and pattern.name not in NO_ROW]
    found = statuses(eve, acme, with_rows, slug=eve.organisation.slug)
    assert {key: status for key, status in found.items() if status != 404} == {}
    assert len(found) > 150
    assert everything() == before


def test_a_hiring_manager_without_a_role_sees_who_to_ask(acme: Acme) -> None:
    browser = signed_in(acme.manager)
    found = {
        name: browser.get(reverse(name, args=[acme.organisation.slug])).content.decode()
        for name in ("needs_you", "roles", "candidates")
    }
    assert "Roles appear here once a recruiter has added you to them." in found["needs_you"]
    assert "No role has been shared with you" in found["roles"]
    assert "Ask a recruiter to add you to the roles you're hiring for." in found["candidates"]
