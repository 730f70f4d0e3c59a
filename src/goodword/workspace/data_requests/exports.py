import io
import zipfile
from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.models import Application, Candidate
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.core.data_export import ExportReader, ExportRequest, export, readable_json
from goodword.core.http import as_download
from goodword.reports.domain.files import NotDrawn, content_of
from goodword.reports.models import Report


def bundle_of(candidate: Candidate, *, member: Membership, now: datetime) -> bytes:
    """A ZIP with all data of the visible applications, the candidate's own copy, and the reports."""
    applications = tuple(
        visible_applications(member).filter(candidate=candidate).order_by("pk").values_list("pk", flat=True)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", _readme())
        for name, reader in (
            ("for-the-candidate.json", ExportReader.CANDIDATE),
            ("everything.json", ExportReader.ORGANISATION),
        ):
            wanted = ExportRequest(
                reader=reader,
                organisation=member.organisation,
                candidate_id=candidate.pk,
                application_ids=applications,
            )
            data = {"organisation": member.organisation.name, "exported": now, **export(wanted)}
            bundle.writestr(name, readable_json(data))
        for report in _reports(member, applications):
            name = f"reports/{report.code}-v{report.version}"
            try:
                bundle.writestr(f"{name}.pdf", content_of(report, now=now))
            except NotDrawn:
                bundle.writestr(f"{name}.txt", gettext("This PDF could not be created."))
    return packed.getvalue()


def may_be_exported(application: Application) -> bool:
    return application.erased_at is None


def _reports(member: Membership, application_ids: tuple[int, ...]) -> list[Report]:
    reports = Report.objects.of(member.organisation).filter(
        step_request__application_id__in=application_ids, file__isnull=False
    )
    return list(reports.select_related("organisation").order_by("pk"))


def _readme() -> str:
    return "\n".join(
        (
            gettext(
                "for-the-candidate.json: can be passed on to the candidate unchanged. They can also download it "
                "themselves."
            ),
            gettext(
                "everything.json: all data. Contains confidential references and reasons for declining, and flags "
                "about other people: review it before passing anything on."
            ),
            gettext("reports: the PDFs. They quote referees."),
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
    write(
        organisation=request.organisation,
        action="person.exported",
        member=request.member,
        now=now,
        details={"candidate": candidate.pk, "application": application.pk},
    )
    name = slugify(candidate.name) or f"candidate-{candidate.pk}"
    return as_download(bundle, name=f"{name}.zip", content_type="application/zip")


def _application(request: MemberRequest, pk: int) -> Application:
    return access.owned(visible_applications(request.member).select_related("role"), pk)
