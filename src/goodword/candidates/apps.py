from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "goodword.candidates"
    label = "candidates"
