from django.apps import AppConfig


class GreenhouseConfig(AppConfig):
    name = "goodword.greenhouse"
    label = "greenhouse"

    def ready(self) -> None:
        """Name the secrets that must open for the field keys to fit."""
        from goodword.core import field_keys
        from goodword.greenhouse.models.connection import sealed_secrets

        field_keys.register(sealed_secrets)
