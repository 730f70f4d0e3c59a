from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "goodword.notifications"
    label = "notifications"

    def ready(self) -> None:
        from goodword.notifications import doctor

        doctor.add_checks()
