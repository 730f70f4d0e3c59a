from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "goodword.questionnaires"
    label = "questionnaires"
