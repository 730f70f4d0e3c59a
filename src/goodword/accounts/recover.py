"""`goodword recover-sign-in`: for operators, when members can no longer sign in."""

import sys

from django.db import transaction

from goodword.accounts import second_factor
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Organisation, User
from goodword.core import clock
from goodword.core.addresses import normalised

_ACTOR = "operator"


def lift_single_sign_on(slug: str) -> int:
    """Returns 0, or 2 with an error message if there is no such organisation."""
    with transaction.atomic():
        found = Organisation.objects.select_for_update().filter(slug=slug).first()
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
    """Remove them and end the member's sessions. Returns 0, or 2 with an error message if there is no such member."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=normalised(email)).first()
        if user is None:
            print(f"goodword: Nobody has the e-mail address {email}.", file=sys.stderr)
            return 2
        if not second_factor.remove_all(user, by=None, now=clock.now()):
            print(f"{user.email} has no second factor. Nothing was changed.")
            return 0
    print(f"{user.email} has no second factor any more, and is signed out everywhere. The password stays.")
    return 0
