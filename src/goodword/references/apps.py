from django.apps import AppConfig


class ReferencesConfig(AppConfig):
    name = "goodword.references"
    label = "references"

    def ready(self) -> None:
        from goodword.core import key_rotation
        from goodword.references.domain import requests
        from goodword.references.flags import traces

        key_rotation.register_hashes(requests.HASH_PURPOSE, traces.HASH_PURPOSE)
