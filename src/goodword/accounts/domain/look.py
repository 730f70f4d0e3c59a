"""An organisation's logo and accent colour, on the pages of candidates and referees, in mails and reports."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.domain.organisation import change_columns
from goodword.accounts.models import Logo, Membership, Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """`accent`: `#rrggbb` as chosen. Pages, mails and reports adjust it for contrast."""

    accent: str


def change_accent(*, organisation: Organisation, accent: str, by: Membership, now: datetime) -> bool:
    colours = Colours(accent=accent)
    action = "organisation.colour_changed"
    return change_columns(organisation=organisation, settings=colours, action=action, by=by, now=now)


def set_logo(*, organisation: Organisation, png: bytes, by: Membership, now: datetime) -> bool:
    """Returns whether it changed."""
    digest = hashlib.sha256(f"{organisation.pk}:".encode() + png).hexdigest()[:32]
    with transaction.atomic():
        row = _locked(organisation)
        if row.logo_digest == digest:
            return False
        Logo.objects.of(row).delete()
        Logo.objects.create(organisation=row, content=png, digest=digest)
        _refer(row, digest, action="organisation.logo_changed", by=by, now=now)
        return True


def remove_logo(*, organisation: Organisation, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        row = _locked(organisation)
        if not row.logo_digest:
            return False
        Logo.objects.of(row).delete()
        _refer(row, "", action="organisation.logo_removed", by=by, now=now)
        return True


def logo_of(organisation: Organisation) -> bytes | None:
    content = Logo.objects.of(organisation).values_list("content", flat=True).first()
    return bytes(content) if content is not None else None


def logo_by_digest(digest: str) -> bytes | None:
    """For the public address: candidates, referees and their mail programs are not signed in."""
    row = Logo.objects.across_organisations().filter(digest=digest).first()
    return bytes(row.content) if row is not None else None


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _refer(row: Organisation, digest: str, *, action: str, by: Membership, now: datetime) -> None:
    Organisation.objects.filter(pk=row.pk).update(logo_digest=digest)
    write(organisation=row, action=action, member=by, now=now, details={})
