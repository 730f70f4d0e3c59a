from django.apps import AppConfig


class GreenhouseConfig(AppConfig):
    name = "goodword.greenhouse"
    label = "greenhouse"
