import re
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, visible_applications
from goodword.core.searching import contains_words
from goodword.greenhouse.activity_feed import wording
from goodword.greenhouse.client import Candidate, Priority
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest

EXAMPLE = {
    "step": "Reference check",
    "candidate": "Ada Lovelace",
    "role": "Customer Support Specialist",
    "outcome": "completed: 2 of 2 references are in",
}

SEARCH_LIMIT = 20

_PROFILE = re.compile(r"^https?://[^/\s]+/(?:people|candidates)/(\d{1,18})(?:[/?#]\S*)?$")
_NUMBER = re.compile(r"^\d{1,18}$")

#: placeholder for the marker that each test note gets
EXAMPLE_MARKER = "GW-TEST-XXXXXX"


def set_notes(
    organisation: Organisation,
    *,
    visibility: str,
    words: str,
    report_link_days: int,
    member: Membership,
    now: datetime,
) -> bool:
    """Change the settings of unposted notes. Returns False if nothing changes. `words`: see `wording.clean_wording`."""
    values = {"note_visibility": visibility, "note_wording": words, "report_link_days": report_link_days}
    with transaction.atomic():
        row = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        before = {name: getattr(row, name) for name in values}
        if values == before:
            return False
        Organisation.objects.filter(pk=row.pk).update(**values)
        write_by(member, "notes.changed", now=now, details={"before": before, "after": values})
    return True


def example(words: str) -> str:
    line = wording.render_line(wording.clean_wording(words), EXAMPLE)
    return f"{line}\nReport (PDF): {settings.GOODWORD_BASE_URL}/s/...\nGW-4T7K-QM2X"


class NoCandidate(Exception): ...


def search_candidates(connection: Connection, query: str, *, member: Membership) -> Sequence[Application]:
    """Find candidates whose names or address contain every word, whatever its accents. Returns one application per
    candidate, newest first."""
    rows = visible_applications(member).select_related("role").filter(connection_id=connection.pk)
    rows = rows.exclude(candidate__remote_id=None).filter(
        candidate__erased_at=None, erasure_requested_at=None
    )
    if query.strip():
        rows = rows.filter(contains_words(query, "candidate__searched"))
    found: dict[int, Application] = {}
    for application in rows.order_by("-pk")[: SEARCH_LIMIT * 3]:
        found.setdefault(application.candidate_id, application)
    return list(found.values())[:SEARCH_LIMIT]


def parse_candidate_id(text: str) -> int:
    """Parse an id or the URL of a profile. Raises NoCandidate."""
    text = text.strip()
    found = _PROFILE.match(text)
    if found:
        return int(found[1])
    if _NUMBER.match(text) and int(text) > 0:
        return int(text)
    raise NoCandidate(_("Enter a candidate's Greenhouse ID, or the link to their profile."))


def find_candidate(connection: Connection, candidate_id: int) -> Candidate:
    with harvest(connection, priority=Priority.PERSON, retry=BRIEFLY) as api:
        candidate = api.candidate(candidate_id)
    if candidate is None:
        raise NoCandidate(
            _("This key can't see a candidate with the ID %s. Check the ID in Greenhouse.") % candidate_id
        )
    return candidate


def display_name(candidate: Candidate) -> str:
    first = candidate.preferred_name or candidate.first_name
    return " ".join(f"{first} {candidate.last_name}".split()) or _("Candidate without a name")


def preview_test_note(connection: Connection) -> str:
    return wording.test_note_body(
        ActivityFeedNote(organisation=connection.organisation, connection=connection, marker=EXAMPLE_MARKER)
    )
