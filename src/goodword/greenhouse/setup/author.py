"""Under whose name a note stands in Greenhouse when no recruiter can sign it."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.greenhouse.client import Priority, User
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.session import BRIEFLY, harvest


def find_user(connection: Connection, said: str) -> User | None:
    """The active Greenhouse user with this id or e-mail address; None if there is none. Raises HarvestError."""
    with harvest(connection, priority=Priority.PERSON, retry=BRIEFLY) as api:
        found = api.user(int(said)) if said.isdigit() else next(iter(api.users(email=said)), None)
    return None if found is None or found.disabled else found


def choose_author(connection: Connection, user_id: int | None, *, member: Membership, now: datetime) -> None:
    """Keep the choice; None: nobody is chosen."""
    with transaction.atomic():
        Connection.objects.of(connection.organisation).filter(pk=connection.pk).update(
            note_author_remote_id=user_id
        )
        write(
            organisation=connection.organisation,
            action="greenhouse.note_author_chosen",
            member=member,
            now=now,
            details={"connection": connection.pk, "user": user_id},
        )
