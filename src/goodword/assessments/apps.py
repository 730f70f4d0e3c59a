from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "goodword.assessments"
    label = "assessments"
