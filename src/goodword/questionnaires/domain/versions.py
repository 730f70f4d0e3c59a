from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from goodword.accounts.models import Organisation
from goodword.core.models import HasPk
from goodword.core.text import main_language, whole_minutes
from goodword.questionnaires import builtin
from goodword.questionnaires.builtin import keys
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.questions import applicable, minutes, parse, to_json
from goodword.questionnaires.types import RELATIONSHIPS, Question

#: minimum number of measured times before their median replaces the estimate
ENOUGH_MEASURED = 20
#: plausible seconds: in less, somebody clicked through; in more, the page was left open
SHORTEST_SECONDS, LONGEST_SECONDS = 20, 60 * 60
_MAX_PARSED = 512
#: questions of published versions by id; published versions never change
_parsed: dict[int, tuple[Question, ...]] = {}


def stored_questions(version: QuestionnaireVersion) -> tuple[Question, ...]:
    """Return a version's questions. Those of published versions are parsed once per process."""
    if version.published_at is None:
        return parse(version.questions)
    found = _parsed.get(version.pk)
    if found is None:
        found = parse(version.questions)
        if len(_parsed) >= _MAX_PARSED:
            _parsed.clear()
        _parsed[version.pk] = found
    return found


def languages_of(version: QuestionnaireVersion) -> tuple[str, ...]:
    return tuple(sibling.language for sibling in _siblings(version))


def in_language(version: QuestionnaireVersion, language: str) -> QuestionnaireVersion:
    """The version in another language ("de", "de-at") if there is one, else itself. At most one query."""
    if main_language(language) == main_language(version.language):
        return version
    return _in_language(_siblings(version), language) or version


def names_of_competencies(version: QuestionnaireVersion) -> dict[str, set[str]]:
    """The competencies of a version, each with its names in all languages, since what is stored by name may be older
    than a change of the organisation's language. One query."""
    by_question: dict[str, set[str]] = {}
    for row in _siblings(version):
        for entry in row.questions:
            if entry.get("competency"):
                by_question.setdefault(entry["id"], set()).add(entry["competency"])
    found: dict[str, set[str]] = {}
    for entry in version.questions:
        if entry.get("competency"):
            found.setdefault(entry["competency"], set()).update(by_question[entry["id"]])
    return found


def current_version(questionnaire: Questionnaire, *, language: str) -> QuestionnaireVersion | None:
    """The newest published version, in that language or else in its source language."""
    published = list(_published(questionnaire).order_by("-number", "pk"))
    newest = [version for version in published if version.number == published[0].number]
    return _in_language(newest, language) or next(iter(newest), None)


def selectable_questionnaires(organisation: HasPk) -> list[Questionnaire]:
    published = QuestionnaireVersion.objects.of(organisation).filter(
        questionnaire=OuterRef("pk"), published_at__isnull=False
    )
    return list(
        Questionnaire.objects.of(organisation)
        .filter(Exists(published), archived_at=None)
        .order_by("title", "pk")
    )


def ensure_builtin(organisation: Organisation, key: str, *, now: datetime) -> Questionnaire:
    """Create or update a built-in questionnaire unless a member has changed it, and add missing languages. Raises
    `LookupError` for an unknown key."""
    template = builtin.load(key, language=organisation.language)
    questionnaire = Questionnaire.objects.of(organisation).filter(key=key).first()
    if questionnaire and not _lacking(questionnaire, template):
        return questionnaire
    with transaction.atomic():
        Questionnaire.objects.of(organisation).get_or_create(
            key=key,
            defaults={
                "organisation": organisation,
                "title": template.name,
                "description": template.description,
                "created_at": now,
            },
        )
        # a concurrent call waits here and then finds nothing missing
        questionnaire = Questionnaire.objects.of(organisation).select_for_update(no_key=True).get(key=key)
        QuestionnaireVersion.objects.of(organisation).bulk_create(
            _as_version(questionnaire, builtin.load(key, language=language), now=now)
            for language in _lacking(questionnaire, template)
        )
    return questionnaire


