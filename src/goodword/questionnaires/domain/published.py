"""The published versions of a questionnaire, as the editor reads them."""

from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion


def numbers(questionnaire: Questionnaire) -> list[int]:
    """The numbers of its published versions, the newest first."""
    rows = QuestionnaireVersion.objects.of(questionnaire.organisation).filter(
        questionnaire=questionnaire, published_at__isnull=False
    )
    return list(rows.order_by("-number").values_list("number", flat=True).distinct())


def languages_rows(questionnaire: Questionnaire, *, number: int | None = None) -> list[QuestionnaireVersion]:
    """All languages of a published number (without one: the newest), the source first; [] if there is none."""
    rows = QuestionnaireVersion.objects.of(questionnaire.organisation).filter(
        questionnaire=questionnaire, published_at__isnull=False
    )
    wanted = (
        number if number is not None else rows.order_by("-number").values_list("number", flat=True).first()
    )
    if wanted is None:
        return []
    return list(rows.filter(number=wanted).select_related("published_by__user").order_by("pk"))
