from goodword.accounts.models import Membership
from goodword.core import clock, jobs
from goodword.greenhouse.activity_feed import posting  # noqa: F401 - registers its jobs
from goodword.greenhouse.inbox import processing  # noqa: F401 - registers its jobs
from goodword.greenhouse.models import Connection
from goodword.greenhouse.reconciliation import run  # noqa: F401 - registers its jobs
from goodword.greenhouse.setup import keys, permissions
from goodword.greenhouse.sync import due_erasures


@jobs.job(name="greenhouse.check", swept_by="greenhouse.check.sweep")
def check_permissions(*, connection_id: int) -> None:
    permissions.check_if_due(connection_id, now=clock.now())


@jobs.job(
    name="greenhouse.check.sweep",
    cron="* * * * * 20",
    due=lambda now: [permissions.due(now=now)],
)
def sweep_checks() -> None:
    for pk in permissions.due(now=clock.now()).values_list("pk", flat=True):
        check_permissions.defer_once(lock=f"greenhouse.check:{pk}", connection_id=pk)


@jobs.job(name="greenhouse.resume", retry=jobs.PATIENT)
def resume(*, connection_id: int, key_set_by: int | None = None) -> None:
    connections = Connection.objects.across_organisations().select_related("organisation")
    if connection := connections.filter(pk=connection_id).first():
        members = Membership.objects.of(connection.organisation)
        member = members.filter(pk=key_set_by).first() if key_set_by else None
        keys.resume(connection, key_set_by=member, now=clock.now())


@jobs.job(name="greenhouse.erase", cron="*/10 * * * * 40")
def sweep_erasures() -> None:
    due_erasures.erase_due(now=clock.now())
