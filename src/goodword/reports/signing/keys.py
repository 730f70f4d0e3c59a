"""The key that signs reports: the operator's if its certificate can be used, else the installation's.

The installation's key is created once, sealed with the field key, and shared by all processes. Rotation deletes the
private key but keeps the certificate, so that we still recognise files signed with it.
"""

import logging
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.db import connection, transaction

from goodword.core.crypto import CannotOpen, field_key_problem, seal_stored, unseal
from goodword.core.doctor.findings import DoctorFinding, attention, duration, good
from goodword.core.environment import SettingError
from goodword.reports.models import SigningCertificate
from goodword.reports.pdf.typesetter import TypesetterFailed
from goodword.reports.signing import signature
from goodword.reports.signing.signature import CannotUse, Identity, can_sign

#: how long before its certificate expires the installation's key is replaced
RENEW_BEFORE: Final = timedelta(days=90)
#: advisory lock for making keys ("signkey" as a number)
_LOCK: Final = 0x7369676E6B6579

log = logging.getLogger(__name__)
_logged: set[str] = set()


@dataclass(frozen=True, slots=True)
class Signer:
    identity: Identity
    row: SigningCertificate


@dataclass(frozen=True, slots=True)
class SigningStatus:
    """The certificate that signs. `problem`: why the operator's can't. `until`: None before the first start."""

    name: str
    is_own: bool
    until: datetime | None
    fingerprint: str
    problem: str


def current_signer(*, now: datetime) -> Signer:
    own, problem = _own(now=now)
    if own is not None:
        return Signer(own, _known(own, now=now))
    if problem and problem not in _logged:
        _logged.add(problem)
        log.warning("Reports are signed with the installation's own key. %s", problem)
    return _installation(now=now)


def ensure_key(*, now: datetime) -> None:
    """Create the installation's key at start-up if it is missing, and log problems with the operator's certificate."""
    _installation(now=now)
    try:
        current_signer(now=now)
    except TypesetterFailed:
        log.exception("The certificate for reports can't be checked")


def rotate_key(*, now: datetime) -> Signer:
    with transaction.atomic():
        _lock()
        return _make(now=now)


def status(*, now: datetime) -> SigningStatus:
    try:
        own, problem = _own(now=now)
    except TypesetterFailed:
        log.exception("The certificate for reports can't be checked")
        own, problem = None, "The certificate can't be checked. Details are in the log."
    if own is not None:
        return _status(own.certificate, is_own=True, problem="")
    row = _active()
    if row is None:
        return SigningStatus(name=_name(), is_own=False, until=None, fingerprint="", problem=problem)
    return _status(certificate_of(row), is_own=False, problem=problem)


