"""Which questions a check asks, and in which languages."""

from collections.abc import Sequence
from datetime import datetime

from goodword.questionnaires import builtin
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.versions import current_version, ensure_builtin, languages_of
from goodword.roles.models import Step


def version_for(step: Step, *, now: datetime) -> QuestionnaireVersion:
    """The newest version of the step's questionnaire in the organisation's language, or in its first; the built-in
    one where the step names none, or one that was never published."""
    organisation = step.organisation
    if step.questionnaire_id is not None:
        chosen = Questionnaire.objects.of(organisation).filter(pk=step.questionnaire_id).first()
        if chosen is not None and (version := current_version(chosen, language=organisation.language)):
            return version
    built_in = ensure_builtin(organisation, builtin.GENERAL_PROFESSIONAL, now=now)
    found = current_version(built_in, language=organisation.language)
    assert found is not None  # a built-in one has its versions published as it is made
    return found


def languages_for(step: Step, version: QuestionnaireVersion) -> list[str]:
    """What candidate and referees may choose from: those of the version that the step allows, never none."""
    there = languages_of(version)
    return [language for language in there if not step.languages or language in step.languages] or [
        version.language
    ]


def language_of(spoken: str, languages: Sequence[str], *, otherwise: str) -> str:
    """The candidate's language ("de" or "de-AT") if it is offered, else `otherwise`, else the first that is."""
    for wanted in (_short(spoken), _short(otherwise)):
        for language in languages:
            if wanted and _short(language) == wanted:
                return language
    return languages[0]


def _short(language: str) -> str:
    return language.strip().lower().replace("_", "-").partition("-")[0]
