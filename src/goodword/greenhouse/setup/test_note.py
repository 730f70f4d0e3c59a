"""A test note: on whom, by what one has at hand, and what it will say."""

import re
from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.greenhouse.activity_feed.wording import test_note_body
from goodword.greenhouse.client import Candidate, Priority
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.greenhouse.sync.session import BRIEFLY, harvest

SHOWN = 20

#: as Greenhouse's own pages are addressed
_PROFILE = re.compile(r"^https?://[^/\s]+/(?:people|candidates)/(\d{1,18})(?:[/?#]\S*)?$")
_NUMBER = re.compile(r"^\d{1,18}$")

#: stands for the code that each note gets of its own
MARKER = "GW-TEST-XXXXXX"


class NoCandidate(Exception):
    """What was typed names nobody; the message says what to do."""


def search(connection: Connection, query: str, *, member: Membership) -> Sequence[Application]:
    """Applications of this account whose candidate fits every word, newest first, one a candidate."""
    rows = visible_applications(member).select_related("role").filter(connection_id=connection.pk)
    rows = rows.exclude(candidate__remote_id=None).filter(candidate__erased_at=None, deleted_at=None)
    for word in query.split():
        rows = rows.filter(
            Q(candidate__first_name__icontains=word)
            | Q(candidate__last_name__icontains=word)
            | Q(candidate__preferred_name__icontains=word)
            | Q(candidate__email__icontains=word)
        )
    found: dict[int, Application] = {}
    for application in rows.order_by("-pk")[: SHOWN * 3]:
        found.setdefault(application.candidate_id, application)
    return list(found.values())[:SHOWN]


def candidate_id_of(said: str) -> int:
    """The number in an id or the address of a profile. Raises NoCandidate."""
    text = said.strip()
    found = _PROFILE.match(text)
    if found:
        return int(found[1])
    if _NUMBER.match(text) and int(text) > 0:
        return int(text)
    raise NoCandidate(
        _("Write the number of a candidate in Greenhouse, or the address of their profile there.")
    )


def find(connection: Connection, candidate_id: int) -> Candidate:
    """The candidate as Greenhouse shows them now. Raises NoCandidate, HarvestError, CannotOpen."""
    with harvest(connection, priority=Priority.PERSON, retry=BRIEFLY) as api:
        candidate = api.candidate(candidate_id)
    if candidate is None:
        raise NoCandidate(
            _("Greenhouse shows no candidate with the number %s through this key. Check it there.")
            % candidate_id
        )
    return candidate


def name_of(candidate: Candidate) -> str:
    """As Greenhouse has it, on one line."""
    first = candidate.preferred_name or candidate.first_name
    return " ".join(f"{first} {candidate.last_name}".split()) or _("Candidate without a name")


def wording(connection: Connection) -> str:
    """The note as it will be, but for its code."""
    return test_note_body(
        ActivityFeedNote(organisation=connection.organisation, connection=connection, marker=MARKER)
    )
