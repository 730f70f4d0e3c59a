from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "goodword.reports"
    label = "reports"
