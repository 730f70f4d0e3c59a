from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "goodword.workspace"
    label = "workspace"
