from django.apps import AppConfig


class StepsConfig(AppConfig):
    name = "goodword.workflow"
    label = "workflow"
