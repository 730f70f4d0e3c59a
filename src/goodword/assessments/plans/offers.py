"""What a role may be offered: tests of the library, their versions and forms, and the proposed settings."""

from collections.abc import Iterable, Sequence

from goodword.accounts.models import Organisation
from goodword.assessments.content import content_of
from goodword.assessments.kinds import Content, kind_named, kind_of
from goodword.assessments.kinds.builtin import WORK_STYLE_FORM
from goodword.assessments.kinds.packs import FormOffer
from goodword.assessments.models import Calibration, NormSet, Test, TestVersion


def offered_tests(organisation: Organisation) -> Sequence[Test]:
    """The tests that a role may use: published and not archived, by title."""
    rows = Test.objects.of(organisation).filter(archived_at=None, versions__published_at__isnull=False)
    return list(rows.select_related("organisation").distinct().order_by("title", "pk"))


def published_of(tests: Iterable[Test]) -> dict[int, list[TestVersion]]:
    """The published versions in all languages, newest first, by test id. One query."""
    known = {test.pk: test for test in tests}
    found: dict[int, list[TestVersion]] = {pk: [] for pk in known}
    for organisation in {test.organisation for test in known.values()}:
        rows = TestVersion.objects.of(organisation).filter(test__in=known, published_at__isnull=False)
        for row in rows.order_by("-published_at", "-pk"):
            row.test = known[row.test_id]
            found[row.test_id].append(row)
    return found


def newest_version_number(test: Test) -> str | None:
    """The number of the newest published version; None before the first."""
    rows = TestVersion.objects.of(test.organisation).filter(test=test, published_at__isnull=False)
    return rows.order_by("-published_at", "-pk").values_list("number", flat=True).first()


def content_of_number(test: Test, number: str) -> Content:
    """The content of a published version, in English if possible. Raises LookupError."""
    rows = TestVersion.objects.of(test.organisation).select_related("test")
    return content_among(rows.filter(test=test, number=number, published_at__isnull=False), number)


def content_among(rows: Iterable[TestVersion], number: str) -> Content:
    """As content_of_number, from the published versions of one test. No query."""
    found = [row for row in rows if row.number == number]
    if not found:
        raise LookupError(f"Version {number} is not published.")
    return content_of(min(found, key=lambda row: (row.language not in {"", "en"}, row.pk)))


def form_of(content: Content, form: str) -> FormOffer:
    """One form of a version. Raises LookupError."""
    for offer in content.offers():
        if offer.id == form:
            return offer
    raise LookupError(f"There is no form “{form}”.")


def proposed_form(content: Content) -> FormOffer:
    """The form proposed for a test: the short one of work style, else the first."""
    found = {form.id: form for form in content.offers()}
    return found.get(WORK_STYLE_FORM) or next(iter(found.values()))


def proposed_minutes(content: Content, form: FormOffer) -> int | None:
    """The time limit proposed: that of the blueprint for generated items, else None."""
    return form.minutes if kind_of(content).is_generated else None


def may_be_timed(test: Test) -> bool:
    """Whether a time limit makes sense for this kind of test."""
    return kind_named(test.kind).may_be_timed


def is_right_or_wrong(content: Content) -> bool:
    """Whether there are right answers to count."""
    return kind_of(content).is_right_or_wrong(content)


def newest_norms(test: Test, *, number: str, form: str) -> NormSet | None:
    """The newest norms of this version and form."""
    rows = NormSet.objects.of(test.organisation).filter(test=test, version=number, form=form)
    return rows.order_by("-number").first()


def newest_calibration(test: Test, *, number: str) -> Calibration | None:
    """The newest calibration of this version."""
    rows = Calibration.objects.of(test.organisation).filter(test=test, version=number)
    return rows.order_by("-number").first()
