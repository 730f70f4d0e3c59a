from django.apps import AppConfig


class GreenhouseConfig(AppConfig):
    name = "goodword.greenhouse"
    label = "greenhouse"

    def ready(self) -> None:
        """Register the secrets that field keys must open, and the readiness check of the inbox."""
        from goodword.core import crypto, health
        from goodword.greenhouse.models import sealed_secrets

        crypto.register_secrets(sealed_secrets)
        health.register_check(
            "deliveries",
            problem="a delivery has waited for more than 15 minutes",
            sql="SELECT min(received_at) < %(now)s::timestamptz - interval '15 minutes' "
            "FROM greenhouse_delivery WHERE state = 'received'",
        )
