from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "goodword.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Name what makes outgoing mail well. A mail that is meant for later is not late, nor one that its own
        recipient's server refuses for now."""
        from goodword.core import readiness

        readiness.register(
            "mail",
            problem="a mail has been due for more than 15 minutes",
            sql="SELECT EXISTS (SELECT FROM notifications_email WHERE state IN ('queued', 'sending') AND "
            "not_before < %(now)s::timestamptz - interval '15 minutes') "
            "OR EXISTS (SELECT FROM notifications_mailservice WHERE down_since "
            "< %(now)s::timestamptz - interval '15 minutes' AND EXISTS (SELECT FROM notifications_email "
            "WHERE state IN ('queued', 'sending') AND excused > 0))",
        )
