import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import get_valid_filename, slugify
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.models import Upload
from goodword.candidates.domain.erasure_requests import (
    BY_PEOPLE,
    Reason,
    cancel_erasure,
    carry_out_erasure,
    request_erasure,
    subject,
)
from goodword.candidates.domain.holds import hold_against_erasure, hold_on
from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import (
    Application,
    Candidate,
    Erasure,
    PerformanceRating,
    visible_applications,
)
from goodword.candidates.personal_data import RATINGS
from goodword.core import clock, personal_data
from goodword.core.personal_data import ExportReader, ExportRequest, export, readable_json
from goodword.core.responses import as_download
from goodword.greenhouse.models import ActivityFeedNote
from goodword.notifications.models import Link
from goodword.references.domain.referee_erasure import erase_referee
from goodword.references.models import Referee
from goodword.reports.domain.rendering import NotRendered, content_of
from goodword.reports.models import Report
from goodword.roles.models import Automation
from goodword.workflow.domain.own_erasure import mail_erasure_cancelled
from goodword.workflow.models import DONE, StepRequest

#: labels of `Counts`, in page order
LABELS = {
    "people": gettext_lazy("Names, address and details"),
    "applications": gettext_lazy("Applications (rejection reasons, recruiter)"),
    "answers": gettext_lazy("Answers in assessments"),
    "drawn items": gettext_lazy("Tasks generated for this person"),
    "files": gettext_lazy("Uploaded files"),
    "markings": gettext_lazy("Marks"),
    "scores": gettext_lazy("Scores"),
    "totals": gettext_lazy("Totals"),
    "verifications": gettext_lazy("Supervised verifications"),
    "observations": gettext_lazy("Activity on test pages"),
    "flags": gettext_lazy("Flags"),
    "referees": gettext_lazy("Referees"),
    "references": gettext_lazy("References"),
    "reports": gettext_lazy("Reports (replaced by a version without personal data)"),
    "report files": gettext_lazy("PDFs"),
    "mails": gettext_lazy("E-mails"),
    "links": gettext_lazy("Links"),
    "webhook bodies": gettext_lazy("Webhook deliveries"),
    "rejection reasons": gettext_lazy("Rejection reasons on the timeline"),
    "notes given up": gettext_lazy("Notes not posted yet"),
    "requests for a human review": gettext_lazy("Requests for a human review"),
    "rating requests": gettext_lazy("Requests for a rating after hire"),
    "ratings": gettext_lazy("Ratings after hire"),
    "comments": gettext_lazy("Comments"),
}

REASONS = {
    Erasure.Reason.CANDIDATE_DELETED: gettext_lazy("Deleted in Greenhouse."),
    Erasure.Reason.CANDIDATE_ANONYMISED: gettext_lazy("Anonymised in Greenhouse."),
    Erasure.Reason.APPLICATION_DELETED: gettext_lazy("Application deleted in Greenhouse."),
    Erasure.Reason.MEMBER: gettext_lazy("Requested by a member."),
    Erasure.Reason.CANDIDATE: gettext_lazy("Requested by the candidate."),
    Erasure.Reason.RETENTION: gettext_lazy("Retention period ended."),
    Erasure.Reason.NOT_VISIBLE: gettext_lazy("Not visible in Greenhouse for the retention period."),
}


@dataclass(frozen=True, kw_only=True)
class ErasureStatus:
    """The latest erasure that covers an application. `notes`: the number of notes left in Greenhouse."""

    erasure: Erasure
    reason: str
    counts: list[tuple[str, int]]
    notes: int

    @property
    def is_by_people(self) -> bool:
        """Whether the candidate or a member asked for it, so that it doesn't depend on Greenhouse."""
        return self.erasure.reason in BY_PEOPLE

    @property
    def state(self) -> str:
        """One of "pending", "done" and "cancelled"."""
        if self.erasure.done_at is not None:
            return "done"
        return "cancelled" if self.erasure.cancelled_at is not None else "pending"


