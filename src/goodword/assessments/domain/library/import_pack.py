"""Import a test from a file, as a draft."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.assessments.content import read
from goodword.assessments.domain.library.packs import WRITTEN_HERE, lock
from goodword.assessments.kinds.builtin import BUILT_IN
from goodword.assessments.kinds.pack_file import Imported, PackFile, difference, plain, read_file
from goodword.assessments.kinds.reasoning.content import Forms
from goodword.assessments.kinds.scales.content import PackError
from goodword.assessments.models import Test, TestVersion


def import_pack(*, raw: bytes, by: Membership, now: datetime) -> TestVersion:
    """A draft of what the file holds, whole or not at all, in the test of its id, which is made if it is missing.

    Raises `questionnaires.reading.ReadingError` with a sentence on what is wrong and what to do.
    """
    file = read_file(raw)
    content = file.content
    if content.id in BUILT_IN or content.id.startswith(WRITTEN_HERE):
        raise PackError(
            f"The id “{content.id}” is that of a test that Goodword keeps itself. Give this one an id of its own."
        )
    with transaction.atomic():
        test, made = Test.objects.of(by.organisation).get_or_create(
            key=content.id,
            defaults={
                "organisation": by.organisation,
                "kind": file.kind,
                "title": content.name,
                "created_at": now,
                "created_by": by,
            },
        )
        if not made:
            test = lock(test)
            _check(test, file)
        version = TestVersion.objects.create(
            organisation=by.organisation,
            test=test,
            number=content.version,
            language=content.language,
            content=plain(content),
            created_at=now,
        )
        audit(
            organisation=by.organisation,
            action="test.imported",
            member=by,
            now=now,
            details={"test": test.pk, "version": version.number, "language": version.language},
        )
        return version


def _check(test: Test, file: PackFile) -> None:
    """Whether it can join the versions that are there."""
    content = file.content
    if test.kind != file.kind:
        raise PackError(
            f"The id “{content.id}” is that of a test of another kind, “{test.title}”. Give this one an id of its own."
        )
    rows = list(TestVersion.objects.of(test.organisation).filter(test=test).order_by("pk"))
    for row in rows:
        _check_beside(row, content, test)


def _check_beside(row: TestVersion, content: Imported, test: Test) -> None:
    if row.number == content.version and row.language == content.language:
        if row.published_at is None:
            raise PackError(
                f"Version {row.number} of “{test.title}” in this language is there as a draft. Throw the draft away "
                "first, if this file is to take its place."
            )
        raise PackError(
            f"Version {row.number} of “{test.title}” in this language is there already, and a version never changes. "
            "If anything in the file is new, raise its “version”."
        )
    if row.published_at is None and row.language == content.language:
        raise PackError(
            f"There is still a draft of version {row.number} of “{test.title}” in this language. Publish it, or throw "
            "it away first."
        )
    if row.number == content.version:
        other = read(test.kind, row.content)
        assert not isinstance(other, Forms)  # of the kind of the file, which holds nothing that is generated
        if found := difference(content, other):
            raise PackError(
                f"Version {row.number} of “{test.title}” is there in “{row.language}”, and {found} differ from it. "
                "Languages of one version share all ids, keys and values: change the file, or raise its “version”."
            )
