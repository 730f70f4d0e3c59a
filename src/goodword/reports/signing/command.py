"""`goodword signing-certificate`."""

import sys
from datetime import datetime

from goodword.reports.signing import keys


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
