from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.flags.display import flags_of as attempt_flags_of
from goodword.assessments.kinds.custom_questions.marking import marking_progress
from goodword.assessments.models import Attempt
from goodword.assessments.verification import may_verify, status_of, verifications_of
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Application, recruiter_of, visible_applications
from goodword.core import clock
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.greenhouse.activity_feed import posting
from goodword.greenhouse.activity_feed.notes import drop, retry
from goodword.greenhouse.models import ActivityFeedNote
from goodword.references.flags.display import flags_of
from goodword.references.models import Check
from goodword.reports.models import Report, ResultReview
from goodword.roles.models import Step
from goodword.workflow.domain.appeals import appeals_of
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.flags.display import FlagList
from goodword.workflow.models import StepRequest, StepRun
from goodword.workspace.candidate.cards import cards_of
from goodword.workspace.candidate.neighbours import neighbours_of
from goodword.workspace.candidate.timeline import RATING_REASONS, timeline
from goodword.workspace.comments import comments_of, mark_seen
from goodword.workspace.data_requests import erasure_status
from goodword.workspace.models import RatingRequest
from goodword.workspace.progress import progress_of
from goodword.workspace.results import EarlierRun, Result, earlier_runs, results_of, runs_of
from goodword.workspace.validity.answering import may_rate_in_goodword, questions_of
from goodword.workspace.validity.asking import may_be_stopped

#: events shown before *Show all*
RECENT = 8
RECENT_COMMENTS = 3


@require_safe
@access.member()
def candidate_page(request: MemberRequest, pk: int) -> HttpResponse:
    application = access.get_or_404(
        visible_applications(request.member).select_related("role__owner__user"), pk
    )
    now = clock.now()
    marks = progress_of([application], organisation=request.organisation, now=now)[application.pk]
    runs = runs_of(application)
    check = runs.check
    sees_flags = request.member.may_work and not application.erased_at
    attempt = runs.completed_attempt if sees_flags else None
    results: list[Result] = []
    earlier: list[EarlierRun] = []
    reports = _reports(request.organisation, application.pk)
    latest = {mark.step_request.pk: mark.run for mark in marks if mark.step_request is not None}
    of_earlier = {report.pk for report in reports if report.run != latest.get(report.step_request_id)}
    reports.sort(key=lambda report: report.pk in of_earlier)
    if not application.erased_at:
        results = results_of(runs)
        earlier = earlier_runs(runs, shown=results, reports=reports, now=now)
    if results:
        write_by(request.member, "result.viewed", now=now, details={"application": application.pk})
    cards = cards_of(
        application,
        marks,
        check=check,
        results=results,
        reports=reports,
        member=request.member,
        now=now,
    )
    current = [run for run in (check, attempt) if run is not None] if sees_flags else []
    flags = _flags_of_runs([*current, *(run.run for run in earlier)], current=current) if sees_flags else []
    open_flags = [flag for of_run in flags for flag in of_run.flags.to_review]
    events = timeline(
        application,
        organisation=request.organisation,
        members=_names(request.organisation),
        may_work=request.member.may_work,
    )
    comments, appeals = comments_of(application), appeals_of(application)
    verifications = (
        [status_of(verification, now=now) for verification in verifications_of(application)]
        if sees_flags
        else []
    )
    reviews = _reviews(request.organisation, application.pk) if results and request.member.may_work else []
    if request.method == "GET":
        mark_seen(application, member=request.member, now=now)
    return render(
        request,
        "workspace/candidate/candidate.html",
        {
            **_rating_request(application),
            "may_be_rated": may_rate_in_goodword(application, now=now)
            and bool(questions_of(application, now=now)),
            "to_review": [review for review in reviews if review.reviewed_at is None],
            "reviewed": [review for review in reviews if review.reviewed_at is not None],
            "application": application,
            "candidate": application.candidate,
            "recruiter": recruiter_of(application) if application.role else None,
            "marks": marks,
            # unless a step is open
            "suspicious_name": application.erased_at is None
            and application.candidate.is_name_suspicious
            and all(mark.attention != StepRequest.WaitingReason.SUSPICIOUS_NAME for mark in marks)
            and any(mark.run for mark in marks),
            "cards": cards,
            "view": next((card.view for card in cards if card.view is not None), None),
            "neighbours": neighbours_of(request, application, now=now),
            "results": results,
            # references first, since they fill two columns
            "overviews": [result for result in reversed(results) if result.state in {"current", "so_far"}],
            "marking": marking_progress(attempt, member=request.member),
            "flags": flags,
            "open_flags": open_flags,
            "flag_titles": list(dict.fromkeys(flag.title.lower() for flag in open_flags)),
            "verifications": verifications,
            "may_verify": attempt is not None and may_verify(application, now=now),
            "reports": reports,
            "reports_of_earlier": of_earlier,
            "earlier_runs": earlier,
            "timeline": events,
            "recent": events[:RECENT],
            "older": events[RECENT:],
            "comments": comments,
            "recent_comments": comments[:RECENT_COMMENTS],
            "older_comments": comments[RECENT_COMMENTS:],
            "appeals": appeals,
            "open_appeal": next((appeal for appeal in appeals if appeal.answered_at is None), None),
            "may_mail": not mail_blocked_reason(application),
            "greenhouse_url": greenhouse_url(application),
            "erasing": erasure_status(application),
            "hold": None if application.erased_at else hold_on(application.candidate),
        },
    )


