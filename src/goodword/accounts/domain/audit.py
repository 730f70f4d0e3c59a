"""The audit log: an organisation's entries, including the trail of sign-ins."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest

from goodword.accounts.models import AuditEntry, Membership, Organisation, User

#: choices, in months
LEAST_MONTHS: Final = 6
MOST_MONTHS: Final = 120

SIGNED_IN: Final = "sign_in.succeeded"
FAILED: Final = "sign_in.failed"
LOCKED_OUT: Final = "sign_in.locked_out"
SIGNED_OUT: Final = "sign_in.ended"
SIGNED_OUT_EVERYWHERE: Final = "sign_in.ended_everywhere"
CHANGED: Final = "sign_in.password_changed"
RESET_REQUESTED: Final = "sign_in.reset_requested"
RESET: Final = "sign_in.password_reset"
CODE_FAILED: Final = "sign_in.code_failed"
APP_ADDED: Final = "sign_in.app_added"
APP_REMOVED: Final = "sign_in.app_removed"
PASSKEY_ADDED: Final = "sign_in.passkey_added"
PASSKEY_REMOVED: Final = "sign_in.passkey_removed"
FACTORS_REMOVED: Final = "sign_in.factors_removed"
CODES_CREATED: Final = "sign_in.codes_created"
CODES_REMOVED: Final = "sign_in.codes_removed"
SESSION_ENDED: Final = "sign_in.session_ended"
SSO_LINKED: Final = "sign_in.single_sign_on_linked"
SSO_UNLINKED: Final = "sign_in.single_sign_on_unlinked"
SSO_REQUIRED: Final = "sign_in.refused_without_single_sign_on"
TRAIL: Final = (
    *(SIGNED_IN, FAILED, LOCKED_OUT, SIGNED_OUT, SIGNED_OUT_EVERYWHERE, SESSION_ENDED),
    *(CHANGED, RESET_REQUESTED, RESET, SSO_LINKED, SSO_REQUIRED),
    *(CODE_FAILED, APP_ADDED, APP_REMOVED, PASSKEY_ADDED, PASSKEY_REMOVED, CODES_CREATED, CODES_REMOVED),
    *(FACTORS_REMOVED, SSO_UNLINKED),
)
#: actions that anyone who knows a member's e-mail address can cause
_BY_ANYBODY: Final = (FAILED, LOCKED_OUT, RESET_REQUESTED)
LONGEST_BROWSER: Final = 200
#: repeated refusals from one address within this time are recorded once
QUIET: Final = timedelta(minutes=5)


def write(
    *,
    organisation: Organisation,
    action: str,
    now: datetime,
    member: Membership | None = None,
    actor: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry. `details`: ids and settings, but never answers, secrets or people's addresses."""
    return AuditEntry.objects.create(
        organisation=organisation,
        member=member,
        actor=actor or (str(member.user) if member else "goodword"),
        action=action,
        details=dict(details or {}),
        at=now,
    )


def write_by(
    member: Membership, action: str, *, now: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """Append an entry about what this member did in their organisation. `details` as for `write`."""
    AuditEntry.objects.create(
        organisation_id=member.organisation_id,
        member=member,
        actor=str(member.user),
        action=action,
        details=dict(details or {}),
        at=now,
    )


def prune(*, now: datetime, sign_in_days: int) -> int:
    """Delete entries past their retention period, and sign-ins older than `sign_in_days`. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prune_audit_log(%s, %s)", [now, sign_in_days])
        [count] = cursor.fetchone() or [0]
    return int(count)


def change_months(*, organisation: Organisation, months: int, by: Membership, now: datetime) -> bool:
    """Set how long to keep entries. Returns whether that changed."""
    with transaction.atomic():
        row = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if row.audit_months == months:
            return False
        before, row.audit_months = row.audit_months, months
        row.save(update_fields=["audit_months"])
        write_by(by, "audit_log.months_changed", now=now, details={"changed": {"months": [before, months]}})
        return True


def record_sign_in(
    user: User, *, action: str, address: str, browser: str, now: datetime, methods: Sequence[str] = ()
) -> None:
    """Record a sign-in for each of the user's organisations. `methods`: for example ["password", "totp"]."""
    details: dict[str, Any] = {"address": address, "browser": browser[:LONGEST_BROWSER]}
    for member in Membership.objects.across_organisations().filter(user=user).select_related("organisation"):
        write(
            organisation=member.organisation,
            action=action,
            member=member,
            actor="not signed in" if action in _BY_ANYBODY else str(user),
            now=now,
            details=details | ({"methods": list(methods)} if methods else {}),
        )


def record_lockout(user: User, *, address: str, browser: str, now: datetime) -> None:
    recent = AuditEntry.objects.across_organisations().filter(
        member__user=user, action=LOCKED_OUT, details__address=address, at__gt=now - QUIET
    )
    if not recent.exists():
        record_sign_in(user, action=LOCKED_OUT, address=address, browser=browser, now=now)


def origin_of(request: HttpRequest) -> dict[str, str]:
    return {
        "address": request.META.get("REMOTE_ADDR", ""),
        "browser": request.META.get("HTTP_USER_AGENT", "").replace("\x00", ""),
    }
