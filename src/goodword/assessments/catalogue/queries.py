from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.packs import is_builtin, is_pack
from goodword.assessments.kinds.registry import Kind, kind_named, technical_sheet
from goodword.assessments.kinds.technical_sheet import TechnicalSheet
from goodword.assessments.models import Assessment, AssessmentPart, Test, TestVersion, newest_first
from goodword.assessments.plans.versions import form_of
from goodword.assessments.queries import content_of
from goodword.core.text import language_codes
from goodword.roles.models import Role, visible_roles


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTest:
    """`newest`: the newest published number, or "". `sheet`: the technical sheet of the first form. `drafts`: languages
    that have a draft."""

    test: Test
    newest: str
    numbers: tuple[str, ...]
    languages: tuple[str, ...]
    drafts: tuple[str, ...]
    sheet: TechnicalSheet | None
    n_forms: int
    roles: Sequence[Role]
    for_practice: bool = False

    @property
    def kind(self) -> Kind[Any]:
        return kind_named(self.test.kind)

    @property
    def builtin(self) -> bool:
        return is_builtin(self.test)

    @property
    def imported(self) -> bool:
        return is_pack(self.test)


def list_tests(member: Membership) -> list[ListedTest]:
    """Tests by title, with the roles that the member can see. Four queries."""
    organisation = member.organisation
    tests = list(Test.objects.of(organisation).order_by("title", "pk"))
    rows: dict[int, list[TestVersion]] = defaultdict(list)
    for row in TestVersion.objects.of(organisation).defer("content").order_by("-pk"):
        rows[row.test_id].append(row)
    shown = {test.pk: first for test in tests if (first := _displayed_version(rows[test.pk])) is not None}
    contents = dict(
        TestVersion.objects.of(organisation)
        .filter(pk__in=[row.pk for row in shown.values()])
        .values_list("pk", "content")
    )
    roles = roles_by_test(member)
    return [
        _listed_test(test, rows[test.pk], shown.get(test.pk), contents, roles.get(test.pk, []))
        for test in tests
    ]


def versions_of(test: Test) -> list[TestVersion]:
    rows = list(
        TestVersion.objects.of(test.organisation)
        .filter(test=test)
        .select_related("published_by__user")
        .order_by("pk")
    )
    for row in rows:
        row.test = test
    numbers = newest_first(rows)
    return sorted(
        rows,
        key=lambda row: (
            row.published_at is None,
            numbers.index(row.number) if row.number in numbers else 0,
            row.language != "en",
            row.language,
        ),
    )


def roles_by_test(member: Membership) -> Mapping[int, Sequence[Role]]:
    """Roles by test id. One query."""
    newest = Assessment.objects.of(member.organisation).filter(
        step=OuterRef("assessment__step"), published_at__isnull=False
    )
    parts = (
        AssessmentPart.objects.of(member.organisation)
        .filter(
            assessment=Subquery(newest.order_by("-number").values("pk")[:1]),
            assessment__step__role__in=visible_roles(member).filter(archived_at=None),
        )
        .select_related("assessment__step__role")
        .order_by("assessment__step__role__title", "assessment__step__role_id")
    )
    found: dict[int, list[Role]] = defaultdict(list)
    for part in parts:
        role = part.assessment.step.role
        if role not in found[part.test_id]:
            found[part.test_id].append(role)
    return found


def _listed_test(
    test: Test,
    rows: Sequence[TestVersion],
    shown: TestVersion | None,
    contents: Mapping[int, object],
    roles: Sequence[Role],
) -> ListedTest:
    sheet, n_forms, for_practice = None, 0, False
    if shown is not None:
        shown.content, shown.test = contents[shown.pk], test
        content = content_of(shown)
        forms = content.offers()
        for_practice = content.is_for_practice
        sheet, n_forms = technical_sheet(content, forms[0].id), len(forms)
    numbers = newest_first(rows)
    newest = numbers[0] if numbers else ""
    return ListedTest(
        test=test,
        newest=newest,
        numbers=tuple(numbers),
        languages=tuple(
            sorted(row.language for row in rows if row.number == newest and row.published_at is not None)
        ),
        drafts=tuple(sorted(row.language for row in rows if row.published_at is None)),
        sheet=sheet,
        n_forms=n_forms,
        roles=roles,
        for_practice=for_practice,
    )


def _displayed_version(rows: Sequence[TestVersion]) -> TestVersion | None:
    published = [row for row in rows if row.published_at is not None]
    if not published:
        return None
    newest = newest_first(rows)[0]
    return min(
        (row for row in published if row.number == newest),
        key=lambda row: (row.language != "en", row.language),
    )


class NoSuchVersion(LookupError):
    pass


@dataclass(frozen=True, kw_only=True)
class TestSelection:
    """A version in one form and language, with all rows of its test, newest first."""

    rows: Sequence[TestVersion]
    version: TestVersion
    form: str
    language: str


def select(test: Test, *, number: str = "", language: str = "", form: str = "") -> TestSelection | None:
    """Select the newest version by default, in English if available, in its first form (also if the form is unknown).

    Returns None for an unpublished test of the organisation, which is shown in its editor. Raises `NoSuchVersion`.
    """
    rows = [row for row in versions_of(test) if row.published_at is not None or is_pack(test)]
    if not rows:
        return None
    of_number = [row for row in rows if row.number == (number or rows[0].number)]
    generated = any(row.language == "" for row in of_number)
    if generated:
        row = of_number[0] if language in {"", *language_codes()} else None
        language = language or language_codes()[0]
    else:
        row = next((row for row in of_number if row.language == (language or of_number[0].language)), None)
    if row is None:
        raise NoSuchVersion
    content = content_of(row)
    try:
        chosen = form_of(content, form).id
    except LookupError:
        chosen = content.offers()[0].id
    return TestSelection(
        rows=rows, version=row, form=chosen, language=language if generated else row.language
    )
