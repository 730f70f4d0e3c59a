"""Which questionnaires a reference check can ask: the organisation's own, and those that come with Goodword."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from goodword.accounts.models import Organisation
from goodword.questionnaires import builtin, versions
from goodword.questionnaires.builtin import keys as built_in_keys
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.timing import minutes

BUILTIN: Final = "builtin:"
#: what stands behind an empty `Step.questionnaire_id`
USUAL: Final = BUILTIN + builtin.GENERAL_PROFESSIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A questionnaire to choose: `value` is its id, or "builtin:" and the key of one that came with Goodword."""

    value: str
    title: str
    description: str
    minutes: int
    languages: tuple[str, ...]


def choices(organisation: Organisation, *, chosen: int | None) -> Sequence[Choice]:
    """The built-in ones first. One that is `chosen` already stays to be chosen when it is archived."""
    own = {row.key: row for row in versions.offered(organisation)}
    if chosen is not None and chosen not in {row.pk for row in own.values()}:
        row = Questionnaire.objects.of(organisation).filter(pk=chosen).first()
        own |= {row.key: row} if row else {}
    archived = (
        Questionnaire.objects.of(organisation).filter(archived_at__isnull=False).exclude(pk=chosen or 0)
    )
    away = set(archived.values_list("key", flat=True))
    built_in = [
        _built_in(key, own.pop(key, None), organisation) for key in built_in_keys() if key not in away
    ]
    return [*built_in, *(_own(row, organisation) for row in own.values())]


def value_of(questionnaire_id: int | None, *, organisation: Organisation) -> str:
    """How a step's questionnaire is called among the choices."""
    if questionnaire_id is None:
        return USUAL
    row = Questionnaire.objects.of(organisation).filter(pk=questionnaire_id).first()
    if row is None:
        return USUAL
    return BUILTIN + row.key if row.key in built_in_keys() else str(row.pk)


def id_of(value: str, *, organisation: Organisation, now: datetime) -> int | None:
    """What a step keeps for a choice; a built-in one becomes a questionnaire of the organisation."""
    if value == USUAL:
        return None
    if value.startswith(BUILTIN):
        return versions.ensure_builtin(organisation, value.removeprefix(BUILTIN), now=now).pk
    return int(value)


def _built_in(key: str, row: Questionnaire | None, organisation: Organisation) -> Choice:
    template = builtin.load(key, language=organisation.language)
    version = versions.current_version(row, language=organisation.language) if row else None
    return Choice(
        value=BUILTIN + key,
        title=row.title if row else template.name,
        description=(row.description if row else "") or template.description,
        minutes=versions.minutes_of_version(version) if version else minutes(template.questions),
        languages=versions.languages_of(version) if version else builtin.languages(key),
    )


def _own(row: Questionnaire, organisation: Organisation) -> Choice:
    version = versions.current_version(row, language=organisation.language)
    return Choice(
        value=str(row.pk),
        title=row.title,
        description=row.description,
        minutes=versions.minutes_of_version(version) if version else 0,
        languages=versions.languages_of(version) if version else (),
    )
