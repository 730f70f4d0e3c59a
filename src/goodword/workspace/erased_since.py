"""After a restore: erase those again who have been erased since the backup."""

from collections.abc import Iterable
from datetime import datetime

from goodword.accounts.domain.whole_organisation import delete
from goodword.accounts.models import Organisation
from goodword.candidates.domain.erasure_requests import erase_again
from goodword.candidates.models import Application, Candidate
from goodword.core.backup.erasures import Erased
from goodword.core.models import ErasureEntry
from goodword.references.models import Referee
from goodword.references.personal_data import erase_referee_again


def erase_all_again(entries: Iterable[Erased], *, now: datetime) -> int:
    """Idempotent. Returns how many people, applications and referees were erased. Rows that are younger than an erasure
    belong to somebody else, who got the id in a restored database."""
    known = set(ErasureEntry.objects.values_list("uid", flat=True))
    return sum(
        _again(one, now=now) for one in sorted(entries, key=lambda one: one.erased_at) if one.uid not in known
    )


def _again(entry: Erased, *, now: datetime) -> int:
    before = {"organisation_id": entry.organisation_id, "created_at__lte": entry.erased_at}
    erased = 0
    if entry.whole_organisation:
        for organisation in Organisation.objects.filter(
            pk=entry.organisation_id, created_at__lte=entry.erased_at
        ):
            delete(organisation)
            erased += 1
    elif entry.candidate_id is not None:
        for candidate in Candidate.objects.across_organisations().filter(pk=entry.candidate_id, **before):
            erased += erase_again(of=candidate, now=now)
    else:
        for application in Application.objects.across_organisations().filter(
            pk__in=entry.application_ids, **before
        ):
            erased += erase_again(of=application, now=now)
    for referee in Referee.objects.across_organisations().filter(pk__in=entry.referee_ids, **before):
        erased += erase_referee_again(referee=referee, now=now)
    # its own id is noted too, so that it counts as done whatever was left of it
    ErasureEntry.objects.create(
        uid=entry.uid,
        organisation_id=entry.organisation_id,
        candidate_id=entry.candidate_id,
        application_ids=list(entry.application_ids),
        referee_ids=list(entry.referee_ids),
        whole_organisation=entry.whole_organisation,
        erased_at=entry.erased_at,
    )
    return erased
