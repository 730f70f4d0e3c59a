from django.apps import AppConfig


class ReferencesConfig(AppConfig):
    name = "goodword.references"
    label = "references"

    def ready(self) -> None:
        from goodword.core import crypto
        from goodword.references.domain import requests
        from goodword.references.flags import traces

        crypto.register_hashes(requests.HASH_PURPOSE, traces.HASH_PURPOSE)
