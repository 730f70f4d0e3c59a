from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "goodword.ui"
    label = "ui"
    verbose_name = "Look"
