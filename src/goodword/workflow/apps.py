from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "goodword.workflow"
    label = "workflow"
