from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "goodword.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from goodword.core import addresses, job_recovery  # noqa: F401  # imported to register them
        from goodword.core.backup import nightly
        from goodword.core.doctor.findings import DatabaseCheck, register

        register(DatabaseCheck(nightly.AREA, nightly.finding, ready=True))
