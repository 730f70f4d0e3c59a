from datetime import datetime

from django.db.models import Q

from goodword.candidates.models import Application, Candidate, Erasure, Hold, PerformanceRating
from goodword.core.erasure import Counts, Subject, erases

#: personal columns of Candidate
BLANK: dict[str, object] = {
    "first_name": "",
    "last_name": "",
    "preferred_name": "",
    "confirmed_name": "",
    "email": "",
    "company": "",
    "title": "",
    "language": "",
    "chosen_language": "",
    "can_email": False,
}


@erases(
    "candidates.Candidate",
    "candidates.Application",
    "candidates.Erasure",
    "candidates.Hold",
    "candidates.PerformanceRating",
)
def erase(subject: Subject, now: datetime) -> Counts:
    """Blank the personal columns. Rows and ids stay for events, counts and later deliveries about the person."""
    applications = Application.objects.across_organisations().filter(pk__in=subject.application_ids)
    blanked = applications.filter(erased_at=None).update(
        rejection_reason="",
        recruiter_remote_id=None,
        recruiter_name="",
        recruiter_email="",
        erased_at=now,
    )
    # free text by a member
    Erasure.objects.across_organisations().filter(application_id__in=subject.application_ids).update(
        cancelled_because=""
    )
    ratings = PerformanceRating.objects.across_organisations().filter(
        application_id__in=subject.application_ids
    )
    counts = {"applications": blanked, "ratings": ratings.delete()[0]}
    if subject.candidate_id is None:
        return counts
    Erasure.objects.across_organisations().filter(candidate_id=subject.candidate_id).update(
        cancelled_because=""
    )
    own = Q(candidate_id=subject.candidate_id) | Q(candidate__merged_into_id=subject.candidate_id)
    Hold.objects.across_organisations().filter(own).update(reason="")
    people = Candidate.objects.across_organisations().filter(pk=subject.candidate_id)
    return counts | {"people": people.filter(erased_at=None).update(**BLANK, erased_at=now)}
