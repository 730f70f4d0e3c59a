from functools import partial
from typing import Any

from django.apps import AppConfig


class GreenhouseConfig(AppConfig):
    name = "goodword.greenhouse"
    label = "greenhouse"

    def ready(self) -> None:
        from goodword.accounts import navigation
        from goodword.core import crypto, future_times, key_rotation, metrics
        from goodword.greenhouse.activity_feed.notes import is_posted_for
        from goodword.greenhouse.inbox.leases import WAITS
        from goodword.greenhouse.inbox.queries import has_waiting_deliveries
        from goodword.greenhouse.models import (
            ActivityFeedNote,
            Connection,
            Delivery,
            WebhookSecret,
            sealed_secrets,
        )
        from goodword.greenhouse.setup import doctor
        from goodword.greenhouse.setup.connections import oldest_connection
        from goodword.greenhouse.setup.permissions import CHECKED_EVERY
        from goodword.reports.domain import reviews
        from goodword.workflow.domain import step_requests

        crypto.register_samples(sealed_secrets)
        key_rotation.register_sealed(
            *(
                key_rotation.sealed_column(Connection, name, partial(_place, name))
                for name in ("credential", "token")
            ),
            key_rotation.sealed_column(WebhookSecret, "secret", _place_of_secret, related="connection"),
        )
        future_times.register(
            future_times.moved_back(
                ActivityFeedNote, "created_at", "claimed_at", state__in=["queued", "sending"]
            ),
            future_times.moved_back(Delivery, "received_at", state="received", leased_to=None),
            future_times.limited(
                Delivery, "not_before", longest=2 * WAITS[-1], state="received", leased_to=None
            ),
            future_times.limited(Connection, "check_at", longest=2 * CHECKED_EVERY),
        )
        doctor.add_checks()
        navigation.show_if("greenhouse_inbox", oldest_connection)
        reviews.mention_note_if(is_posted_for)
        step_requests.postpone_if(has_waiting_deliveries)
        metrics.register(
            metrics.CountedGauge(
                "goodword_deliveries",
                "Webhook deliveries of the last GOODWORD_INBOX_DAYS days by state",
                "SELECT state, count(*) FROM greenhouse_delivery GROUP BY 1",
                ("state",),
            ),
            metrics.CountedGauge(
                "goodword_deliveries_oldest_seconds",
                "Waiting time of the oldest unhandled delivery",
                "SELECT coalesce(extract(epoch FROM max(now() - received_at)), 0) FROM greenhouse_delivery "
                "WHERE state = 'received'",
            ),
            metrics.CountedGauge(
                "goodword_notes",
                "Notes on the Activity Feed by state",
                "SELECT state, count(*) FROM greenhouse_activityfeednote GROUP BY 1",
                ("state",),
            ),
            metrics.CountedGauge(
                "goodword_notes_oldest_seconds",
                "Time since the oldest waiting note was due",
                "SELECT coalesce(extract(epoch FROM max(now() - not_before)), 0) FROM greenhouse_activityfeednote "
                "WHERE state IN ('queued', 'sending') AND not_before <= now()",
            ),
            metrics.CountedGauge(
                "goodword_connections",
                "Connections to Greenhouse by state",
                "SELECT state, count(*) FROM greenhouse_connection GROUP BY 1",
                ("state",),
            ),
            metrics.CountedGauge(
                "goodword_harvest_calls_day",
                "Calls to Harvest in the last 24 hours by outcome",
                "SELECT outcome, sum(calls) FROM greenhouse_calltally "
                "WHERE hour > now() - interval '24 hours' GROUP BY 1",
                ("outcome",),
            ),
            metrics.CountedGauge(
                "goodword_harvest_calls_left",
                "Smallest share of allowed calls left in a connection's current window, from 0 to 1",
                'SELECT coalesce(min(greatest(remaining, 0)::float / nullif("limit", 0)), 1) '
                "FROM greenhouse_ratewindow "
                "WHERE updated_at > now() - interval '1 minute'",
            ),
        )


def _place(column: str, connection: Any) -> str:
    return str(connection.place(column))


def _place_of_secret(secret: Any) -> str:
    return _place("webhook_secret", secret.connection)
