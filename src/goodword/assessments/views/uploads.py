"""A file that a candidate has handed in: a download and nothing else, whatever is in it."""

from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.assessments.models import Upload
from goodword.candidates.queries import visible_applications
from goodword.core import clock


@require_safe
@access.member()
def download(request: MemberRequest, pk: int) -> HttpResponseBase:
    """For members who see the application. No browser shows it, guesses its type, or keeps it."""
    applications = visible_applications(request.member).filter(erased_at=None)
    upload = access.owned(
        Upload.objects.of(request.organisation).filter(
            part__attempt__step_request__application__in=applications
        ),
        pk,
    )
    write(
        organisation=request.organisation,
        action="upload.downloaded",
        member=request.member,
        now=clock.now(),
        details={"upload": upload.pk, "part": upload.part_id},
    )
    response = HttpResponse(bytes(upload.content), content_type=upload.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=upload.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
