from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, OuterRef, Q, Subquery

from goodword.accounts.models import Membership, Organisation
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain.versions import ENOUGH_MEASURED, minutes_of_version
from goodword.questionnaires.editor.entries import competencies_of
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.roles.models import Role, Step, visible_roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`minutes`: the median of `measured` answers, or an estimate if there are none."""

    questions: int
    minutes: int
    measured: int
    competencies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedQuestionnaire:
    """`version`: the newest published one. If there is none, `facts` are the draft's."""

    questionnaire: Questionnaire
    version: QuestionnaireVersion | None
    draft: QuestionnaireVersion | None
    languages: tuple[str, ...]
    facts: Facts
    roles: Sequence[Role]


def list_questionnaires(member: Membership) -> list[ListedQuestionnaire]:
    """List questionnaires by title, with the roles that the member can see. Three queries."""
    organisation = member.organisation
    by_questionnaire: dict[int, list[QuestionnaireVersion]] = defaultdict(list)
    for row in _newest_and_drafts(organisation):
        by_questionnaire[row.questionnaire_id].append(row)
    roles = _roles_by_questionnaire(member)
    return [
        _listed(questionnaire, by_questionnaire[questionnaire.pk], _used(questionnaire, roles))
        for questionnaire in Questionnaire.objects.of(organisation).order_by("title", "pk")
        if by_questionnaire[questionnaire.pk]
    ]


def roles_of(questionnaire: Questionnaire, member: Membership) -> list[Role]:
    return list(_used(questionnaire, _roles_by_questionnaire(member)))


def _listed(
    questionnaire: Questionnaire, rows: Sequence[QuestionnaireVersion], roles: Sequence[Role]
) -> ListedQuestionnaire:
    published = [row for row in rows if row.published_at is not None]
    drafts = [row for row in rows if row.published_at is None]
    shown = published or drafts
    return ListedQuestionnaire(
        questionnaire=questionnaire,
        version=published[0] if published else None,
        draft=drafts[0] if drafts else None,
        languages=tuple(row.language for row in shown),
        facts=facts_of(shown[0]),
        roles=roles,
    )


def _newest_and_drafts(organisation: Organisation) -> Sequence[QuestionnaireVersion]:
    rows = QuestionnaireVersion.objects.of(organisation)
    newest = (
        rows.filter(questionnaire=OuterRef("questionnaire"), published_at__isnull=False)
        .order_by()
        .values("questionnaire")
        .annotate(newest=Max("number"))
        .values("newest")[:1]
    )
    return list(rows.filter(Q(published_at=None) | Q(number=Subquery(newest))).order_by("pk"))


def _roles_by_questionnaire(member: Membership) -> Mapping[int | None, Sequence[Role]]:
    steps = (
        Step.objects.of(member.organisation)
        .filter(
            kind=Step.Kind.REFERENCE_CHECK,
            role__in=visible_roles(member).filter(archived_at=None),
        )
        .select_related("role")
        .order_by("role__title", "role_id")
    )
    roles: dict[int | None, list[Role]] = defaultdict(list)
    for step in steps:
        roles[step.questionnaire_id].append(step.role)
    return roles


def _used(questionnaire: Questionnaire, roles: Mapping[int | None, Sequence[Role]]) -> Sequence[Role]:
    used = list(roles.get(questionnaire.pk, ()))
    # roles without a questionnaire use this one
    if questionnaire.key == GENERAL_PROFESSIONAL:
        used += roles.get(None, ())
    return used


def facts_of(version: QuestionnaireVersion) -> Facts:
    known = version.median_seconds is not None and version.measured >= ENOUGH_MEASURED
    return Facts(
        questions=len(version.questions),
        minutes=minutes_of_version(version) if version.questions else 0,
        measured=version.measured if known else 0,
        competencies=competencies_of(version.questions),
    )
