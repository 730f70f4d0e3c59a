from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "goodword.roles"
    label = "roles"
