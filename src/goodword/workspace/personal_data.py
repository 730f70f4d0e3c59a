import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from goodword.accounts.domain.whole_organisation import delete
from goodword.accounts.models import Organisation, OrganisationOwned
from goodword.assessments.models import AttemptFlag, Marking, Verification
from goodword.candidates.domain.erasure_requests import erase_person_again
from goodword.candidates.models import Application, Candidate, Erasure, Hold
from goodword.core.backup.erasures import Erased
from goodword.core.models import ErasureEntry
from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.core.rows import locked_to_delete
from goodword.references.domain.referee_erasure import erase_referee_again
from goodword.references.models import Referee
from goodword.references.personal_data import INSTEAD, name_pattern
from goodword.workflow.models import Appeal
from goodword.workspace.models import Comment, ImportRow, RatingRequest
from goodword.workspace.validity.requests import forget


@erases("workspace.Comment", "workspace.CandidateImport", "workspace.ImportRow", "workspace.RatingRequest")
def erase(subject: Subject, now: datetime) -> Counts:
    del now
    if subject.referee_ids:
        _remove_names(subject.referee_ids)
        return {}
    _erase_import_rows(subject)
    rows = Comment.objects.across_organisations().filter(application__in=subject.application_ids)
    n, _ = locked_to_delete(rows).delete()
    asked = RatingRequest.objects.across_organisations().filter(application__in=subject.application_ids)
    forget(list(asked))
    return {"comments": n, "rating requests": asked.delete()[0]}


def _remove_names(referee_ids: Iterable[int]) -> None:
    """Remove the names of referees from what members and the candidate wrote outside the reference check: comments,
    requests for a human review, notes on flags of assessments, comments on marks, reasons for discarding verifications,
    for legal holds and for cancelled erasures."""
    referees = Referee.objects.across_organisations().filter(pk__in=list(referee_ids), erased_at=None)
    for referee in referees.select_related("check_run__step_request__application"):
        candidate = referee.check_run.step_request.application.candidate_id
        named = name_pattern(referee)
        theirs = Q(application__candidate=candidate)
        texts: list[tuple[type[OrganisationOwned], Q, list[str]]] = [
            (Comment, theirs, ["text"]),
            (Appeal, theirs, ["text", "answer"]),
            (Erasure, theirs | Q(candidate=candidate), ["cancelled_because"]),
            (AttemptFlag, Q(attempt__step_request__application__candidate=candidate), ["dismissed_note"]),
            (Marking, Q(part__attempt__step_request__application__candidate=candidate), ["comment"]),
            (
                Verification,
                Q(part__attempt__step_request__application__candidate=candidate),
                ["discard_reason"],
            ),
            (Hold, Q(candidate=candidate) | Q(role__applications__candidate=candidate), ["reason"]),
        ]
        for model, whose, names in texts:
            _replace(model, whose, names, named, organisation=referee.organisation)


def _replace(
    model: type[OrganisationOwned],
    whose: Q,
    names: list[str],
    named: re.Pattern[str],
    *,
    organisation: Organisation,
) -> None:
    ids = model.objects.of(organisation).filter(whose).values("pk")
    for row in (
        model.objects.of(organisation)
        .filter(pk__in=ids)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    ):
        for name in names:
            # INSTEAD is longer than the shortest names
            longest: int | None = getattr(model._meta.get_field(name), "max_length", None)
            setattr(row, name, named.sub(INSTEAD, getattr(row, name))[:longest])
        row.save(update_fields=names)


def _erase_import_rows(subject: Subject) -> None:
    """Erase imported rows that became the person's applications, and unused rows with the person's address."""
    whose = Q(application__in=subject.application_ids)
    people = Candidate.objects.across_organisations().filter(pk=subject.candidate_id or 0)
    if address := people.exclude(email="").values_list("email", flat=True).first():
        whose |= Q(organisation=subject.organisation_id, email__same_address=address)
    ImportRow.objects.across_organisations().filter(whose).delete()


@exports("workspace.Comment", "workspace.CandidateImport", "workspace.ImportRow", "workspace.RatingRequest")
def export(wanted: ExportRequest) -> Sections:
    """Export comments and rating requests. Candidates get no comments, as *Your data* says: they may be about others or
    about a rejection, so a person decides what to pass on (docs/decisions/0022-*)."""
    rows = Comment.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    imported = ImportRow.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    return {
        "imported": [
            without_empty({"line": row.line, "read": row.of.created_at, **row.cells})
            for row in imported.select_related("of").order_by("pk")
        ],
        "comments": [
            {"written": comment.written_at, "by": comment.author.user.name, "text": comment.text}
            for comment in rows.select_related("author__user").order_by("written_at", "pk")
        ]
        if wanted.by_member
        else [],
        "requests for a rating after the start": [
            without_empty(
                {
                    "asked": row.asked_at,
                    "reminded": row.reminded_at,
                    "settled": row.settled_at,
                    "outcome": row.state,
                    "why": row.reason,
                    "of": f"{row.rater_name} <{row.rater_email}>"
                    if wanted.by_member and row.rater_email
                    else None,
                }
            )
            for row in RatingRequest.objects.of(wanted.organisation)
            .filter(application_id__in=wanted.application_ids)
            .order_by("pk")
        ],
    }


def repeat_erasures(entries: Iterable[Erased], *, now: datetime, copied_at: datetime | None = None) -> int:
    """After a restore, repeat the erasures that were carried out after the backup. Idempotent. Returns the number of
    people, applications and referees erased. Rows newer than an erasure, or than the restore (`copied_at`), belong to
    somebody else who got the same id in a restored database."""
    known = set(ErasureEntry.objects.values_list("uid", flat=True))
    return sum(
        _repeat_erasure(entry, now=now, until=min(entry.erased_at, copied_at or entry.erased_at))
        for entry in sorted(entries, key=lambda entry: entry.erased_at)
        if entry.uid not in known
    )


def _merged_since(entry: Erased, before: Mapping[str, object]) -> list[Candidate | Application]:
    """Return people who still have erased applications, since they were merged after the backup. For those who also
    have others, only the erased applications."""
    rows = Application.objects.across_organisations().filter(**before).select_related("candidate")
    theirs = rows.filter(pk__in=entry.application_ids).exclude(candidate_id=entry.candidate_id or 0)
    every = Application.objects.across_organisations().exclude(pk__in=entry.application_ids)
    found: dict[int, Candidate | Application] = {}
    for application in theirs.order_by("pk"):
        if every.filter(candidate_id=application.candidate_id).exists():
            found[-application.pk] = application
        else:
            found[application.candidate_id] = application.candidate
    return list(found.values())


def _repeat_erasure(entry: Erased, *, now: datetime, until: datetime) -> int:
    before = {"organisation_id": entry.organisation_id, "created_at__lte": until}
    erased = 0
    if entry.whole_organisation:
        for organisation in Organisation.objects.filter(pk=entry.organisation_id, created_at__lte=until):
            delete(organisation)
            erased += 1
    elif entry.candidate_id is not None:
        for candidate in Candidate.objects.across_organisations().filter(pk=entry.candidate_id, **before):
            erased += erase_person_again(of=candidate, now=now)
        for of in _merged_since(entry, before):
            erased += erase_person_again(of=of, now=now)
    else:
        for application in Application.objects.across_organisations().filter(
            pk__in=entry.application_ids, **before
        ):
            erased += erase_person_again(of=application, now=now)
    for referee in Referee.objects.across_organisations().filter(pk__in=entry.referee_ids, **before):
        erased += erase_referee_again(referee=referee, now=now)
    # counts as done under its own id even if nothing was left to erase
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
