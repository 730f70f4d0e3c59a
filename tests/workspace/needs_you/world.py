"""Candidates who need a member's action, one for each reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.greenhouse.models import ActivityFeedNote, Connection, Finding
from goodword.notifications.models import Email
from goodword.references.domain.slot_changes import cannot_provide
from goodword.references.models import Check
from goodword.reports.models import Report
from goodword.roles.domain.job_changes import notice
from goodword.roles.models import Automation, Role, RoleNotice
from goodword.workflow.models import Appeal, StepRequest
from goodword.workspace.models import Comment, Mention, RatingRequest
from goodword.workspace.needs_you.needs import Hidden, Need, Needs, Urgency, Viewer, collect
from goodword.workspace.needs_you.sources import SOURCES
from tests.support import factories
from tests.workspace.applications import checked, invited, named, reported

NOW = factories.NOW
DAY = timedelta(days=1)
#: after the deadlines of everybody invited at NOW, and less than 30 days after them
LATE = NOW + 20 * DAY
WaitingReason = StepRequest.WaitingReason


@dataclass
class World:
    role: Role
    #: owns the role
    rita: Membership

    def named(self, first: str, **values: Any) -> Application:
        return named(self.role, first, "Zorn", **values)


def world(title: str = "Window Washer") -> World:
    organisation = factories.organisation()
    rita = factories.member(organisation, name="Rita Recruiter")
    return World(factories.role(organisation, title=title, owner=rita), rita)


def waits(application: Application, reason: str, *, kind: str = "assessment", **values: Any) -> StepRequest:
    more = {"state": StepRequest.State.WAITING, "waiting_reason": reason, "started_at": None} | values
    return factories.step_request(application, kind, **more)


def bounced(application: Application, address: str) -> Attempt:
    """The invitation to this address bounced."""
    attempt = invited(application)
    email = Email.objects.of(application.organisation).get(application=application)
    email.to_address, email.bounced_at, email.bounce_reason = address, NOW + DAY, "550 No such user"
    email.save()
    attempt.attention, attempt.next_reminder_at = "undelivered", None
    attempt.save()
    return attempt


def cannot_name(application: Application, *, relationship: str = "any", reason: str) -> Check:
    check = checked(application)
    check.slots.filter(number=1).update(relationship=relationship)
    cannot_provide(check_id=check.pk, slot=1, reason=reason, now=NOW)
    check.refresh_from_db()
    return check


def note_failed(application: Application, *, why: str = "refused") -> ActivityFeedNote:
    report = reported(application)
    values = {
        "organisation": report.organisation,
        "connection": connection(application),
        "marker": report.code,
        "visibility": "private",
        "state": ActivityFeedNote.State.FAILED,
        "failure_reason": why,
        "last_error": "Greenhouse refuses the author.",
        "settled_at": NOW,
        "not_before": NOW,
        "created_at": NOW,
    }
    note, _ = ActivityFeedNote.objects.of(report.organisation).update_or_create(
        report=report, defaults=values
    )
    return note


def connection(of: Application) -> Connection:
    assert of.connection_id is not None
    found, _ = Connection.objects.of(of.organisation).get_or_create(
        pk=of.connection_id,
        defaults={
            "organisation": of.organisation,
            "api": "v3",
            "state": "active",
            "credential": "sealed",
            "endpoint_key": f"key-{of.organisation_id}",
            "connected_at": NOW,
        },
    )
    return found


def report_failed(application: Application) -> Report:
    report = reported(application)
    ActivityFeedNote.objects.of(report.organisation).filter(report=report).delete()
    report.state, report.error = Report.State.FAILED, "The font is missing."
    report.save()
    return report


def stage_renamed(role: Role) -> RoleNotice:
    automation = mapped(role)
    notice(
        automation, kind=RoleNotice.Kind.STAGE_RENAMED, stage_id=501, before="Test", after="Trial", now=NOW
    )
    return RoleNotice.objects.of(role.organisation).get(automation=automation)


def mapped(role: Role) -> Automation:
    found = Automation.objects.of(role.organisation).filter(role=role).first()
    return found or factories.automation(
        role, connection_id=1, job_id=role.pk, stages={"assessment": (501, "Test")}
    )


def missed(application: Application) -> Finding:
    """Moved to the mapped stage; the sync asks before inviting."""
    assert application.role is not None
    mapped(application.role)
    Application.objects.of(application.organisation).filter(pk=application.pk).update(
        job_id=application.role_id, stage_id=501
    )
    return Finding.objects.create(
        organisation=application.organisation,
        connection=connection(application),
        kind=Finding.Kind.MISSED_INVITATION,
        state=Finding.State.WAITING,
        application=application,
        remote_application_id=application.remote_id,
        job_id=application.role_id,
        stage_id=501,
        entered_at=NOW,
        sentence="Too old",
        found_at=NOW,
    )


def unsent(application: Application) -> Check:
    """The invitation to the reference check could not be sent."""
    check = checked(application)
    check.attention = "not_sent"
    check.save()
    return check


def declined(run: Attempt | Check) -> None:
    run.progress, run.completed_at = "declined", LATE - DAY
    run.save()


def mail_failed(attempt: Attempt) -> Email:
    """A mail to the recruiter failed."""
    email = Email.objects.of(attempt.organisation).get(application=attempt.step_request.application)
    email.kind, email.state, email.link_purpose = "references.review", "failed", "review"
    email.save()
    return email


def appealed(application: Application) -> Appeal:
    return Appeal.objects.create(
        organisation=application.organisation, application=application, text="Look again.", opened_at=NOW
    )


def mentioned(application: Application, member: Membership) -> Mention:
    comment = Comment.objects.create(
        organisation=application.organisation,
        application=application,
        author=factories.member(application.organisation),
        text="Please look.",
        written_at=NOW,
    )
    return Mention.objects.create(organisation=application.organisation, comment=comment, member=member)


def without_rater(application: Application) -> RatingRequest:
    application.status, application.hired_at = "hired", NOW
    application.save()
    return RatingRequest.objects.create(
        organisation=application.organisation,
        application=application,
        state="needs_rater",
        reason="no_manager",
        created_at=NOW,
    )


def needs(
    member: Membership,
    *,
    mine: bool = True,
    now: datetime = NOW,
    at_most: int = 50,
    hidden: Hidden | None = None,
) -> Needs:
    viewer = Viewer(member=member, mine=mine, now=now)
    return collect(viewer, SOURCES, at_most=at_most, hidden=hidden)


def shown(found: Needs) -> list[Need]:
    return [need for urgency in Urgency for need in found.shown[urgency]]


def only(member: Membership, **values: Any) -> Need:
    (need,) = shown(needs(member, **values))
    return need


def sentences(need: Need) -> tuple[str, str, list[str]]:
    return f"{need.who} {need.what}", need.detail, [action.label for action in need.actions]
