import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write, write_by
from goodword.accounts.models import Logo, Membership, Organisation, User, active_members
from goodword.core.addresses import (
    FREE_MAIL,
    check_address,
    is_disposable,
    is_provider,
    normalised,
    suffixes,
    within,
)
from goodword.core.events import record

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAX_NAME_LENGTH: Final = 120
MAX_RETENTION_MONTHS: Final = 120
MOST_DOMAINS: Final = 20


def time_zones() -> list[tuple[str, str]]:
    known = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ("UTC", *known)]


def check_time_zone(name: str) -> None:
    """Raise ValidationError for an unknown zone. Etc/UTC is what servers are set to, but the settings don't offer it.
    PostgreSQL doesn't know all names without a slash that Python knows."""
    if name != "UTC" and ("/" not in name or name not in available_timezones()):
        raise ValidationError(f"Unknown time zone {name!r}. Use UTC or one like Europe/London.")


def create_organisation(*, name: str, now: datetime, time_zone: str) -> Organisation:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        raise ValidationError(f"An organisation's name must have 1 to {MAX_NAME_LENGTH} characters.")
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
    """Create an admin, or make a member one. Creates a login if necessary. Raises ValidationError."""
    email = normalised(email)
    check_address(email)
    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User(email=email, name=" ".join(name.split()))
            validate_password(password, user)
            user.set_password(password)
            user.save()
        membership, fresh = Membership.objects.of(organisation).get_or_create(
            user=user,
            defaults={"organisation": organisation, "kind": Membership.Kind.ADMIN, "created_at": now},
        )
        if not fresh and not (membership.is_admin and membership.deactivated_at is None):
            membership.kind, membership.deactivated_at = Membership.Kind.ADMIN, None
            membership.save(update_fields=["kind", "deactivated_at"])
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSettings:
    name: str
    time_zone: str
    language: str
    holiday_country: str
    holiday_region: str
    watches_devices: bool
    adjustments_name: str
    adjustments_email: str


def settings_of(organisation: Organisation) -> OrganisationSettings:
    return columns_of(OrganisationSettings, organisation)


def change_settings(
    *, organisation: Organisation, settings: OrganisationSettings, by: Membership, now: datetime
) -> bool:
    """Change settings, except deadlines, reminders and the slug. Returns whether anything changed."""
    with transaction.atomic():
        before = _locked(organisation).adjustments_email
        if not change_columns(
            organisation=organisation,
            settings=settings,
            action="organisation.settings_changed",
            by=by,
            now=now,
        ):
            return False
        if settings.adjustments_email != before:
            record(
                "organisation.contact_changed",
                organisation_id=organisation.pk,
                actor=f"member:{by.pk}",
                at=now,
                data={},
            )
        return True


def columns_of[Settings: "DataclassInstance"](kind: type[Settings], organisation: Organisation) -> Settings:
    return kind(**{field.name: getattr(organisation, field.name) for field in fields(kind)})


def change_columns(
    *, organisation: Organisation, settings: "DataclassInstance", action: str, by: Membership, now: datetime
) -> bool:
    """Save columns, and record their old and new values in the audit log. Returns whether any changed."""
    with transaction.atomic():
        row = _locked(organisation)
        before, after = asdict(columns_of(type(settings), row)), asdict(settings)
        changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
        if not changed:
            return False
        Organisation.objects.filter(pk=row.pk).update(**{name: after[name] for name in changed})
        write_by(by, action, now=now, details={"changed": changed})
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    erases_old: bool
    keep_months: int
    erases_hidden: bool
    hidden_months: int


def retention_of(organisation: Organisation) -> RetentionSettings:
    return columns_of(RetentionSettings, organisation)


def change_retention(
    *, organisation: Organisation, settings: RetentionSettings, by: Membership, now: datetime
) -> bool:
    with transaction.atomic():
        if not change_columns(
            organisation=organisation, settings=settings, action="retention.changed", by=by, now=now
        ):
            return False
        row = Organisation.objects.get(pk=organisation.pk)
        row.retention_ran_on = now.astimezone(row.zone).date()
        row.save(update_fields=["retention_ran_on"])
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    requires_second_factor: bool
    requires_single_sign_on: bool


def change_sign_in(
    *, organisation: Organisation, settings: SignInSettings, by: Membership, now: datetime
) -> bool:
    return change_columns(
        organisation=organisation, settings=settings, action="organisation.sign_in_changed", by=by, now=now
    )


