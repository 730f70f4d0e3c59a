"""Set the organisation's own e-mail domains."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.mail_domains import MOST_DOMAINS, own_domain
from goodword.accounts.models import Membership, Organisation


def set_domains(*, organisation: Organisation, domains: Sequence[str], by: Membership, now: datetime) -> bool:
    """Set the organisation's domains. Returns whether anything changed. Raises mail_domains.NoDomain."""
    return _write(organisation, [own_domain(name) for name in domains], by=by, now=now)


def add_domain(*, organisation: Organisation, domain: str, by: Membership, now: datetime) -> bool:
    """Add a domain. Returns whether it is new. Raises mail_domains.NoDomain."""
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        return _write(row, [*row.own_domains, own_domain(domain)], by=by, now=now)


def _write(organisation: Organisation, domains: Sequence[str], *, by: Membership, now: datetime) -> bool:
    wanted = list(dict.fromkeys(domains))[:MOST_DOMAINS]
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if row.own_domains == wanted:
            return False
        write(
            organisation=row,
            action="organisation.settings_changed",
            member=by,
            now=now,
            details={"changed": {"own_domains": [row.own_domains, wanted]}},
        )
        Organisation.objects.filter(pk=row.pk).update(own_domains=wanted)
        return True