def minutes_of_version(version: QuestionnaireVersion, *, relationship: str = "") -> int:
    """The measured median, or an estimate for `relationship`, by default the one with the most questions."""
    if version.median_seconds is not None and version.measured >= ENOUGH_MEASURED:
        return whole_minutes(version.median_seconds)
    questions = stored_questions(version)
    of = [relationship] if relationship else RELATIONSHIPS
    return max(minutes(applicable(questions, relationship=asked)) for asked in of)


def record_seconds(version: QuestionnaireVersion, seconds: Iterable[float]) -> None:
    """Store the median of the plausible times. `seconds`: all known times, so this can be called repeatedly."""
    plausible = [value for value in seconds if SHORTEST_SECONDS <= value <= LONGEST_SECONDS]
    if plausible:
        _versions_of_organisation(version).filter(pk=version.pk).update(
            median_seconds=round(median(plausible)), measured=len(plausible)
        )


def _published(questionnaire: Questionnaire) -> QuerySet[QuestionnaireVersion]:
    return _versions_of_organisation(questionnaire).filter(
        questionnaire=questionnaire, published_at__isnull=False
    )


def _versions_of_organisation(row: Questionnaire | QuestionnaireVersion) -> QuerySet[QuestionnaireVersion]:
    """Return all versions, without a query for the organisation."""
    return QuestionnaireVersion.objects.of(Organisation(pk=row.organisation_id))


def _siblings(version: QuestionnaireVersion) -> list[QuestionnaireVersion]:
    return list(
        _versions_of_organisation(version)
        .filter(
            questionnaire_id=version.questionnaire_id,
            number=version.number,
            published_at__isnull=version.published_at is None,
        )
        .order_by("pk")
    )


def _in_language(versions: Sequence[QuestionnaireVersion], language: str) -> QuestionnaireVersion | None:
    return next(
        (version for version in versions if main_language(version.language) == main_language(language)), None
    )


def _lacking(questionnaire: Questionnaire, template: builtin.Template) -> tuple[str, ...]:
    there = list(
        _versions_of_organisation(questionnaire).filter(questionnaire=questionnaire).defer("questions")
    )
    same = [version for version in there if version.number == template.version]
    wanted = dict.fromkeys((template.language, *builtin.languages(template.key)))
    lacking = tuple(language for language in wanted if language not in {version.language for version in same})
    if not lacking:
        return ()
    if same:
        return lacking if any(_is_unchanged(version, template.key) for version in same) else ()
    changed = any(not _is_ours(version) for version in there)
    newest = max((version.number for version in there), default=0)
    return () if changed or newest > template.version else lacking


def _is_unchanged(version: QuestionnaireVersion, key: str) -> bool:
    """Whether it is still the built-in version, so that its other languages can be added."""
    template = builtin.load(key, language=version.language)
    return (template.version, template.language) == (version.number, version.language) and bool(
        to_json(template.questions) == version.questions
    )


def _is_ours(version: QuestionnaireVersion) -> bool:
    """Whether it is a built-in version: those are published when they are created, and not by a member."""
    return version.published_by_id is None and version.published_at == version.created_at


def _as_version(
    questionnaire: Questionnaire, template: builtin.Template, *, now: datetime
) -> QuestionnaireVersion:
    return QuestionnaireVersion(
        organisation_id=questionnaire.organisation_id,
        questionnaire=questionnaire,
        number=template.version,
        language=template.language,
        questions=to_json(template.questions),
        created_at=now,
        published_at=now,
    )


def numbers(questionnaire: Questionnaire) -> list[int]:
    return list(_published(questionnaire).order_by("-number").values_list("number", flat=True).distinct())


def versions_in_all_languages(
    questionnaire: Questionnaire, *, number: int | None = None
) -> list[QuestionnaireVersion]:
    rows = _published(questionnaire)
    wanted = (
        number if number is not None else rows.order_by("-number").values_list("number", flat=True).first()
    )
    if wanted is None:
        return []
    return list(rows.filter(number=wanted).select_related("published_by__user").order_by("pk"))


def ensure_all_builtin(organisation: Organisation, *, now: datetime) -> None:
    for key in keys():
        ensure_builtin(organisation, key, now=now)
