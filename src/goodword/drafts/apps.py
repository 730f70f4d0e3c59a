from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "goodword.drafts"
    label = "drafts"
