from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "goodword.notifications"
    label = "notifications"

    def ready(self) -> None:
        """The readiness check of outgoing mail: mail scheduled, or deferred by the recipient's server, is not late."""
        from goodword.core import health

        health.register_check(
            "mail",
            problem="a mail has been due for more than 15 minutes",
            sql="SELECT EXISTS (SELECT FROM notifications_email WHERE state IN ('queued', 'sending') AND "
            "not_before < %(now)s::timestamptz - interval '15 minutes') "
            "OR EXISTS (SELECT FROM notifications_mailservice WHERE down_since "
            "< %(now)s::timestamptz - interval '15 minutes' AND EXISTS (SELECT FROM notifications_email "
            "WHERE state IN ('queued', 'sending') AND excused > 0))",
        )
