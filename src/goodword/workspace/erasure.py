from datetime import datetime

from django.db.models import Q

from goodword.candidates.models import Candidate
from goodword.core.erasure import Counts, Subject, erases
from goodword.workspace.models import Comment, ImportRow, RatingRequest
from goodword.workspace.validity.asking import forget


@erases("workspace.Comment", "workspace.CandidateImport", "workspace.ImportRow", "workspace.RatingRequest")
def erase(subject: Subject, now: datetime) -> Counts:
    del now
    _erase_import_rows(subject)
    rows = Comment.objects.across_organisations().filter(application__in=subject.application_ids)
    n, _ = rows.delete()
    asked = RatingRequest.objects.across_organisations().filter(application__in=subject.application_ids)
    forget(list(asked))
    return {"comments": n, "rating requests": asked.delete()[0]}


def _erase_import_rows(subject: Subject) -> None:
    """Erase imported rows that became the person's applications, and unused rows with the person's address."""
    whose = Q(application__in=subject.application_ids)
    people = Candidate.objects.across_organisations().filter(pk=subject.candidate_id or 0)
    if address := people.exclude(email="").values_list("email", flat=True).first():
        whose |= Q(organisation=subject.organisation_id, email__same_address=address)
    ImportRow.objects.across_organisations().filter(whose).delete()
