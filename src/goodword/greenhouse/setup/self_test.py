"""*Test now*: one click that proves both directions, with the outcome in sentences."""

from datetime import datetime

from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.card import card_of
from goodword.greenhouse.setup.connection import connection_of
from goodword.greenhouse.setup.proof import Outcome, prove_endpoint
from goodword.greenhouse.setup.recheck import check_again
from goodword.greenhouse.setup.trouble import TROUBLES, trouble_of


def run_test(connection: Connection, *, member: Membership, now: datetime) -> list[Outcome]:
    """Read from Greenhouse with each permission, and send a signed test to our own endpoint."""
    found = [*_reads(connection, member=member, now=now), *prove_endpoint(connection, now=now)]
    write(
        organisation=connection.organisation,
        action="greenhouse.tested",
        member=member,
        now=now,
        details={"connection": connection.pk, "failed": sum(1 for one in found if one.tone == "error")},
    )
    return found


def _reads(connection: Connection, *, member: Membership, now: datetime) -> list[Outcome]:
    try:
        check_again(connection, member=member, now=now)
    except TROUBLES as error:
        return [Outcome(tone="error", sentence=str(trouble_of(error)))]
    row = connection_of(connection.organisation, connection.pk)
    if row is None:
        return []
    card = card_of(row, now=now)
    works = [one.name for one in (*card.needed, *card.advised) if one.state in {"granted", "untested"}]
    found = []
    if works:
        found.append(
            Outcome(tone="success", sentence=_("Greenhouse answered to reads of: %s.") % ", ".join(works))
        )
    if card.site_admin:
        found.append(Outcome(tone="error", sentence=card.site_admin))
    if card.to_tick:
        names = ", ".join(card.to_tick)
        found.append(
            Outcome(
                tone="error",
                sentence=_("Missing in Greenhouse: %s. Edit the credential there and tick them.") % names,
            )
        )
    lacking = [one.name for one in card.advised if one.state == "lacking"]
    if lacking:
        found.append(Outcome(tone="attention", sentence=_("Advised, and missing: %s.") % ", ".join(lacking)))
    if card.untested:
        found.append(
            Outcome(
                tone="attention",
                sentence=_("Writing is untested: a test never writes. Post a test note to find out."),
            )
        )
    return found
