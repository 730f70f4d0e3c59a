from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "goodword.demo"
    label = "demo"