def erasure_status(application: Application) -> ErasureStatus | None:
    """Return the erasure of the application or of the person; pending and done before cancelled ones."""
    rows = (
        Erasure.objects.of(application.organisation)
        .filter(Q(candidate_id=application.candidate_id) | Q(application=application))
        .select_related("requested_by__user", "cancelled_by__user")
        .order_by("-pk")
    )
    found = sorted(rows, key=lambda row: row.cancelled_at is not None)[:1]
    if not found:
        return None
    return ErasureStatus(
        erasure=found[0],
        reason=str(REASONS[Erasure.Reason(found[0].reason)]),
        counts=counts_text(found[0].counts),
        notes=notes_in_greenhouse([application.pk], organisation=application.organisation),
    )


def counts_text(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    order = list(LABELS)
    known = sorted(counts.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    return [(str(LABELS.get(name, name)), n) for name, n in known if n]


def notes_in_greenhouse(application_ids: list[int], *, organisation: Organisation) -> int:
    posts = ActivityFeedNote.objects.of(organisation).filter(
        report__step_request__application__in=application_ids
    )
    return posts.filter(state=ActivityFeedNote.State.SENT).count()


class _Rollback(Exception):
    """Rolls back the transaction of a preview."""


def preview_erasure(candidate: Candidate, *, only: Application | None = None) -> dict[str, int]:
    """Count exactly what an erasure would remove, by carrying it out and rolling it back."""
    counts: dict[str, int] = {}
    try:
        with transaction.atomic():
            person, applications = lock_person(candidate.pk)
            going = [application for application in applications if only is None or application.pk == only.pk]
            counts = personal_data.erase(subject(person, going, whole=only is None), now=person.created_at)
            raise _Rollback
    except _Rollback:
        return counts


class KeepForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason for keeping the data"),
        max_length=300,
        help_text=gettext_lazy("Shown on the candidate's page."),
        error_messages={"required": gettext_lazy("Enter a reason.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
def erase(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = _application(request, pk)
    erasing = _pending(application)
    if application.erased_at is not None:
        return redirect("candidate", request.organisation.slug, pk)
    if hold_on(application.candidate) is not None:
        messages.error(request, _("This data is under legal hold and can't be erased."))
        return redirect("candidate_hold", request.organisation.slug, pk)
    if request.method == "POST":
        if not _erase(request, application, erasing, now=clock.now()):
            if _application(request, pk).candidate_id != application.candidate_id:
                problem = _(
                    "Not erased: the person was just merged with another profile in Greenhouse. Try again."
                )
            else:
                problem = _("Not erased: a legal hold was placed, or another member has already decided.")
            messages.error(request, problem)
        else:
            messages.success(request, _("Personal data erased."))
        return redirect("candidate", request.organisation.slug, pk)
    return _page(request, application, erasing, KeepForm())


@require_POST
@access.member(kinds=access.ADMIN)
def keep(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = _application(request, pk)
    erasing = _pending(application)
    if erasing is None:
        messages.info(request, _("There is no pending erasure."))
        return redirect("candidate", request.organisation.slug, pk)
    form = KeepForm(request.POST)
    if not form.is_valid():
        return _page(request, application, erasing, form, status=422)
    now, told = clock.now(), False
    with transaction.atomic():
        kept = cancel_erasure(
            erasing.erasure,
            because=form.cleaned_data["reason"],
            now=now,
            by=f"member:{request.member.pk}",
            member=request.member,
        )
        if kept:
            write_by(request.member, "erasure.cancelled", now=now, details={"erasure": erasing.erasure.pk})
            if erasing.erasure.reason == Reason.CANDIDATE:
                told = mail_erasure_cancelled(erasing.erasure, now=now)
    if kept and told:
        messages.success(request, _("Data kept. Closed steps are open again. The candidate gets an e-mail."))
    elif kept:
        messages.success(request, _("Data kept. Closed steps are open again; nothing was sent."))
    else:
        messages.error(request, _("Nothing changed: there is no longer a pending erasure."))
    return redirect("candidate", request.organisation.slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
def erase_one_referee(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    application = _application(request, pk)
    referees = Referee.objects.of(request.organisation).filter(
        check_run__step_request__application=application, erased_at=None
    )
    referee = access.get_or_404(referees.select_related("check_run", "request__reference"), referee_pk)
    if request.method == "POST":
        by = f"member:{request.member.pk}"
        erased = erase_referee(referee_id=referee.pk, by=by, now=clock.now(), member=request.member)
        if erased or hold_on(application) is None:  # or a colleague was first
            messages.success(request, _("Referee erased."))
            return redirect("candidate", request.organisation.slug, pk)
    if hold_on(application) is not None:
        messages.error(request, _("This data is under legal hold and can't be erased."))
        return redirect("candidate_hold", request.organisation.slug, pk)
    asked = getattr(referee, "request", None)
    return render(
        request,
        "workspace/data_requests/erase_referee.html",
        {
            "application": application,
            "candidate": application.candidate,
            "referee": referee,
            "answered": getattr(asked, "reference", None) is not None,
            "done": referee.check_run.progress in DONE,
        },
    )


def _application(request: MemberRequest, pk: int) -> Application:
    return access.get_or_404(visible_applications(request.member).select_related("role"), pk)


def _pending(application: Application) -> ErasureStatus | None:
    erasing = erasure_status(application)
    return erasing if erasing is not None and erasing.state == "pending" else None


def _erase(
    request: MemberRequest, application: Application, erasing: ErasureStatus | None, *, now: datetime
) -> bool:
    """Carry out the erasure, requesting it first if necessary. Returns False if a hold has been placed, the data has
    already been erased or kept, or the person was merged, since the page has not shown what would be erased then."""
    by = f"member:{request.member.pk}"
    if erasing is not None:
        return carry_out_erasure(erasure_id=erasing.erasure.pk, now=now, member=request.member)
    with transaction.atomic():
        candidate, _applications = lock_person(application.candidate_id)
        if candidate.merged_into_id is not None:
            return False
        if candidate.erased_at is not None or hold_against_erasure(candidate) is not None:
            return False
        asked = request_erasure(
            of=application.candidate, reason=Reason.MEMBER, now=now, by=by, member=request.member, due_at=now
        )
        return carry_out_erasure(erasure_id=asked.pk, now=now, member=request.member)


def _page(
    request: MemberRequest,
    application: Application,
    erasing: ErasureStatus | None,
    form: KeepForm,
    *,
    status: int = 200,
) -> HttpResponse:
    only_application = erasing is not None and erasing.erasure.application_id is not None
    others = (
        []
        if only_application
        else list(
            Application.objects.of(request.organisation)
            .filter(candidate=application.candidate, erased_at=None)
            .select_related("role")
            .order_by("-created_at", "-pk")
        )
    )
    return render(
        request,
        "workspace/data_requests/erase.html",
        {
            "application": application,
            "candidate": application.candidate,
            "erasing": erasing,
            "only_application": only_application,
            "by_member": erasing is None or erasing.is_by_people,
            "applications": others,
            "going": counts_text(
                preview_erasure(application.candidate, only=application if only_application else None)
            ),
            "notes": notes_in_greenhouse(
                [row.pk for row in others] or [application.pk], organisation=request.organisation
            ),
            "form": form,
        },
        status=status,
    )


def hands_out_ratings(candidate: Candidate, *, member: Membership) -> bool:
    """Whether the export contains managers' ratings of the person, which members otherwise can't read: only for admins,
    and only if the person never had a link to download them."""
    requests = StepRequest.objects.of(member.organisation).filter(application__candidate=candidate)
    links = Link.objects.of(member.organisation).filter(
        purpose=Link.Purpose.CANDIDATE, subject_id__in=requests.values("pk")
    )
    rated = PerformanceRating.objects.of(member.organisation).filter(
        application__candidate=candidate, of__confirmed_at__isnull=False
    )
    return member.is_admin and not links.exists() and rated.exists()


def bundle_of(candidate: Candidate, *, member: Membership, now: datetime) -> bytes:
    """A ZIP of all data of the visible applications, the candidate's copy, their uploads, and the reports."""
    with_ratings = hands_out_ratings(candidate, member=member)
    visible = visible_applications(member).filter(candidate=candidate).order_by("pk")
    applications = tuple(visible.values_list("pk", flat=True))
    known = _known_to_candidate(visible, organisation=member.organisation)
    for_candidate = tuple(known.values_list("pk", flat=True))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", _readme(with_ratings=with_ratings))
        for name, reader, of in (
            ("for-the-candidate.json", ExportReader.CANDIDATE, for_candidate),
            ("everything.json", ExportReader.ORGANISATION, applications),
        ):
            wanted = ExportRequest(
                reader=reader,
                organisation=member.organisation,
                candidate_id=candidate.pk,
                application_ids=of,
                through_member=True,
            )
            data = {"organisation": member.organisation.name, "exported": now, **export(wanted)}
            if not with_ratings:
                data.pop(RATINGS, None)
            bundle.writestr(name, readable_json(data))
        uploads = Upload.objects.of(member.organisation).filter(
            part__attempt__step_request__application_id__in=applications,
            part__attempt__progress__in=DONE,
        )
        for upload in uploads.order_by("pk").iterator(chunk_size=1):
            bundle.writestr(f"files/{get_valid_filename(f'{upload.pk}-{upload.name}')}", upload.content)
        for report in _reports(member, applications):
            name = f"reports/{report.code}-v{report.version}"
            try:
                bundle.writestr(f"{name}.pdf", content_of(report, now=now))
            except NotRendered:
                bundle.writestr(f"{name}.txt", gettext("This PDF could not be created."))
    return packed.getvalue()


def _known_to_candidate(
    applications: QuerySet[Application], *, organisation: Organisation
) -> QuerySet[Application]:
    """Leave out confidential searches to which the candidate was never invited, unless they were hired: they may not
    know about them."""
    invited = StepRequest.objects.of(organisation).filter(
        application=OuterRef("pk"), started_at__isnull=False
    )
    confidential_jobs = Automation.objects.of(organisation).filter(role=OuterRef("role"), confidential=True)
    is_confidential = Q(role__confidential=True) | Exists(confidential_jobs)
    return applications.exclude(is_confidential & ~Exists(invited) & ~Q(status=Application.Status.HIRED))


def may_be_exported(application: Application) -> bool:
    return application.erased_at is None


def _reports(member: Membership, application_ids: tuple[int, ...]) -> list[Report]:
    reports = Report.objects.of(member.organisation).filter(
        step_request__application_id__in=application_ids, file__isnull=False
    )
    return list(reports.select_related("organisation").order_by("pk"))


def _readme(*, with_ratings: bool) -> str:
    ratings = (
        gettext(
            "Managers' ratings after hire are in for-the-candidate.json, without the manager's name, because this "
            "person has no link to download their data. Use them only to answer the person's request."
        )
        if with_ratings
        else gettext(
            "Managers' ratings after hire are in neither file: members may not read them. Candidates get them without "
            "the manager's name when they download their data themselves. If a person has no link to do so, an "
            "admin's export contains them."
        )
    )
    return "\n".join(
        (
            gettext(
                "for-the-candidate.json: can be passed on to the candidate unchanged. They can also download it "
                "themselves, and then get more: their requests for an adjustment, times that could reveal one, and "
                "answers not submitted yet. Members may not read these."
            ),
            gettext(
                "everything.json: all data. Contains confidential references and reasons for declining, and flags "
                "about other people: review it before passing anything on."
            ),
            gettext("files: what the candidate uploaded as answers."),
            gettext("reports: the PDFs. They quote referees."),
            ratings,
            "",
        )
    )


@require_POST
@access.member(kinds=access.WORKS)
def export_candidate(request: MemberRequest, pk: int) -> HttpResponse:
    application = _application(request, pk)
    if not may_be_exported(application):
        raise Http404("this person is erased")
    now, candidate = clock.now(), application.candidate
    bundle = bundle_of(candidate, member=request.member, now=now)
    ratings = {"ratings": True} if hands_out_ratings(candidate, member=request.member) else {}
    write_by(
        request.member,
        "person.exported",
        now=now,
        details={"candidate": candidate.pk, "application": application.pk, **ratings},
    )
    name = slugify(candidate.name) or f"candidate-{candidate.pk}"
    return as_download(bundle, name=f"{name}.zip", content_type="application/zip")
