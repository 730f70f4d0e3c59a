"""Give a questionnaire its title and say what it is for."""

from django.db import transaction

from goodword.questionnaires.domain.drafts import NotEditable, is_own, lock
from goodword.questionnaires.models import Questionnaire


def describe(*, questionnaire: Questionnaire, title: str, description: str) -> None:
    """Both count at once, for every version. Raises `NotEditable` for one that came with the product."""
    with transaction.atomic():
        row = lock(questionnaire)
        if not is_own(row):
            raise NotEditable
        row.title, row.description = title, description
        row.save(update_fields=["title", "description"])
