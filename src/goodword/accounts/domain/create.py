"""The first organisation and its admin, and further members."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.text import slugify

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation, User


def create_organisation(*, name: str, now: datetime, time_zone: str = "Europe/Berlin") -> Organisation:
    """An organisation with a slug of its own made from its name."""
    base = slugify(name) or "organisation"
    slug, number = base, 1
    while Organisation.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return Organisation.objects.create(name=name, slug=slug, time_zone=time_zone, created_at=now)


def create_admin(
    *, organisation: Organisation, email: str, name: str, password: str, now: datetime
) -> Membership:
    """An admin with a login. Raises ValidationError for a password that is too weak.

    Someone who has a login already keeps their password and becomes an admin here too.
    """
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User(email=email.strip().lower(), name=name)
            validate_password(password, user)
            user.set_password(password)
            user.save()
        membership, _ = Membership.objects.of(organisation).get_or_create(
            user=user,
            defaults={"organisation": organisation, "kind": Membership.Kind.ADMIN, "created_at": now},
        )
        write(organisation=organisation, action="member.added", now=now, details={"member": membership.pk})
        return membership
