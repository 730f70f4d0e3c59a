"""The sign-in trail: successful and failed sign-ins with their origin, kept in the audit log for a while."""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from goodword.accounts.domain.audit import write
from goodword.accounts.models import AuditEntry, Membership, User

SIGNED_IN: Final = "sign_in.succeeded"
FAILED: Final = "sign_in.failed"
LOCKED_OUT: Final = "sign_in.locked_out"
SIGNED_OUT: Final = "sign_in.ended"
SIGNED_OUT_EVERYWHERE: Final = "sign_in.ended_everywhere"
CHANGED: Final = "sign_in.password_changed"
RESET_REQUESTED: Final = "sign_in.reset_requested"
RESET: Final = "sign_in.password_reset"
TRAIL: Final = (
    *(SIGNED_IN, FAILED, LOCKED_OUT, SIGNED_OUT, SIGNED_OUT_EVERYWHERE),
    *(CHANGED, RESET_REQUESTED, RESET),
)
#: actions possible for anyone who knows the e-mail address
_BY_ANYBODY: Final = (FAILED, LOCKED_OUT, RESET_REQUESTED)
LONGEST_BROWSER: Final = 200
#: repeated refusals from one address within this time are recorded once
QUIET: Final = timedelta(minutes=5)


def record(user: User, *, action: str, address: str, browser: str, now: datetime) -> None:
    """Record it in the audit log of each organisation that the user is a member of."""
    for member in Membership.objects.across_organisations().filter(user=user).select_related("organisation"):
        write(
            organisation=member.organisation,
            action=action,
            member=member,
            actor="not signed in" if action in _BY_ANYBODY else str(user),
            now=now,
            details={"address": address, "browser": browser[:LONGEST_BROWSER]},
        )


def record_lockout(user: User, *, address: str, browser: str, now: datetime) -> None:
    """Record the first refusal of a series."""
    recent = AuditEntry.objects.across_organisations().filter(
        member__user=user, action=LOCKED_OUT, details__address=address, at__gt=now - QUIET
    )
    if not recent.exists():
        record(user, action=LOCKED_OUT, address=address, browser=browser, now=now)


def has_signed_in_from(user: User, address: str) -> bool:
    """Whether this user has signed in from this network (an IPv4 address, an IPv6 /64) before."""
    entries = AuditEntry.objects.across_organisations().filter(member__user=user, action=SIGNED_IN)
    known = entries.values_list("details__address", flat=True).distinct()
    return _network(address) in {_network(one) for one in known}


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def sign_out_everywhere(user: User, *, address: str, browser: str, now: datetime) -> None:
    """End all sessions of this user on every device, including this one."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        record(user, action=SIGNED_OUT_EVERYWHERE, address=address, browser=browser, now=now)


def prune(*, before: datetime) -> int:
    """Delete entries of the trail from before this time. Returns how many."""
    deleted, _ = AuditEntry.objects.across_organisations().filter(action__in=TRAIL, at__lt=before).delete()
    return deleted


def where(request: HttpRequest) -> dict[str, str]:
    """The network address and browser of a request, as stored in the trail."""
    return {
        "address": request.META.get("REMOTE_ADDR", ""),
        "browser": request.META.get("HTTP_USER_AGENT", "").replace("\x00", ""),
    }