def certificate_of(row: SigningCertificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(bytes(row.certificate))


def _status(certificate: x509.Certificate, *, is_own: bool, problem: str) -> SigningStatus:
    return SigningStatus(
        name=signature.common_name(certificate),
        is_own=is_own,
        until=certificate.not_valid_after_utc,
        fingerprint=signature.fingerprint(certificate),
        problem=problem,
    )


def _own(*, now: datetime) -> tuple[Identity | None, str]:
    """The operator's identity, or None with the problem. The problem is empty if no certificate is configured."""
    if not settings.GOODWORD_SIGNING_CERTIFICATE:
        return None, ""
    try:
        identity = signature.load_own(
            certificate=settings.GOODWORD_SIGNING_CERTIFICATE,
            key=settings.GOODWORD_SIGNING_KEY,
            password=settings.GOODWORD_SIGNING_PASSWORD,
            now=now,
        )
    except CannotUse as error:
        return None, str(error)
    problem = _problem_with_signing(identity)
    return (None, problem) if problem else (identity, "")


@lru_cache(maxsize=2)
def _problem_with_signing(identity: Identity) -> str:
    """Return why the key can't sign, or "". Some keys can be read but can't sign, so this tries a signature, which
    takes 0.5 s. Raises TypesetterFailed."""
    try:
        if can_sign(identity, now=identity.certificate.not_valid_before_utc):
            return ""
        reason = "the signature can't be checked"
    except TypesetterFailed:  # which says nothing about the certificate
        raise
    except Exception as error:
        log.exception("A trial signature with the certificate %s failed", identity.certificate)
        reason = str(error).rstrip(".") or type(error).__name__
    return f"The certificate was read, but signing with it fails: {reason}. Use a certificate with another kind of key."


def _installation(*, now: datetime) -> Signer:
    if found := _opened(now=now):
        return found
    with transaction.atomic():
        _lock()
        return _opened(now=now) or _make(now=now)


def _opened(*, now: datetime) -> Signer | None:
    """The installation's key; None if missing, expiring soon, or if its field key is lost. Raises SettingError if field
    keys are wrong."""
    row = _active()
    if row is None:
        return None
    certificate = certificate_of(row)
    if certificate.not_valid_after_utc - now < RENEW_BEFORE:
        return None
    try:
        text = unseal(row.sealed_key, place=_place(row.fingerprint))
    except CannotOpen as error:
        if problem := field_key_problem():  # the key isn't lost: this process has the wrong settings
            raise SettingError(str(problem)) from error
        log.warning("The installation's signing key can't be opened and is replaced: %s", error)
        return None
    return Signer(Identity(certificate, signature.key_from_text(text)), row)


def _make(*, now: datetime) -> Signer:
    """Retire the installation's current key and make a new one. Requires the lock."""
    SigningCertificate.objects.filter(source=SigningCertificate.Source.INSTALLATION, retired_at=None).update(
        retired_at=now, sealed_key=""
    )
    made = signature.self_signed(host=_host(), now=now)
    mark = signature.fingerprint(made.certificate)
    row = SigningCertificate.objects.create(
        source=SigningCertificate.Source.INSTALLATION,
        certificate=_der(made.certificate),
        fingerprint=mark,
        sealed_key=seal_stored(signature.key_to_text(made.key), place=_place(mark)),
        created_at=now,
    )
    log.info("Made a signing key: %s", mark)
    return Signer(made, row)


def _known(own: Identity, *, now: datetime) -> SigningCertificate:
    row, _ = SigningCertificate.objects.get_or_create(
        fingerprint=signature.fingerprint(own.certificate),
        defaults={
            "source": SigningCertificate.Source.OPERATOR,
            "certificate": _der(own.certificate),
            "created_at": now,
        },
    )
    return row


def _active() -> SigningCertificate | None:
    return SigningCertificate.objects.filter(
        source=SigningCertificate.Source.INSTALLATION, retired_at=None
    ).first()


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _host() -> str:
    return urlsplit(settings.GOODWORD_BASE_URL).netloc


def _name() -> str:
    return f"Goodword at {_host()}"


def _place(mark: str) -> str:
    return f"reports_signingcertificate.sealed_key:{mark}:"


#: how long before expiry the operator's certificate needs attention; the installation's is replaced automatically
EXPIRES_SOON: Final = timedelta(days=30)


def signing_certificate(*, rotate: bool, now: datetime) -> int:
    """`goodword signing-certificate`. Returns 1 if the operator's can't be used."""
    if rotate:
        rotate_key(now=now)
        print("This installation has a new key. Files signed with the old one can still be verified.")
    else:
        ensure_key(now=now)
    current = status(now=now)
    whose = "from GOODWORD_SIGNING_CERTIFICATE" if current.is_own else "of this installation"
    assert current.until is not None  # by now there is a key
    print(f"Reports are signed by {current.name!r} ({whose}), valid until {current.until:%d %B %Y}.")
    print(f"SHA-256 of the certificate: {current.fingerprint}")
    if current.problem:
        print(f"goodword: GOODWORD_SIGNING_CERTIFICATE can't be used. {current.problem}", file=sys.stderr)
        return 1
    return 0


def certificate_finding(*, now: datetime) -> DoctorFinding:
    """Return the finding for `goodword doctor`. It is never *broken*, since the installation's certificate signs if the
    operator's can't."""
    current = status(now=now)
    remedy = "Correct GOODWORD_SIGNING_CERTIFICATE, its key or its password, or have the certificate renewed."
    if current.problem:
        return attention("signing", f"The operator's certificate can't be used. {current.problem}", remedy)
    if current.until is None:
        return attention("signing", "There is no certificate yet.", "Run `goodword migrate`.")
    if current.is_own and current.until - now < EXPIRES_SOON:
        left = duration(max(current.until - now, timedelta(0)))
        return attention("signing", f"The certificate that signs reports expires in {left}.", remedy)
    whose = "the operator's certificate" if current.is_own else "this installation's own certificate"
    return good("signing", f"Reports are signed with {whose}.")
