"""What a new organisation sets up until its first invitation; ticked from what is in the database."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import oldest_connection
from goodword.greenhouse.setup.webhooks import WebhookSetup, webhook_setup
from goodword.roles.models import Role, StageRule
from goodword.workflow.models import StepRequest

STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """`role`: the newest with a mapped stage, named in `stages`. `unmapped`: the newest without one."""

    connection: Connection | None
    webhooks: WebhookSetup | None
    role: Role | None
    stages: tuple[str, ...]
    unmapped: Role | None
    first: StepRequest | None

    @property
    def ticks(self) -> list[bool]:
        connected = self.connection is not None and self.connection.state == Connection.State.ACTIVE
        webhooks = self.webhooks is not None and self.webhooks.complete
        return [connected, webhooks, self.role is not None, self.first is not None]

    @property
    def done(self) -> int:
        return sum(self.ticks)

    @property
    def complete(self) -> bool:
        return self.done == STEPS

    @property
    def current(self) -> int:
        """The first step to do, from 1; one more than the last if all are done."""
        return next((number for number, tick in enumerate(self.ticks, start=1) if not tick), STEPS + 1)


def is_landing_page(member: Membership) -> bool:
    """Whether admins land here: until the first invitation or candidate without an ATS, or until one dismisses it."""
    organisation = member.organisation
    return (
        member.is_admin
        and organisation.setup_dismissed_at is None
        and not StepRequest.objects.of(organisation).exists()
        and not Application.objects.of(organisation).filter(connection_id=None).exists()
    )


def checklist(organisation: Organisation) -> Checklist:
    connection = oldest_connection(organisation)
    roles = Role.objects.of(organisation).filter(archived_at=None).order_by("-pk")
    mapped = StageRule.objects.of(organisation).values("step__role")
    role = roles.filter(pk__in=mapped).first()
    rules = StageRule.objects.of(organisation).filter(step__role=role).order_by("pk") if role else ()
    requests = StepRequest.objects.of(organisation).select_related("application__candidate")
    return Checklist(
        connection=connection,
        webhooks=webhook_setup(connection) if connection else None,
        role=role,
        stages=tuple(dict.fromkeys(rule.stage_name for rule in rules)),
        unmapped=None if role else roles.first(),
        first=requests.order_by("pk").first(),
    )


def dismiss(*, by: Membership, now: datetime) -> None:
    with transaction.atomic():
        rows = Organisation.objects.filter(pk=by.organisation_id, setup_dismissed_at=None)
        if rows.update(setup_dismissed_at=now):
            write(organisation=by.organisation, action="setup.dismissed", member=by, now=now)
