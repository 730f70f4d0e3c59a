"""Issues files: draws and signs them, and records their digests for /verify."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodword.reports.models import IssuedFile, Report, SigningCertificate
from goodword.reports.pdf import render_pdf
from goodword.reports.signing.keys import current_signer
from goodword.reports.signing.signature import sign


@dataclass(frozen=True, slots=True)
class SignedFile:
    """`covered`: the SHA-256 (hex) of everything but the signature."""

    content: bytes
    covered: str
    certificate: SigningCertificate


def draw_signed(snapshot: Mapping[str, Any], *, now: datetime) -> SignedFile:
    """Call it outside transactions: it takes 60 to 110 ms. Each call gives a different signature."""
    pdf = render_pdf(snapshot)
    signer = current_signer(now=now)
    signed = sign(pdf.bytes, signer.identity, now=now)
    return SignedFile(content=signed.content, covered=signed.covered, certificate=signer.row)


def issue(report: Report, file: SignedFile, *, now: datetime) -> dict[str, Any]:
    """Record the digest in the transaction that stores the file. Returns the columns of its `ReportFile`."""
    digest = hashlib.sha256(file.content).hexdigest()
    IssuedFile.objects.create(
        organisation=report.organisation,
        report=report,
        sha256=digest,
        covered_sha256=file.covered,
        certificate=file.certificate,
        issued_at=now,
    )
    return {"content": file.content, "sha256": digest}
