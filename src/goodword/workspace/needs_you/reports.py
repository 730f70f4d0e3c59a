"""Reports, notes, other mails and answers that wait for a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.assessments.attempts.overview import title_of
from goodword.assessments.kinds.custom_questions.marking import parts_waiting_for
from goodword.assessments.models import AttemptPart
from goodword.greenhouse.activity_feed.outcomes import NOTE_NEEDS_PERSON, Remedy, help_for
from goodword.greenhouse.models import ActivityFeedNote
from goodword.notifications.models import Email, Link
from goodword.reports.models import Report
from goodword.workspace.candidate.timeline import MAIL_NAMES
from goodword.workspace.needs_you.needs import (
    OF_RUN,
    Need,
    NeedAction,
    NeedSource,
    Urgency,
    Viewer,
    need_about,
)

#: how long a failed mail without a link to answer is listed
MAIL_LISTED = timedelta(days=30)
#: mails listed under attempts, checks and requests
_LISTED_ELSEWHERE = (Link.Purpose.CANDIDATE, Link.Purpose.REFEREE, Link.Purpose.ADJUSTMENT)


def _failed_reports(viewer: Viewer) -> QuerySet[Report]:
    rows = Report.objects.of(viewer.organisation).defer("snapshot")
    return rows.filter(state=Report.State.FAILED, step_request__application__in=viewer.applications)


def _describe_reports(viewer: Viewer, rows: Sequence[Report]) -> list[Need]:
    return [
        _report_need(
            viewer,
            report,
            pk=report.pk,
            what=_("has a report that could not be created"),
            since=report.created_at,
            detail=report.error,
            actions=[
                NeedAction(label=_("Create it again"), url=viewer.link("report_render_again", report.pk))
            ],
        )
        for report in rows
    ]


def _report_need(viewer: Viewer, report: Report, **values: Any) -> Need:
    application = report.step_request.application
    url = viewer.link("candidate", application.pk)
    return need_about(application, report.step_request.step, url=url, **values)


def _notes(viewer: Viewer) -> QuerySet[ActivityFeedNote]:
    rows = ActivityFeedNote.objects.of(viewer.organisation).defer("report__snapshot")
    return rows.filter(NOTE_NEEDS_PERSON, report__step_request__application__in=viewer.applications)


def _describe_notes(viewer: Viewer, rows: Sequence[ActivityFeedNote]) -> list[Need]:
    return [_note_need(viewer, note, note.report) for note in rows if note.report is not None]


def _note_need(viewer: Viewer, note: ActivityFeedNote, report: Report) -> Need:
    since = note.settled_at or note.created_at
    if note.state != ActivityFeedNote.State.FAILED:
        return _report_need(
            viewer,
            report,
            pk=note.pk,
            what=_("has a note that appears twice on the Activity Feed"),
            since=since,
            detail=_("delete one in Greenhouse; both open the same report"),
            actions=[NeedAction(label=_("Dismiss"), url=viewer.link("report_note_seen", report.pk))],
        )
    found, actions = help_for(note), []
    if found.can_retry:
        actions.append(NeedAction(label=_("Post it again"), url=viewer.link("report_note_again", report.pk)))
    if found.remedy in {Remedy.INTEGRATIONS, Remedy.AUTHOR} and viewer.member.is_admin:
        label = _("Open integrations") if found.remedy == Remedy.INTEGRATIONS else _("Choose who signs notes")
        actions.append(NeedAction(label=label, url=viewer.link("integrations"), is_link=True))
    if found.remedy == Remedy.DROP:
        actions.append(NeedAction(label=_("Discard note"), url=viewer.link("report_note_drop", report.pk)))
    return _report_need(
        viewer,
        report,
        pk=note.pk,
        what=_("has a report that didn't reach Greenhouse"),
        since=since,
        detail=note.last_error or str(found.meaning),
        actions=actions,
    )


def _failed_mails(viewer: Viewer) -> QuerySet[Email]:
    return (
        Email.objects.of(viewer.organisation)
        .filter(
            state=Email.State.FAILED,
            application__in=viewer.applications,
            created_at__gte=viewer.now - MAIL_LISTED,
        )
        .exclude(link_purpose__in=_LISTED_ELSEWHERE)
        .defer("text", "html", "context")
    )


def _describe_mails(viewer: Viewer, rows: Sequence[Email]) -> list[Need]:
    found = []
    for email in rows:
        application = email.application
        assert application is not None
        url = viewer.link("undelivered_again", email.pk)
        found.append(
            need_about(
                application,
                pk=email.pk,
                url=viewer.link("candidate", application.pk),
                what=_("has an e-mail that could not be sent: %(what)s")
                % {"what": MAIL_NAMES.get(email.kind, email.kind)},
                since=email.settled_at or email.created_at,
                detail=email.to_address,
                actions=[NeedAction(label=_("Send to %(address)s") % {"address": email.to_address}, url=url)],
            )
        )
    return found


def _answers(viewer: Viewer) -> QuerySet[AttemptPart]:
    return parts_waiting_for(viewer.member, applications=viewer.active, now=viewer.now)


def _describe_answers(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    return [
        need_about(
            part.attempt.step_request.application,
            part.attempt.step_request.step,
            pk=part.pk,
            url=viewer.link("candidate", part.attempt.step_request.application_id),
            what=_("has answers to mark"),
            since=part.attempt.completed_at,
            detail=title_of(part),
            actions=[
                NeedAction(
                    label=_("Mark answers …"),
                    url=viewer.link("marking", part.attempt.step_request.application_id, part.attempt_id),
                    is_link=True,
                )
            ],
        )
        for part in rows
    ]


FAILED_REPORTS = NeedSource(
    name="report",
    urgency=Urgency.STUCK,
    rows=_failed_reports,
    describe=_describe_reports,
    order="created_at",
    related=OF_RUN,
)
NOTES = NeedSource(
    name="note",
    urgency=Urgency.STUCK,
    rows=_notes,
    describe=_describe_notes,
    order="created_at",
    related=tuple(f"report__{path}" for path in OF_RUN),
)
FAILED_MAILS = NeedSource(
    name="mail",
    urgency=Urgency.STUCK,
    rows=_failed_mails,
    describe=_describe_mails,
    order="created_at",
    related=("application__candidate", "application__role"),
)
ANSWERS_TO_MARK = NeedSource(
    name="marking",
    urgency=Urgency.STUCK,
    rows=_answers,
    describe=_describe_answers,
    order="attempt__completed_at",
    related=("version__test", *(f"attempt__{path}" for path in OF_RUN)),
)
