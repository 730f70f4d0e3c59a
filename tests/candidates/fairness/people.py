"""Creates applications of two groups in bulk."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from goodword.accounts.models import Organisation
from goodword.candidates.fairness.groups import Decisions
from goodword.candidates.fairness.outcomes import OutcomeScope
from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.roles.models import Role
from tests.support import factories

NOW = factories.NOW
DAY = NOW.date()


def scope(organisation: Organisation, **changes: Any) -> OutcomeScope:
    usual = {
        "role": None,
        "since": DAY - timedelta(days=30),
        "until": DAY + timedelta(days=1),
        "decisions": Decisions(),
    }
    return OutcomeScope(organisation=organisation, **(usual | changes))


def add(role: Role, prefix: str, *, status: str, n: int, reason: str = "", **more: Any) -> list[Application]:
    """Creates `n` applications of new candidates, `<prefix>0@x.example` and so on."""
    organisation = role.organisation
    candidates = Candidate.objects.bulk_create(
        Candidate(organisation=organisation, email=f"{prefix}{number}@x.example", created_at=NOW)
        for number in range(n)
    )
    return Application.objects.bulk_create(
        Application(
            organisation=organisation,
            candidate=candidate,
            role=role,
            status=status,
            rejection_reason=reason,
            created_at=NOW,
            **more,
        )
        for candidate in candidates
    )


def entered(applications: list[Application], *stages: str) -> None:
    Event.objects.bulk_create(
        Event(
            organisation_id=application.organisation_id,
            application_id=application.pk,
            name="application.entered_stage",
            actor="greenhouse",
            data={"stage_name": stage},
            occurred_at=NOW + timedelta(hours=place),
        )
        for application in applications
        for place, stage in enumerate(stages)
    )


def file_of(**groups: int) -> bytes:
    """Returns a file with a line for each candidate; the group is the first letter of the prefix."""
    return ("E-mail,Group\n" + "\n".join(_lines(groups))).encode()


def _lines(groups: dict[str, int]) -> Iterator[str]:
    for prefix, n in groups.items():
        for number in range(n):
            yield f"{prefix}{number}@x.example,{prefix[0].upper()}"


def two_groups(role: Role) -> bytes:
    """A: 12 of 40 hired. B: 12 of 60 hired, 5 withdrew, 3 active. Returns a file that lists all of them."""
    add(role, "ah", status="hired", n=12)
    add(role, "ar", status="rejected", n=28, reason="Lacks skill")
    add(role, "bh", status="hired", n=12)
    add(role, "br", status="rejected", n=48)
    add(role, "bw", status="rejected", n=5, reason="Candidate withdrew")
    add(role, "ba", status="active", n=3)
    return file_of(ah=12, ar=28, bh=12, br=48, bw=5, ba=3)
