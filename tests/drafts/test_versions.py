"""Published versions never change."""

from collections.abc import Callable

import pytest

from goodword.accounts.models import Membership
from goodword.assessments.plans.versions import current_assessment
from goodword.drafts.models import Frozen, Version
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain.versions import current_version, ensure_builtin
from tests.assessments.judgement import support as judgement
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def questionnaire_version(rita: Membership) -> Version:
    found = current_version(ensure_builtin(rita.organisation, GENERAL_PROFESSIONAL, now=NOW), language="en")
    assert found is not None
    return found


def version_of_a_test(rita: Membership) -> Version:
    return judgement.published(rita).versions.get()


def assessment(rita: Membership) -> Version:
    step = factories.step(factories.role(rita.organisation), "assessment")
    current_assessment(step, now=NOW)
    return step.assessments.get()


@pytest.mark.matrix
@pytest.mark.parametrize("published", [questionnaire_version, version_of_a_test, assessment])
def test_a_published_version_is_not_saved_again(
    published: Callable[[Membership], Version], rita: Membership
) -> None:
    version = published(rita)
    before = version.revision
    version.revision = before + 1
    with pytest.raises(Frozen):
        version.save()
    version.refresh_from_db()
    assert version.revision == before


def test_a_draft_is_frozen_once_it_is_published(rita: Membership) -> None:
    draft = judgement.draft(judgement.own(rita, judgement.LATE)).source
    draft.publish(by=rita, now=NOW)
    with pytest.raises(Frozen):
        draft.save()
