"""The questionnaire of a check: the built-in one, frozen as a version of the organisation."""

from datetime import datetime

from goodword.accounts.models import Organisation
from goodword.questionnaires import builtin, parse
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion


def ensure_version(*, organisation: Organisation, now: datetime) -> QuestionnaireVersion:
    """The built-in questionnaire in the organisation's language, as its frozen version; made when it is missing."""
    template = builtin.load(builtin.GENERAL_PROFESSIONAL, language=organisation.language)
    questionnaire, _ = Questionnaire.objects.of(organisation).get_or_create(
        key=template.key,
        defaults={"organisation": organisation, "title": template.name, "created_at": now},
    )
    version, _ = QuestionnaireVersion.objects.of(organisation).get_or_create(
        questionnaire=questionnaire,
        number=template.version,
        language=template.language,
        defaults={
            "organisation": organisation,
            "questions": parse.to_json(template.questions),
            "created_at": now,
            "published_at": now,
        },
    )
    return version
