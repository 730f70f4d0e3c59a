"""See that the questionnaires that come with the product are there."""

from datetime import datetime

from goodword.accounts.models import Organisation
from goodword.questionnaires.builtin import keys
from goodword.questionnaires.versions import ensure_builtin


def ensure_all(organisation: Organisation, *, now: datetime) -> None:
    """Every built-in questionnaire, in its newest version. What is there already stays as it is."""
    for key in keys():
        ensure_builtin(organisation, key, now=now)