def choose_mails(*, member: Membership, each_reference: bool, daily_digest: bool, now: datetime) -> bool:
    """Choose which optional mails a member gets. Returns whether anything changed."""
    with transaction.atomic():
        rows = Membership.objects.of(member.organisation).filter(pk=member.pk)
        chosen = {"mails_each_reference": each_reference, "daily_digest": daily_digest}
        changed = rows.exclude(**chosen).update(**chosen)
        if changed:
            write_by(
                member,
                "member.mails_chosen",
                now=now,
                details={"each_reference": each_reference, "daily_digest": daily_digest},
            )
        return bool(changed)


def wants_each_reference(*, organisation_id: int, address: str) -> bool:
    return (
        Membership.objects.across_organisations()
        .filter(
            organisation_id=organisation_id,
            user__email__same_address=address,
            user__is_active=True,
            deactivated_at=None,
            mails_each_reference=True,
        )
        .exists()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """`accent`: `#rrggbb` as chosen. Pages, mails and reports adjust it for contrast."""

    accent: str


def change_accent(*, organisation: Organisation, accent: str, by: Membership, now: datetime) -> bool:
    colours = Colours(accent=accent)
    action = "organisation.colour_changed"
    return change_columns(organisation=organisation, settings=colours, action=action, by=by, now=now)


def set_logo(*, organisation: Organisation, png: bytes, by: Membership, now: datetime) -> bool:
    """Set the logo. Returns whether it changed."""
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


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _refer(row: Organisation, digest: str, *, action: str, by: Membership, now: datetime) -> None:
    Organisation.objects.filter(pk=row.pk).update(logo_digest=digest)
    write_by(by, action, now=now, details={})


class NoDomain(Exception):
    """The organisation can't own this domain. The message is shown to members."""


def own_domain(typed: str) -> str:
    """Normalise a domain: lower case, ASCII, without "@" and without dots at either end. Raises NoDomain."""
    shown = typed.strip().casefold()
    name = shown.removeprefix("@").rstrip(".")
    try:
        name = name.encode("idna").decode("ascii")
        validate_domain_name(name)
    except (UnicodeError, ValidationError):
        name = ""
    if not name or "." not in name:
        raise NoDomain(
            _("“%(name)s” is not a domain. Enter what comes after the @ in an address, such as example.com.")
            % {"name": shown[:80]}
        )
    if within(name, FREE_MAIL) or is_disposable(name) or is_provider(name):
        raise NoDomain(
            _("Anyone can have an address at %(name)s, so it cannot be your organisation's domain.")
            % {"name": name}
        )
    if suffixes().is_public(name):
        raise NoDomain(
            _(
                "%(name)s is shared by many organisations. Enter your own domain in full, such as acme.%(name)s."
            )
            % {"name": name}
        )
    return name


def proposed_domains(organisation: Organisation) -> list[str]:
    """Domains of members' addresses that could be the organisation's and aren't set yet, most frequent first."""
    addresses = active_members(organisation).order_by("pk").values_list("user__email", flat=True)
    return _usable_domains(addresses, but=organisation.own_domains)


def set_domains(*, organisation: Organisation, domains: Sequence[str], by: Membership, now: datetime) -> bool:
    """Set the organisation's domains. Returns whether anything changed. Raises NoDomain."""
    return _write_domains(organisation, [own_domain(name) for name in domains], by=by, now=now)


def add_domain(*, organisation: Organisation, domain: str, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        row = _locked(organisation)
        return _write_domains(row, [*row.own_domains, own_domain(domain)], by=by, now=now)


def _write_domains(
    organisation: Organisation, domains: Sequence[str], *, by: Membership, now: datetime
) -> bool:
    wanted = list(dict.fromkeys(domains))[:MOST_DOMAINS]
    with transaction.atomic():
        row = _locked(organisation)
        if row.own_domains == wanted:
            return False
        write_by(
            by,
            "organisation.settings_changed",
            now=now,
            details={"changed": {"own_domains": [row.own_domains, wanted]}},
        )
        Organisation.objects.filter(pk=row.pk).update(own_domains=wanted)
        return True


def _usable_domains(addresses: Iterable[str], *, but: Collection[str]) -> list[str]:
    counts: dict[str, int] = {}
    for address in addresses:
        try:
            name = own_domain(address.rpartition("@")[2])
        except NoDomain:
            continue
        if name not in but:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))
