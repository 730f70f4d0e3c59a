from django.apps import AppConfig


class GreenhouseConfig(AppConfig):
    name = "goodword.greenhouse"
    label = "greenhouse"

    def ready(self) -> None:
        """Register the secrets that field keys must open, and the checks of the installation."""
        from goodword.core import crypto
        from goodword.greenhouse.models import sealed_secrets
        from goodword.greenhouse.setup import doctor

        crypto.register_secrets(sealed_secrets)
        doctor.add_checks()