def _rating_request(application: Application) -> dict[str, object]:
    row = RatingRequest.objects.of(application.organisation).filter(application=application).first()
    return {
        "request_row": row,
        "reason": RATING_REASONS.get(row.reason, "") if row else "",
        "may_ask_nobody": not (row and row.is_open) and may_be_stopped(application, row),
    }


@compiled
def _reports(organisation: HasPk, application_id: int) -> QuerySet[Report]:
    """All versions of the application's reports, newest first, without redacted ones."""
    rows = Report.objects.of(organisation).filter(step_request__application_id=application_id)
    rows = rows.exclude(state=Report.State.REDACTED)
    return rows.select_related("step_request__step", "activity_feed_note", "attempt", "check_run").order_by(
        "-created_at", "-pk"
    )


@dataclass(frozen=True, kw_only=True)
class RunFlags:
    kind: Step.Kind
    run: StepRun
    is_earlier: bool
    dismiss: str
    flags: FlagList


def _flags_of_runs(runs: Iterable[StepRun | None], *, current: Collection[StepRun]) -> list[RunFlags]:
    """Flags of runs that were checked; runs from before the check are listed only if they have flags."""
    found: list[RunFlags] = []
    for run in dict.fromkeys(runs):
        if run is None:
            continue
        if isinstance(run, Check):
            kind, dismiss, flags = Step.Kind.REFERENCE_CHECK, "flag_dismiss", flags_of(run)
        else:
            assert isinstance(run, Attempt)
            kind, dismiss, flags = Step.Kind.ASSESSMENT, "attempt_flag_dismiss", attempt_flags_of(run)
        is_earlier = run not in current
        if flags.to_review or flags.dismissed or (flags.checked and not is_earlier):
            found.append(RunFlags(kind=kind, run=run, is_earlier=is_earlier, dismiss=dismiss, flags=flags))
    return found


@compiled
def _reviews(organisation: HasPk, application_id: int) -> QuerySet[ResultReview]:
    rows = ResultReview.objects.of(organisation).filter(step_request__application_id=application_id)
    return rows.select_related("step_request__step", "reviewed_by__user").order_by("pk")


def greenhouse_url(application: Application) -> str:
    if application.candidate.remote_id is None or application.candidate.id_taken_at is not None:
        return ""  # the ID may be another person's
    base = settings.GOODWORD_GREENHOUSE_APP_URL.rstrip("/")
    profile = f"{base}/people/{application.candidate.remote_id}"
    return profile if application.remote_id is None else f"{profile}?application_id={application.remote_id}"


def _names(organisation: Organisation) -> dict[str, str]:
    rows = Membership.objects.of(organisation).values_list("pk", "user__name")
    return {f"member:{pk}": name for pk, name in rows}


@require_POST
@access.member(kinds=access.WORKS)
def note_again(request: MemberRequest, pk: int) -> HttpResponseBase:
    post = _note_of(request, pk)
    if retry(post, now=clock.now()):
        _audit_note(request, "note.tried_again", post)
        messages.success(request, _("Retrying. The note will appear on the Activity Feed."))
    return _back_to_candidate(request, post)


@require_POST
@access.member(kinds=access.WORKS)
def note_drop(request: MemberRequest, pk: int) -> HttpResponseBase:
    post = _note_of(request, pk)
    if drop(post, by=f"member:{request.member.pk}", now=clock.now()):
        _audit_note(request, "note.dropped", post)
        messages.success(request, _("Note discarded. The report is kept."))
    return _back_to_candidate(request, post)


@require_POST
@access.member(kinds=access.WORKS)
def note_duplicates_seen(request: MemberRequest, pk: int) -> HttpResponseBase:
    post = _note_of(request, pk)
    if posting.mark_seen(post, now=clock.now()):
        _audit_note(request, "note.duplicates_seen", post)
    return _back_to_candidate(request, post)


def _note_of(request: MemberRequest, report_pk: int) -> ActivityFeedNote:
    posts = ActivityFeedNote.objects.of(request.organisation).filter(
        report__step_request__application__in=visible_applications(request.member)
    )
    found = posts.filter(report=report_pk).values_list("pk", flat=True).first()
    return access.get_or_404(posts.select_related("organisation", "report__step_request"), found or 0)


def _back_to_candidate(request: MemberRequest, post: ActivityFeedNote) -> HttpResponseBase:
    assert post.report is not None
    return redirect("candidate", request.organisation.slug, post.report.step_request.application_id)


def _audit_note(request: MemberRequest, action: str, post: ActivityFeedNote) -> None:
    write_by(request.member, action, now=clock.now(), details={"report": post.report_id})
