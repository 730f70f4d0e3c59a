"""A built-in test as a row of the organisation, published in all its languages."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Organisation
from goodword.assessments.kinds.builtin import BUILT_IN, contents
from goodword.assessments.models import Test, TestVersion


def ensure_builtin(organisation: Organisation, key: str, *, now: datetime) -> Test:
    """The built-in test with its newest version; made, or brought up, when it is missing.

    Versions that were there stay. Raises `LookupError` for a key that does not exist.
    """
    found = contents(key)
    built = BUILT_IN[key]
    number = str(next(iter(found.values()))["version"])
    have = TestVersion.objects.of(organisation).filter(test__key=key, number=number)
    if set(have.values_list("language", flat=True)) >= set(found):
        return Test.objects.of(organisation).get(key=key)
    with transaction.atomic():
        Test.objects.of(organisation).get_or_create(
            key=key,
            defaults={
                "organisation": organisation,
                "kind": built.kind,
                "title": built.title,
                "description": built.description,
                "created_at": now,
            },
        )
        # two that begin at once make it once: the second waits here and finds nothing lacking
        test = Test.objects.of(organisation).select_for_update().get(key=key)
        there = set(have.values_list("language", flat=True))
        TestVersion.objects.of(organisation).bulk_create(
            TestVersion(
                organisation=organisation,
                test=test,
                number=number,
                language=language,
                content=content,
                created_at=now,
                published_at=now,
            )
            for language, content in found.items()
            if language not in there
        )
        return test


def ensure_all(organisation: Organisation, *, now: datetime) -> None:
    """All built-in tests, for the pages that list them."""
    for key in BUILT_IN:
        ensure_builtin(organisation, key, now=now)
