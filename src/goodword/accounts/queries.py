from django.db.models import QuerySet

from goodword.accounts.models import Membership, Organisation


def active_members(organisation: Organisation) -> QuerySet[Membership]:
    rows = Membership.objects.of(organisation).filter(deactivated_at=None, user__is_active=True)
    return rows.select_related("user", "organisation")


def admins_of(organisation: Organisation) -> QuerySet[Membership]:
    """Active admins, longest-serving first."""
    return active_members(organisation).filter(kind=Membership.Kind.ADMIN).order_by("pk")


def is_deactivated(organisation: Organisation, address: str) -> bool:
    rows = Membership.objects.of(organisation).filter(user__email__same_address=address)
    return rows.exclude(deactivated_at=None).exists()
