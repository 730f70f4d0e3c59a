"""Verification of files on /verify. A file is found by its digest, so visitors learn only about files they have."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from mmap import mmap

from django.db.models import Q

from goodword.accounts.models import Organisation
from goodword.reports.domain.versions import current_first
from goodword.reports.models import IssuedFile, Report, SigningCertificate
from goodword.reports.signing.keys import certificate_of
from goodword.reports.signing.signature import FoundSignature, covered_in, signatures_in


class VerificationOutcome(StrEnum):
    UNCHANGED = auto()
    WITHDRAWN = auto()
    CHANGED = auto()
    #: signed with this installation's key but not recorded, so the database comes from an older backup
    UNRECORDED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """Details are only set for unchanged files."""

    outcome: VerificationOutcome
    issued_at: datetime | None = None
    organisation: Organisation | None = None
    code: str = ""
    version: int = 0
    newer: bool = False


def verify(content: bytes | mmap) -> VerificationResult:
    issued = _issued(Q(sha256=hashlib.sha256(content).hexdigest()))
    if issued is not None:
        return _about(issued)
    return VerificationResult(_outcome_of_other(content))


def _issued(which: Q) -> IssuedFile | None:
    rows = IssuedFile.objects.across_organisations().select_related("organisation", "report__organisation")
    return rows.filter(which).first()


def _about(issued: IssuedFile) -> VerificationResult:
    report = issued.report
    if report is None or report.state != Report.State.READY:
        return VerificationResult(VerificationOutcome.WITHDRAWN)
    return VerificationResult(
        VerificationOutcome.UNCHANGED,
        issued_at=issued.issued_at,
        organisation=issued.organisation,
        code=report.code,
        version=report.version,
        newer=_has_newer(issued, report),
    )


def _has_newer(issued: IssuedFile, report: Report) -> bool:
    rendered_again = IssuedFile.objects.of(issued.organisation).filter(report=report, pk__gt=issued.pk)
    of_step = Report.objects.of(issued.organisation).filter(step_request=report.step_request_id)
    current = current_first(of_step.filter(state=Report.State.READY)).first()
    return rendered_again.exists() or (current is not None and current.pk != report.pk)


def _outcome_of_other(content: bytes | mmap) -> VerificationOutcome:
    """Return the outcome for a file without a record, which may still contain one of our signatures."""
    covered = dict(covered_in(content))
    if covered and _issued(Q(covered_sha256__in=list(covered))):
        return VerificationOutcome.CHANGED  # the signature or the bytes around it were changed
    known = list(SigningCertificate.objects.all())
    for found in signatures_in(content):
        signed_by = [row for row in known if found.is_by(certificate_of(row))]
        if signed_by:
            return _outcome_of_signed(found, signed_by, is_whole=covered.get(found.covered, False))
    return VerificationOutcome.UNKNOWN


def _outcome_of_signed(
    found: FoundSignature, signed_by: list[SigningCertificate], *, is_whole: bool
) -> VerificationOutcome:
    if _issued(Q(covered_sha256=found.covered)):
        return VerificationOutcome.CHANGED
    # the operator's certificate may also sign other documents
    if all(row.source == SigningCertificate.Source.OPERATOR for row in signed_by):
        return VerificationOutcome.UNKNOWN
    return VerificationOutcome.UNRECORDED if is_whole else VerificationOutcome.CHANGED
