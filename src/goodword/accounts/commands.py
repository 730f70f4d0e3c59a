"""`goodword createadmin` and `goodword recover-sign-in`."""

import getpass
import sys

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from goodword.accounts import second_factor
from goodword.accounts.domain.audit import write
from goodword.accounts.domain.linked_accounts import unlink
from goodword.accounts.domain.organisation import check_time_zone, create_admin, create_organisation
from goodword.accounts.models import Membership, Organisation, User
from goodword.core import clock
from goodword.core.addresses import normalised


class CommandError(Exception):
    """The message says what to do."""


def createadmin(*, organisation: str, email: str, name: str, time_zone: str, password_stdin: bool) -> int:
    """Create what is missing. `organisation`: an existing slug or a new name. Returns 0, or 2 if nothing was
    created."""
    try:
        existing = _existing(organisation)
        user = User.objects.filter(email=normalised(email)).first()
        if existing and user and _is_admin(existing, user):
            print(
                f"{user.email} is already an admin of {existing.name}. Nothing was changed, including the password. "
                'To reset a password, use "Forgotten your password?" on the sign-in page.'
            )
            return 0
        zone = "" if existing else time_zone or _ask_time_zone()
        password = "" if user else _password(from_stdin=password_stdin)
        now = clock.now()
        try:
            with transaction.atomic():
                made = existing or create_organisation(name=organisation, now=now, time_zone=zone)
                if not existing:  # it may have been created elsewhere while this password was typed
                    _check_name(organisation, besides=made)
                create_admin(organisation=made, email=email, name=name, password=password, now=now)
        except IntegrityError as error:
            if not existing:
                _check_name(organisation)
            raise CommandError(
                "This organisation or user was just created by another program. Run the command again."
            ) from error
    except (CommandError, ValidationError) as error:
        message = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        print(f"goodword: {message}", file=sys.stderr)
        return 2
    kept = f" {user.email} already had an account, and keeps its password." if user else ""
    print(f"{email} is an admin of {made.name} (slug {made.slug}).{kept}")
    return 0


def _existing(given: str) -> Organisation | None:
    """The organisation with this slug. Raises CommandError if an organisation has this name instead."""
    if found := Organisation.objects.filter(slug=given).first():
        return found
    _check_name(given)
    return None


def _check_name(given: str, *, besides: Organisation | None = None) -> None:
    """Raise CommandError if an organisation has this name, except `besides`."""
    named = Organisation.objects.filter(name__iexact=" ".join(given.split())).order_by("pk")
    if taken := (named.exclude(pk=besides.pk) if besides else named).first():
        raise CommandError(
            f"There is already an organisation named {taken.name}. To add an admin to it, use --organisation "
            f"{taken.slug}. For a second organisation, choose another name."
        )


def _is_admin(organisation: Organisation, user: User) -> bool:
    return (
        Membership.objects.of(organisation)
        .filter(user=user, user__is_active=True, kind=Membership.Kind.ADMIN, deactivated_at=None)
        .exists()
    )


def _ask_time_zone() -> str:
    if not sys.stdin.isatty():
        raise CommandError(
            "A new organisation needs a time zone: add --time-zone, as in --time-zone Europe/London."
        )
    while True:
        given = input("Time zone of the organisation, as in Europe/London: ").strip()
        try:
            check_time_zone(given)
        except ValidationError as error:
            print(" ".join(error.messages), file=sys.stderr)
        else:
            return given


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError(
            "There is no terminal to ask for a password. Add --password-stdin and pass it on standard input."
        )
    first = getpass.getpass("Password: ")
    if getpass.getpass("Password again: ") != first:
        raise CommandError("The passwords don't match. Run the command again.")
    return first


_ACTOR = "operator"


def lift_single_sign_on(slug: str) -> int:
    """Stop requiring single sign-on. Returns 0, or 2 with an error message if there is no such organisation."""
    with transaction.atomic():
        found = Organisation.objects.select_for_update(no_key=True).filter(slug=slug).first()
        if found is None:
            print(f"goodword: There is no organisation with the slug {slug}.", file=sys.stderr)
            return 2
        if not found.requires_single_sign_on:
            print(f"{found.name} doesn't require single sign-on. Nothing was changed.")
            return 0
        found.requires_single_sign_on = False
        found.save(update_fields=["requires_single_sign_on"])
        write(
            organisation=found,
            action="organisation.sign_in_changed",
            actor=_ACTOR,
            now=clock.now(),
            details={"changed": {"requires_single_sign_on": [True, False]}},
        )
    print(
        f"{found.name} no longer requires single sign-on: members can sign in with their passwords. An admin can "
        "require it again in Settings > Sign-in."
    )
    return 0


def remove_second_factors(email: str) -> int:
    """Remove a member's second factors and end their sessions. Returns 0, or 2 with an error for an unknown member."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=normalised(email)).first()
        if user is None:
            print(f"goodword: Nobody has the e-mail address {email}.", file=sys.stderr)
            return 2
        if not second_factor.remove_all(user, by=None, now=clock.now()):
            print(f"{user.email} has no second factor. Nothing was changed.")
            return 0
    print(
        f"{user.email} no longer has a second factor, and is signed out everywhere. The password hasn't changed."
    )
    return 0


def unlink_single_sign_on(address: str) -> int:
    """Unlink the single sign-on accounts of a member, or of everybody ("all"), and end their sessions. Returns the exit
    status: 2 for an unknown member."""
    with transaction.atomic():
        users = User.objects.select_for_update(no_key=True).order_by("pk")
        if address != "all":
            users = users.filter(email=normalised(address))
            if not users:
                print(f"goodword: Nobody has the e-mail address {address}.", file=sys.stderr)
                return 2
        linked = unlink(users, by=None, now=clock.now())
    if not linked:
        print("No account is linked. Nothing was changed.")
        return 0
    who = linked[0].email if len(linked) == 1 else f"{len(linked)} members"
    print(
        f"Unlinked: {who}, now signed out everywhere. The next sign-in with the same verified e-mail address links "
        "the account used."
    )
    return 0
