from django.apps import AppConfig


class StepsConfig(AppConfig):
    name = "goodword.steps"
    label = "steps"
