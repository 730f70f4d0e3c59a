"""Settings > Retention > Download draft: a data protection impact assessment with the organisation's settings."""

import pytest

from goodword.accounts.models import AuditEntry, Organisation
from goodword.assessments.kinds.builtin import REASONING, WORK_STYLE
from goodword.assessments.models import AssessmentPart
from goodword.roles.models import Role, Step
from tests.assessments.assessment_plans.support import drafted, published
from tests.assessments.judgement.support import own
from tests.assessments.panels.support import invited
from tests.assessments.verification.support import finished, opened
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


def draft(organisation: Organisation, *, kind: str = "admin") -> tuple[int, str]:
    client = signed_in(factories.member(organisation, kind=kind))
    response = client.get(f"/o/{organisation.slug}/settings/retention/impact-assessment/")
    return response.status_code, response.content.decode()


def publish_for(role: Role) -> None:
    by = factories.member(role.organisation, kind="admin")
    made = published(factories.step(role, "assessment"), WORK_STYLE, by=by)
    AssessmentPart.objects.of(role.organisation).filter(assessment=made).update(
        requirement="Works alone\nat night"
    )


def test_the_draft_follows_the_settings() -> None:
    organisation = factories.organisation(name="Acme & Sons")
    _, before = draft(organisation)
    for sentence in (
        "Controller: Acme & Sons",
        "No assessment has been published.",
        "People aren't erased when their applications end. TO DO",
        "not recorded",
        "Greenhouse is not connected.",
        "an admin, because Settings > Organisation names no contact, who isn't hiring for the role; if there is none",
        "second factor optional",
        "Referees' answers are confidential.",
    ):
        assert sentence in before, sentence
    assert "hired" not in before
    organisation.erases_old, organisation.keep_months, organisation.watches_devices = True, 1, True
    organisation.rates_hires = True
    organisation.adjustments_name = "Kim Care"
    organisation.save()
    role = factories.role(organisation)
    Step.objects.of(organisation).filter(role=role, kind="reference_check").update(candidate_may_see=True)
    Role.objects.of(organisation).update(asks_for_ratings_since=factories.NOW)
    _, after = draft(organisation)
    for sentence in (
        "erased 1 month after their last application ended.",
        "Managers rate people after they were hired",
        "In 1 role, managers are asked for such a rating by e-mail",
        "recorded and compared; the raw values are deleted after 30 days",
        "go to Kim Care or, for roles that this person is hiring for, an admin who isn't hiring for the role",
        "if there is none, to the recruiter, and candidates read that before they send one |",
        "except in 1 role in which candidates see them on request",
    ):
        assert sentence in after, sentence


@pytest.mark.world
def test_experts_and_verified_results_are_counted() -> None:
    verification = opened(finished())
    organisation = verification.organisation
    rita = factories.member(organisation)
    invited(own(rita), by=rita)
    _, text = draft(organisation)
    assert "Reasoning results of 1 candidate were verified under supervision." in text
    assert "Names, addresses and ratings of 1 expert on panels are stored." in text
    _, other = draft(factories.organisation())
    assert "verified" not in other and "expert" not in other


@pytest.mark.world
def test_each_published_test_has_a_line_with_its_requirement() -> None:
    organisation = factories.organisation()
    role = factories.role(organisation, title="Baker | Night")
    publish_for(role)
    drafted(factories.step(role, "assessment"), REASONING, by=factories.member(organisation))
    other = factories.role(factories.organisation(), title="Foreign")
    publish_for(other)
    _, text = draft(organisation)
    assert "| Baker \\| Night | Work style | Works alone at night |" in text
    assert "Foreign" not in text and "Reasoning" not in text


@pytest.mark.matrix
@pytest.mark.parametrize(("kind", "status"), [("admin", 200), ("recruiter", 403), ("hiring_manager", 403)])
def test_only_admins_get_it_and_each_download_is_in_the_audit_log(kind: str, status: int) -> None:
    organisation = factories.organisation()
    assert draft(organisation, kind=kind)[0] == status
    entries = AuditEntry.objects.of(organisation).filter(action="impact_assessment.drafted")
    assert entries.count() == (status == 200)
