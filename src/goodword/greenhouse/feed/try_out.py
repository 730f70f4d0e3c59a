"""A test note, by which an admin sees that writing to the Activity Feed works."""

import secrets
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.greenhouse import jobs
from goodword.greenhouse.models import Connection, FeedPost

#: as in a report's code: no letters or digits that are taken for others
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def post_test_note(
    connection: Connection, *, candidate_remote_id: int, member: Membership, now: datetime
) -> FeedPost:
    """Queue a test note on this candidate's feed. What became of it stands in the row that is returned.

    It goes the way of every other note, and is found again by a marker of its own.
    """
    with transaction.atomic():
        post = FeedPost.objects.of(connection.organisation).create(
            organisation=connection.organisation,
            connection=connection,
            candidate_remote_id=candidate_remote_id,
            marker=f"GW-TEST-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}",
            visibility=connection.organisation.note_visibility,
            not_before=now,
            created_at=now,
        )
        write(
            organisation=connection.organisation,
            action="greenhouse.test_note",
            member=member,
            now=now,
            details={"connection": connection.pk, "candidate": candidate_remote_id},
        )
        jobs.post_note.defer(feed_post_id=post.pk)
    return post
