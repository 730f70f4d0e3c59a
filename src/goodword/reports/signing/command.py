"""`goodword signing-certificate`, and what `goodword doctor` says about the certificate."""

import sys
from datetime import datetime, timedelta
from typing import Final

from goodword.core.doctor.findings import Finding, attention, duration, good
from goodword.reports.signing import keys

#: how long before its end the operator's certificate needs attention; the installation's own is replaced in time
EXPIRES_SOON: Final = timedelta(days=30)


def signing_certificate(*, rotate: bool, now: datetime) -> int:
    """Show the certificate that signs. Returns 1 if the operator's can't be used."""
    if rotate:
        keys.rotate(now=now)
        print("This installation has a new key. Files signed with the old one can still be verified.")
    else:
        keys.ensure_key(now=now)
    status = keys.status(now=now)
    whose = "from GOODWORD_SIGNING_CERTIFICATE" if status.is_own else "of this installation"
    assert status.until is not None  # the key exists now
    print(f"Reports are signed by {status.name!r} ({whose}), valid until {status.until:%d %B %Y}.")
    print(f"SHA-256 of the certificate: {status.fingerprint}")
    if status.problem:
        print(f"goodword: GOODWORD_SIGNING_CERTIFICATE can't be used. {status.problem}", file=sys.stderr)
        return 1
    return 0


def certificate_finding(*, now: datetime) -> Finding:
    """Never broken: reports are signed with the installation's certificate if the operator's can't be used."""
    status = keys.status(now=now)
    remedy = "Correct GOODWORD_SIGNING_CERTIFICATE, its key or its password, or have the certificate renewed."
    if status.problem:
        return attention("signing", f"The operator's certificate can't be used. {status.problem}", remedy)
    if status.until is None:
        return attention("signing", "There is no certificate yet.", "Run `goodword migrate`.")
    if status.is_own and status.until - now < EXPIRES_SOON:
        left = duration(max(status.until - now, timedelta(0)))
        return attention("signing", f"The certificate that signs reports ends in {left}.", remedy)
    whose = "the operator's certificate" if status.is_own else "this installation's own certificate"
    return good("signing", f"Reports are signed with {whose}.")
