import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.models import Test, TestVersion
from goodword.core.versioned_drafts import LanguagesDraft, NotEditable, changed

#: prefix of the keys of an organisation's own tests
OWN_PREFIX = "own_"
#: a version's content in the form of its kind (assessments.kinds.builtin); of a draft, texts may be empty
type Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(LanguagesDraft[TestVersion]):
    test: Test

    @property
    def content(self) -> Content:
        found: Content = self.source.content
        return found


def is_own(test: Test) -> bool:
    return test.key.startswith(OWN_PREFIX)


def draft_of(test: Test) -> Draft | None:
    if not is_own(test):
        return None
    rows = list(TestVersion.objects.of(test.organisation).filter(test=test, published_at=None).order_by("pk"))
    if not rows:
        return None
    return Draft(test=test, source=rows[0], translations=tuple(rows[1:]))


def newest_published(test: Test) -> list[TestVersion]:
    """All languages of the newest published version, the source first; [] if there is none."""
    rows = TestVersion.objects.of(test.organisation).filter(test=test, published_at__isnull=False)
    newest = rows.order_by("-published_at", "-pk").first()
    if newest is None:
        return []
    return list(rows.filter(number=newest.number).select_related("published_by__user").order_by("pk"))


@contextmanager
def locked_draft(test: Test, *, revision: int) -> Iterator[Draft]:
    """The draft, to be changed in one transaction (core.versioned_drafts), with its revision increased."""
    with changed(lambda: lock(test), draft_of, revision=revision) as draft:
        draft.source.revision += 1
        yield draft


def lock(test: Test) -> Test:
    return Test.objects.of(test.organisation).select_for_update().get(pk=test.pk)


def save(draft: Draft, contents: Mapping[str, Content]) -> None:
    """Save contents by language. Until first published, the source's name is the test's title."""
    for row in draft.rows:
        row.content = contents.get(row.language, row.content)
        row.save(update_fields=["content", "revision"])
    name = str(draft.content["name"])
    if name and draft.test.title != name and not newest_published(draft.test):
        draft.test.title = name
        draft.test.save(update_fields=["title"])


def create(
    *, kind: str, description: str, contents: Mapping[str, Content], by: Membership, now: datetime
) -> Test:
    """A new test of the organisation's own, with a draft of these contents by language, source first."""
    with transaction.atomic():
        made = Test.objects.create(
            organisation=by.organisation,
            kind=kind,
            key=f"{OWN_PREFIX}{secrets.token_hex(8)}",
            title=str(next(iter(contents.values()))["name"]),
            description=description,
            created_at=now,
            created_by=by,
        )
        create_rows(made, number="1", contents=contents, now=now)
        return made


def begin_draft(*, test: Test, now: datetime) -> Draft:
    """The open draft, else a new one with the contents of the newest version. Raises `NotEditable`."""
    with transaction.atomic():
        row = lock(test)
        if not is_own(row) or row.archived_at is not None:
            raise NotEditable
        if draft := draft_of(row):
            return draft
        newest = newest_published(row)
        number = next_number(row)
        create_rows(
            row,
            number=number,
            contents={one.language: {**one.content, "version": number} for one in newest},
            now=now,
        )
        made = draft_of(row)
        assert made is not None  # just made
        return made


def create_rows(test: Test, *, number: str, contents: Mapping[str, Content], now: datetime) -> None:
    for language, content in contents.items():
        TestVersion.objects.create(
            organisation=test.organisation,
            test=test,
            number=number,
            language=language,
            content=content,
            created_at=now,
        )


def next_number(test: Test) -> str:
    numbers = TestVersion.objects.of(test.organisation).filter(test=test).values_list("number", flat=True)
    return str(max((int(number) for number in numbers), default=0) + 1)


def freeze(
    draft: Draft, *, whole: Sequence[TestVersion], by: Membership, now: datetime, details: Mapping[str, Any]
) -> str:
    """Publish the complete languages (`whole`), in the transaction of `locked_draft`; others stay in a draft."""
    number = draft.source.number
    left = [row for row in draft.rows if row not in whole]
    for row in whole:
        row.published_at, row.published_by = now, by
        row.save(update_fields=["content", "published_at", "published_by", "revision"])
    if left:
        following = str(int(number) + 1)
        contents = {row.language: {**row.content, "version": following} for row in (*whole, *left)}
        for row in left:
            row.delete()
        create_rows(draft.test, number=following, contents=contents, now=now)
    draft.test.title = str(draft.content["name"])
    draft.test.save(update_fields=["title"])
    audit(
        organisation=draft.test.organisation,
        action="test.published",
        member=by,
        now=now,
        details={
            "test": draft.test.pk,
            "version": number,
            "languages": [row.language for row in whole],
            **details,
        },
    )
    return number


def discard(*, test: Test, revision: int, by: Membership, now: datetime) -> bool:
    """Delete the draft, and the test if never published. Returns whether it still exists. Raises as `locked_draft`."""
    with locked_draft(test, revision=revision) as draft:
        stays = bool(newest_published(draft.test))
        audit(
            organisation=test.organisation,
            action="test.draft_discarded",
            member=by,
            now=now,
            details={"test": test.pk, "version": draft.source.number},
        )
        if stays:
            for row in draft.rows:
                row.delete()
        else:
            draft.test.delete()
        return stays
