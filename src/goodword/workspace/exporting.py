"""A candidate's complete data as one file, for answering access requests or moving the data elsewhere."""

import io
import zipfile
from datetime import datetime

from django.utils.translation import gettext

from goodword.accounts.models import Membership
from goodword.candidates.models import Application, Candidate
from goodword.candidates.visible import visible_applications
from goodword.core.downloads import readable_json
from goodword.core.exporting import Reader, Wanted, export
from goodword.reports.domain.file import NotDrawn, content_of
from goodword.reports.models import Report


def bundle_of(candidate: Candidate, *, member: Membership, now: datetime) -> bytes:
    """A ZIP with everything, with what the candidate may be handed, and with the reports.

    Of the candidate's applications those that the member may see.
    """
    applications = tuple(
        visible_applications(member).filter(candidate=candidate).order_by("pk").values_list("pk", flat=True)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", _readme())
        for name, reader in (
            ("for-the-candidate.json", Reader.CANDIDATE),
            ("everything.json", Reader.ORGANISATION),
        ):
            wanted = Wanted(
                reader=reader,
                organisation=member.organisation,
                candidate_id=candidate.pk,
                application_ids=applications,
            )
            told = {"organisation": member.organisation.name, "exported": now, **export(wanted)}
            bundle.writestr(name, readable_json(told))
        for report in _reports(member, applications):
            name = f"reports/{report.code}-v{report.version}"
            try:
                bundle.writestr(f"{name}.pdf", content_of(report))
            except NotDrawn:
                bundle.writestr(f"{name}.txt", gettext("This PDF could not be made."))
    return packed.getvalue()


def may_be_exported(application: Application) -> bool:
    """Whether there is somebody to tell of."""
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
                "for-the-candidate.json: what the candidate can be handed as it is, and can download themself."
            ),
            gettext(
                "everything.json: all that is kept. What referees said and why somebody declined was said to you in "
                "confidence, and signs of trouble tell of others too: look it through before you hand anything on."
            ),
            gettext("reports: the newest PDFs. They quote referees."),
            "",
        )
    )
