import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.kinds.registry import kind_named
from goodword.assessments.models import Test, TestVersion, newest_first
from goodword.core.rows import lock_row
from goodword.drafts.models import OWN_PREFIX
from goodword.drafts.versions import LanguagesDraft, LibraryDrafts, Publication

#: a version's content in the format of its kind (assessments.kinds.builtin); texts of drafts can be empty
type Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDraft(LanguagesDraft[Test, TestVersion]):
    __test__ = False  # not a pytest class

    @property
    def test(self) -> Test:
        return self.owner

    @property
    def content(self) -> Content:
        found: Content = self.source.content
        return found


class TestDrafts(LibraryDrafts[Test, TestVersion, TestDraft, Content]):
    __test__ = False
    name = "test"

    def lock(self, owner: Test) -> Test:
        return lock_row(Test.objects.of(owner.organisation).select_for_update(no_key=True), owner.pk)

    def versions(self, owner: Test) -> QuerySet[TestVersion]:
        return TestVersion.objects.of(owner.organisation).filter(test=owner)

    def newest(self, owner: Test) -> list[TestVersion]:
        rows = self.versions(owner).filter(published_at__isnull=False)
        numbers = newest_first(rows.defer("content"))
        if not numbers:
            return []
        return list(rows.filter(number=numbers[0]).select_related("published_by__user").order_by("pk"))

    def content(self, row: TestVersion) -> Content:
        return dict(row.content)

    def draft(self, owner: Test, source: TestVersion, translations: tuple[TestVersion, ...]) -> TestDraft:
        return TestDraft(owner=owner, source=source, translations=translations)

    def create_rows(self, owner: Test, contents: Mapping[str, Content], *, now: datetime) -> None:
        numbers = self.versions(owner).values_list("number", flat=True)
        number = str(max((int(number) for number in numbers), default=0) + 1)
        for language, content in contents.items():
            create_row(owner, number=number, language=language, content=content, now=now)

    def delete(self, draft: TestDraft) -> bool:
        if not self.newest(draft.owner):
            kind_named(draft.owner.kind).forget_draft(draft.owner)
        return super().delete(draft)

    def details(self, draft: TestDraft) -> dict[str, Any]:
        return {"test": draft.owner.pk, "version": draft.source.number}


DRAFTS = TestDrafts()


def create_row(test: Test, *, number: str, language: str, content: Content, now: datetime) -> None:
    TestVersion.objects.create(
        organisation=test.organisation,
        test=test,
        number=number,
        language=language,
        content={**content, "version": number},
        created_at=now,
    )


def save(draft: TestDraft, contents: Mapping[str, Content]) -> None:
    """Save contents by language as the next revision. Until first published, the source's name is the test's title."""
    draft.source.revision += 1
    for row in draft.rows:
        row.content = contents.get(row.language, row.content)
        row.save(update_fields=["content", "revision"])
    name = str(draft.content["name"])
    if name and draft.test.title != name and not DRAFTS.newest(draft.test):
        draft.test.title = name
        draft.test.save(update_fields=["title"])


def create(
    *,
    kind: str,
    description: str,
    contents: Mapping[str, Content],
    by: Membership | None,
    now: datetime,
    organisation: Organisation | None = None,
    open_text_of: Test | None = None,
) -> Test:
    """Create a test of the organisation with a draft of these contents by language, source first. `organisation`:
    required without `by`."""
    owner = by.organisation if by is not None else organisation
    if owner is None:
        raise ValueError("A test must belong to an organisation.")
    with transaction.atomic():
        made = Test.objects.create(
            organisation=owner,
            kind=kind,
            key=f"{OWN_PREFIX}{secrets.token_hex(8)}",
            title=str(next(iter(contents.values()))["name"]),
            description=description,
            created_at=now,
            created_by=by,
            open_text_of=open_text_of,
        )
        DRAFTS.create_rows(made, contents, now=now)
        return made


def publish_complete(test: Test, *, revision: int, by: Membership | None, now: datetime) -> None:
    """Publish a draft without missing texts. Raises `NoDraft`, `StaleDraft` and `ReadingError`."""

    def check(draft: TestDraft) -> Publication:
        for row in draft.rows:
            kind_named(test.kind).parse(row.content)
        return publication(draft, draft.rows)

    DRAFTS.publish(test, revision=revision, check=check, by=by, now=now)


def publication(draft: TestDraft, rows: Sequence[TestVersion], **details: Any) -> Publication:
    """The test is named as in its source language."""
    draft.test.title = str(draft.content["name"])
    draft.test.save(update_fields=["title"])
    return Publication(rows=rows, details={"languages": [row.language for row in rows], **details})
