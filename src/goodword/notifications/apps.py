from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "goodword.notifications"
    label = "notifications"

    def ready(self) -> None:
        from goodword.core import future_times, key_rotation, metrics
        from goodword.notifications import doctor
        from goodword.notifications.domain import send  # noqa: F401 - registers its jobs
        from goodword.notifications.domain.bounces import MARK_PURPOSE
        from goodword.notifications.models import Email

        key_rotation.register_hashes(MARK_PURPOSE)
        future_times.register(
            future_times.moved_back(
                Email, "created_at", "claimed_at", "handed_over_at", state__in=["queued", "sending"]
            )
        )
        doctor.add_checks()
        metrics.register(
            metrics.CountedGauge(
                "goodword_mails",
                "Mails by state",
                "SELECT state, count(*) FROM notifications_email GROUP BY 1",
                ("state",),
            ),
            metrics.CountedGauge(
                "goodword_mails_oldest_seconds",
                "For how long the oldest mail has been due",
                "SELECT coalesce(extract(epoch FROM max(now() - not_before)), 0) FROM notifications_email "
                "WHERE state IN ('queued', 'sending') AND not_before <= now()",
            ),
            metrics.CountedGauge(
                "goodword_mail_server_down_seconds",
                "For how long the mail server has been unavailable; 0 if it is up",
                "SELECT coalesce(extract(epoch FROM max(now() - down_since)), 0) FROM notifications_mailservice",
            ),
        )
