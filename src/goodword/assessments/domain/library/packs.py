"""The tests that an organisation has imported: whose they are, and their rows held while they are changed."""

from goodword.assessments.kinds.builtin import BUILT_IN
from goodword.assessments.models import Test, TestVersion

#: how the key of a test begins that was written on Goodword's own pages
WRITTEN_HERE = "own_"


def is_builtin(test: Test) -> bool:
    """Whether it comes with Goodword."""
    return test.key in BUILT_IN


def is_pack(test: Test) -> bool:
    """Whether it was imported."""
    return not is_builtin(test) and not test.key.startswith(WRITTEN_HERE)


def lock(test: Test) -> Test:
    """Its row, held until the transaction ends: one change of a test at a time."""
    return Test.objects.of(test.organisation).select_for_update(of=("self",)).get(pk=test.pk)


class NotADraft(Exception):
    """It was published or thrown away meanwhile, or was never imported."""


def lock_draft(version: TestVersion) -> TestVersion:
    """The draft of an imported version, held until the transaction ends. Raises `NotADraft`."""
    test = lock(version.test)
    found = TestVersion.objects.of(version.organisation).filter(pk=version.pk, published_at=None).first()
    if found is None or not is_pack(test):
        raise NotADraft
    found.test = test
    return found
