"""The first organisation and its admin, and further members."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation, User

NAME_AT_MOST = 120


def check_time_zone(name: str) -> None:
    """Raises ValidationError for a zone that does not exist."""
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError) as error:  # a path, an unknown name, a folder of zones
        raise ValidationError(
            f"There is no time zone {name!r}. Write one like Europe/London or America/New_York."
        ) from error


def create_organisation(*, name: str, now: datetime, time_zone: str) -> Organisation:
    """An organisation with a slug of its own made from its name. Raises ValidationError for what cannot be one."""
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_AT_MOST:
        raise ValidationError(f"The name of an organisation has 1 to {NAME_AT_MOST} characters.")
    check_time_zone(time_zone)
    base = slugify(name)[:40].strip("-") or "organisation"
    slug, number = base, 1
    while Organisation.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return Organisation.objects.create(name=name, slug=slug, time_zone=time_zone, created_at=now)


def create_admin(
    *, organisation: Organisation, email: str, name: str, password: str, now: datetime
) -> Membership:
    """An admin with a login. Raises ValidationError for no address, or a password that is too weak.

    Someone who has a login already keeps their password and becomes an admin here too.
    """
    email = email.strip().lower()
    validate_email(email)
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User(email=email, name=" ".join(name.split()))
            validate_password(password, user)
            user.set_password(password)
            user.save()
        membership, fresh = Membership.objects.of(organisation).get_or_create(
            user=user,
            defaults={"organisation": organisation, "kind": Membership.Kind.ADMIN, "created_at": now},
        )
        if not fresh and not membership.is_admin:
            membership.kind = Membership.Kind.ADMIN
            membership.save(update_fields=["kind"])
            write(
                organisation=organisation,
                action="member.made_admin",
                now=now,
                details={"member": membership.pk},
            )
        elif fresh:
            write(
                organisation=organisation, action="member.added", now=now, details={"member": membership.pk}
            )
        return membership
