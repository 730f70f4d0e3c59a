import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation, User
from goodword.accounts.queries import active_members

#: audit log actors that are not members
RESERVED: Final = ("goodword", "operator", "single sign-on", "not signed in", "candidate")
#: the actor of entries made by somebody with a link
_LINK: Final = re.compile(r"link \d+")


class NameRefused(Exception):
    """The message is for the page."""


def check_name(name: str, organisations: Iterable[Organisation], *, of: User | None = None) -> None:
    """Raises NameRefused for a name that could be mistaken for somebody else's in the audit log."""
    folded = _folded(name)
    if folded in {_folded(one) for one in RESERVED} or _LINK.fullmatch(folded):
        raise NameRefused(_("This name is used by Goodword itself. Enter your own."))
    for organisation in organisations:
        others = active_members(organisation).exclude(user=of).values_list("user__name", flat=True)
        if folded in {_folded(one) for one in others}:
            raise NameRefused(
                _("Another member of %(organisation)s has this name. Add an initial or a middle name.")
                % {"organisation": organisation.name}
            )


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def change_name(*, user: User, name: str, now: datetime) -> bool:
    """Returns whether it changed. Raises NameRefused."""
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if row.name == name:
            return False
        members = list(
            Membership.objects.across_organisations().filter(user=user).select_related("organisation")
        )
        check_name(name, [one.organisation for one in members if one.deactivated_at is None], of=user)
        before, row.name = row.name, name
        row.save(update_fields=["name"])
        user.name = name
        for member in members:
            write(
                organisation=member.organisation,
                action="member.name_changed",
                member=member,
                actor=str(user),
                now=now,
                details={"member": member.pk, "changed": {"name": [before, name]}},
            )
        return True
