"""Reports, notes, other mails and answers that wait for a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from goodword.assessments.attempts.overview import title_of
from goodword.assessments.kinds.custom_questions.marking import parts_waiting_for
from goodword.assessments.models import AttemptPart
from goodword.greenhouse.activity_feed.outcomes import NOTE_NEEDS_PERSON, Remedy, help_for
from goodword.greenhouse.models import ActivityFeedNote
from goodword.notifications.models import Email, Link
from goodword.reports.models import Report
from goodword.workspace.candidate.timeline import MAIL_NAMES
from goodword.workspace.needs_you.needs import Action, Need, Source, Urgency, Viewer, place, role_title

#: how long a failed mail without a link to answer is listed
MAIL_LISTED = timedelta(days=30)
#: mails listed under attempts, checks and requests
_LISTED_ELSEWHERE = (Link.Purpose.CANDIDATE, Link.Purpose.REFEREE, Link.Purpose.ADJUSTMENT)


def _failed_reports(viewer: Viewer) -> QuerySet[Report]:
    return Report.objects.of(viewer.organisation).filter(
        state=Report.State.FAILED, step_request__application__in=viewer.applications
    )


def _shape_reports(viewer: Viewer, rows: QuerySet[Report]) -> QuerySet[Report]:
    del viewer
    related = (
        "step_request__step",
        "step_request__application__candidate",
        "step_request__application__role",
    )
    return rows.select_related(*related).defer("snapshot").order_by("created_at", "pk")


def _describe_reports(viewer: Viewer, rows: Sequence[Report]) -> list[Need]:
    return [
        _report_need(
            viewer,
            report,
            source="report",
            pk=report.pk,
            what=_("has a report that could not be created"),
            since=report.created_at,
            detail=report.error,
            actions=[Action(label=_("Create it again"), url=viewer.link("report_render_again", report.pk))],
        )
        for report in rows
    ]


def _report_need(viewer: Viewer, report: Report, **values: Any) -> Need:
    application = report.step_request.application
    return Need(
        urgency=Urgency.STUCK,
        who=application.candidate.name,
        url=viewer.link("candidate", application.pk),
        role=role_title(application),
        place=place(application, report.step_request.step),
        **values,
    )


def _notes(viewer: Viewer) -> QuerySet[ActivityFeedNote]:
    return ActivityFeedNote.objects.of(viewer.organisation).filter(
        NOTE_NEEDS_PERSON, report__step_request__application__in=viewer.applications
    )


def _shape_notes(viewer: Viewer, rows: QuerySet[ActivityFeedNote]) -> QuerySet[ActivityFeedNote]:
    del viewer
    return (
        rows.select_related(
            "report__step_request__step",
            "report__step_request__application__candidate",
            "report__step_request__application__role",
        )
        .defer("report__snapshot")
        .order_by("created_at", "pk")
    )


def _describe_notes(viewer: Viewer, rows: Sequence[ActivityFeedNote]) -> list[Need]:
    return [_note_need(viewer, note, note.report) for note in rows if note.report is not None]


def _note_need(viewer: Viewer, note: ActivityFeedNote, report: Report) -> Need:
    since = note.settled_at or note.created_at
    if note.state != ActivityFeedNote.State.FAILED:
        return _report_need(
            viewer,
            report,
            source="note",
            pk=note.pk,
            what=_("has a note that appears twice on the Activity Feed"),
            since=since,
            detail=_("delete one in Greenhouse; both open the same report"),
            actions=[Action(label=_("Dismiss"), url=viewer.link("report_note_seen", report.pk))],
        )
    found, actions = help_for(note), []
    if found.can_retry:
        actions.append(Action(label=_("Post it again"), url=viewer.link("report_note_again", report.pk)))
    if found.remedy in {Remedy.INTEGRATIONS, Remedy.AUTHOR} and viewer.member.is_admin:
        label = _("Open integrations") if found.remedy == Remedy.INTEGRATIONS else _("Choose who signs notes")
        actions.append(Action(label=label, url=viewer.link("integrations"), is_link=True))
    if found.remedy == Remedy.DROP:
        actions.append(Action(label=_("Discard note"), url=viewer.link("report_note_drop", report.pk)))
    return _report_need(
        viewer,
        report,
        source="note",
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
    )


def _shape_mails(viewer: Viewer, rows: QuerySet[Email]) -> QuerySet[Email]:
    del viewer
    related = rows.select_related("application__candidate", "application__role")
    return related.defer("text", "html", "context").order_by("created_at", "pk")


def _describe_mails(viewer: Viewer, rows: Sequence[Email]) -> list[Need]:
    found = []
    for email in rows:
        application = email.application
        assert application is not None
        url = viewer.link("undelivered_again", email.pk)
        found.append(
            Need(
                source="mail",
                pk=email.pk,
                urgency=Urgency.STUCK,
                who=application.candidate.name,
                url=viewer.link("candidate", application.pk),
                what=_("has an e-mail that could not be sent: %(what)s")
                % {"what": MAIL_NAMES.get(email.kind, email.kind)},
                since=email.settled_at or email.created_at,
                role=role_title(application),
                place=place(application),
                detail=email.to_address,
                actions=[Action(label=_("Send to %(address)s") % {"address": email.to_address}, url=url)],
            )
        )
    return found


def _answers(viewer: Viewer) -> QuerySet[AttemptPart]:
    return parts_waiting_for(viewer.member, applications=viewer.active, now=viewer.now)


def _shape_answers(viewer: Viewer, rows: QuerySet[AttemptPart]) -> QuerySet[AttemptPart]:
    del viewer
    return (
        rows.select_related(
            "version__test",
            "attempt__step_request__step",
            "attempt__step_request__application__candidate",
            "attempt__step_request__application__role",
        )
        .annotate(since=F("attempt__completed_at"))
        .order_by("since", "pk")
    )


def _describe_answers(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    return [
        Need(
            source="marking",
            pk=part.pk,
            urgency=Urgency.STUCK,
            who=part.attempt.step_request.application.candidate.name,
            url=viewer.link("candidate", part.attempt.step_request.application_id),
            what=_("has answers to mark"),
            since=part.since,
            role=role_title(part.attempt.step_request.application),
            place=place(part.attempt.step_request.application, part.attempt.step_request.step),
            detail=title_of(part),
            actions=[
                Action(
                    label=_("Mark answers …"),
                    url=viewer.link("marking", part.attempt.step_request.application_id, part.attempt_id),
                    is_link=True,
                )
            ],
        )
        for part in rows
    ]


FAILED_REPORTS = Source(
    name="report",
    urgency=Urgency.STUCK,
    rows=_failed_reports,
    shape=_shape_reports,
    describe=_describe_reports,
)
NOTES = Source(name="note", urgency=Urgency.STUCK, rows=_notes, shape=_shape_notes, describe=_describe_notes)
FAILED_MAILS = Source(
    name="mail", urgency=Urgency.STUCK, rows=_failed_mails, shape=_shape_mails, describe=_describe_mails
)
ANSWERS_TO_MARK = Source(
    name="marking", urgency=Urgency.STUCK, rows=_answers, shape=_shape_answers, describe=_describe_answers
)
