"""Greenhouse checks for `goodword doctor` and /readyz: waiting deliveries and notes, and each connection."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import psycopg
from django.conf import settings

from goodword.core.crypto import CannotOpen
from goodword.core.doctor.database import HARMFUL_SKEW, SKEW
from goodword.core.doctor.findings import (
    DatabaseCheck,
    DoctorCheck,
    DoctorFinding,
    attention,
    broken,
    duration,
    good,
    register,
)
from goodword.greenhouse.client import (
    ONCE,
    HarvestError,
    Pacer,
    Priority,
    RateLimited,
    RateReport,
    Unavailable,
    probe_all,
)
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import DISCONNECTED, error_message
from goodword.greenhouse.setup.permissions import connection_card
from goodword.greenhouse.sync.harvest import ConnectionTokens, client_for
from goodword.greenhouse.sync.rate_limit import pacer_of, token_pacer_of

DELIVERIES, NOTES, GREENHOUSE, CLOCK = "deliveries", "notes", "greenhouse", "clock"
#: from when a waiting delivery needs attention, and from when it has waited too long
LATE, TOO_LATE = timedelta(minutes=5), timedelta(minutes=15)
#: seconds for all connections together
SECONDS: Final = 12.0


def add_checks() -> None:
    register(
        DatabaseCheck(DELIVERIES, deliveries, ready=True),
        DatabaseCheck(NOTES, notes),
        DoctorCheck(GREENHOUSE, lambda now: list(connections(now=now)), uses_database=True),
    )


def deliveries(line: psycopg.Connection, now: datetime) -> DoctorFinding:
    row = line.execute(
        "SELECT count(*) FILTER (WHERE state = 'received'), count(*) FILTER (WHERE state = 'failed'), "
        "min(received_at) FILTER (WHERE state = 'received') FROM greenhouse_delivery "
        "WHERE state IN ('received', 'failed')"
    ).fetchone()
    waiting, failed, oldest = row or (0, 0, None)
    if oldest is not None and now - oldest > LATE:
        return (broken if now - oldest > TOO_LATE else attention)(
            DELIVERIES,
            f"Webhook deliveries are waiting ({waiting}), the oldest for {duration(now - oldest)}.",
            "Check that a worker runs and that Greenhouse answers (Settings > Integrations > Health).",
        )
    if failed:
        return attention(
            DELIVERIES,
            f"Failed webhook deliveries: {failed}.",
            "Admins can replay them on Settings > Integrations > Webhook deliveries.",
        )
    return good(DELIVERIES, f"Waiting webhook deliveries: {waiting}.")


def notes(line: psycopg.Connection, now: datetime) -> DoctorFinding:  # noqa: ARG001 - a check's signature
    row = line.execute(
        "SELECT count(*) FILTER (WHERE state IN ('queued', 'sending')), count(*) FILTER (WHERE state = 'failed') "
        "FROM greenhouse_activityfeednote"
    ).fetchone()
    waiting, failed = row or (0, 0)
    if failed:
        return attention(
            NOTES,
            f"Failed notes on the Activity Feed: {failed}.",
            "Settings > Integrations > Health says why; each candidate's page has a button that retries the note.",
        )
    return good(NOTES, f"Waiting notes: {waiting}.")


def connections(*, now: datetime, seconds: float = SECONDS) -> Iterator[DoctorFinding]:
    """Call Greenhouse once with each stored key. Stores only a new token, so wrong settings do no harm."""
    rows = (
        Connection.objects.across_organisations().exclude(state=DISCONNECTED).select_related("organisation")
    )
    ends, found, offsets = time.monotonic() + seconds, 0, []
    for row in rows.order_by("pk"):
        found += 1
        if time.monotonic() > ends:
            yield attention(
                GREENHOUSE,
                f"{_name(row)} and later ones were not tried, for lack of time.",
                "Settings > Integrations > Health has a test for each.",
            )
            break
        watch = _DateWatch(pacer_of(row))
        yield _tried(row, watch, now=now)
        offsets += watch.offsets
    if not found:
        yield good(GREENHOUSE, "No organisation is connected yet.")
    if offsets and not settings.GOODWORD_CLOCK_MAY_MOVE:
        yield _clock(min(offsets, key=abs))


def _tried(row: Connection, watch: "_DateWatch", *, now: datetime) -> DoctorFinding:
    try:
        api = client_for(
            row.credentials(),
            token_store=ConnectionTokens(row),
            pacer=watch,
            token_pacer=token_pacer_of(row),
            worked_before=True,
            priority=Priority.PERSON,
            retry=ONCE,
        )
        with api:
            next(probe_all(api), None)
    except RateLimited as error:
        return attention(GREENHOUSE, f"{_name(row)}: {error.sentence}", error.remedy)
    except (HarvestError, CannotOpen) as error:
        message = error_message(error)
        detail = f" {error.detail}" if isinstance(error, Unavailable) and error.detail else ""
        return broken(GREENHOUSE, f"{_name(row)}: {message.sentence}{detail}", message.remedy)
    card = connection_card(row, now=now)
    if card.site_admin:
        return attention(GREENHOUSE, f"{_name(row)}: it answers, but not in full.", card.site_admin)
    if card.to_tick:
        names = ", ".join(card.to_tick)
        return attention(
            GREENHOUSE,
            f"{_name(row)}: permissions are missing ({names}).",
            "In Greenhouse, edit the credential and tick them.",
        )
    if card.taken:
        return attention(
            GREENHOUSE,
            f"{_name(row)}: candidate IDs belong to other people in Greenhouse ({card.taken}).",
            "Set a key for the Greenhouse account they are from (Settings > Integrations).",
        )
    if card.refused_lately:
        return attention(
            GREENHOUSE,
            f"{_name(row)}: the last webhook delivery had a wrong signature.",
            "Enter the secret key of Settings > Integrations in each webhook in Greenhouse.",
        )
    return good(GREENHOUSE, f"{_name(row)}: it answers.")


def _name(row: Connection) -> str:
    return f"Connection {row.pk} of {row.organisation.slug}"


def _clock(offset: timedelta) -> DoctorFinding:
    if abs(offset) <= SKEW:
        return good(CLOCK, "This host's clock agrees with Greenhouse's.")
    direction = "ahead of" if offset > timedelta(0) else "behind"
    return (broken if abs(offset) > HARMFUL_SKEW else attention)(
        CLOCK,
        f"This host's clock is {duration(offset)} {direction} Greenhouse's.",
        "Synchronise the clocks of all hosts by NTP (timedatectl set-ntp true).",
    )


class _DateWatch:
    """A `Pacer` that also records how far our clock is ahead of the dates in Greenhouse's responses."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self.offsets: list[timedelta] = []

    def take(self, *, priority: Priority, now: datetime) -> float:
        return self._pacer.take(priority=priority, now=now)

    def observe(self, report: RateReport) -> None:
        if report.date is not None:
            self.offsets.append(report.sent + (report.received - report.sent) / 2 - report.date)
        self._pacer.observe(report)

    def after_429(self, *, wait: float, now: datetime) -> None:
        self._pacer.after_429(wait=wait, now=now)
