"""Only the organisation's members have access to members' URLs."""

from collections.abc import Mapping
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, reverse

from goodword.accounts.models import AuditEntry, Membership, OrganisationOwned
from goodword.assessments import urls as assessments
from goodword.assessments.kinds.judgement.drafts import add_language
from goodword.assessments.models import AssessmentPart, AttemptFlag, Test, TestVersion, Upload
from goodword.assessments.plans.editing import begin_draft
from goodword.core.models import Event
from goodword.urls import MEMBER
from goodword.workspace import urls as workspace
from tests.assessments.all_kinds import assessment_of_all, taken
from tests.assessments.custom_questions import answered as own
from tests.assessments.judgement import support as judgement
from tests.assessments.once import once
from tests.assessments.panels import support as panel
from tests.assessments.support import application
from tests.support import factories
from tests.support.pages import signed_in

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
#: form values that satisfy every form
SAID = {"revision": "0", "name": "Eve", "why": "Because", "version": "1", "form": "short20", "text": "{}"}
ASKED = [one for one in MEMBER if isinstance(one, URLPattern)]
OF_ASSESSMENTS = [
    one
    for one in (*assessments.member_urls, *workspace.member_urls)
    if isinstance(one, URLPattern)
    and one.pattern.converters
    and (one in assessments.member_urls or str(one.name).startswith(("role_assessment", "role_compare")))
]


@pytest.fixture
def eve() -> Membership:
    return factories.member(factories.organisation(name="Elsewhere"), kind="admin", name="Eve Else")


def names(urls: list[URLPattern]) -> list[str]:
    return [str(url.name) for url in urls]


def any_ids(pattern: URLPattern) -> dict[str, object]:
    """An argument for each URL parameter."""
    words: dict[str, object] = {"kind": "assessment", "language": "fr"}
    return {name: words.get(name, 1) for name in pattern.pattern.converters}


def everything() -> dict[str, list[dict[str, Any]]]:
    """All organisation-owned rows and all events."""
    owned: list[Any] = [
        model
        for model in apps.get_models()
        if issubclass(model, OrganisationOwned) and model is not AuditEntry
    ]
    found = {one._meta.label: list(one._base_manager.order_by("pk").values()) for one in (*owned, Event)}
    return {label: rows for label, rows in found.items() if rows}


class OtherOrganisation:
    """An organisation with a row for every URL parameter."""

    def __init__(self) -> None:
        of = application()
        assert of.role is not None
        self.admin = factories.member(of.organisation, kind="admin", name="Ana Admin")
        made = assessment_of_all(of.role)
        attempt = taken(of)
        flag = AttemptFlag.objects.create(
            organisation=of.organisation,
            attempt=attempt,
            code="pasted",
            key="4",
            grade="low",
            facts={"answers": 1, "characters": 400},
            found_at=NOW,
        )
        # the only form, named as on the plan's page
        AssessmentPart.objects.of(of.organisation).filter(form="").update(form="full")
        begin_draft(step=made.step, by=self.admin, now=NOW)
        situations, questions = judgement.own(self.admin, "A rope tears."), own.own(self.admin)
        add_language(test=situations, language="fr", revision=judgement.revision(situations), now=NOW)
        expert = panel.invited(situations, by=self.admin)
        plain = Test.objects.of(of.organisation).get(key="work_style")
        part = AssessmentPart.objects.of(of.organisation).filter(assessment__published_at=None).latest("pk")
        upload = Upload.objects.of(of.organisation).latest("pk")
        #: start of a route -> its `pk`
        self.pks: Mapping[str, int] = {
            "roles/": of.role.pk,
            "candidates/": of.pk,
            "library/judgement/": situations.pk,
            "library/custom-questions/": questions.pk,
            "library/tests/": plain.pk,
            "uploads/": upload.pk,
        }
        self.ids: dict[str, object] = {
            "attempt_pk": attempt.pk,
            "flag_pk": flag.pk,
            "version_pk": TestVersion.objects.of(of.organisation).filter(test=plain).latest("pk").pk,
            "part_pk": part.pk,
            "order": 4,
            "item": "storm",
            "number": made.number,
            "situation_id": judgement.situations(situations)[0]["id"],
            "action_id": judgement.situations(situations)[0]["actions"][0]["id"],
            "expert_pk": expert.pk,
            "language": "fr",
            "question_id": own.ids(questions)[-1],
        }

    def address(self, pattern: URLPattern, *, slug: str) -> str:
        """The URL with these rows' ids, for an organisation's slug."""
        route = str(pattern.pattern)
        pk = next(found for beginning, found in self.pks.items() if route.startswith(beginning))
        ids = {name: pk if name == "pk" else self.ids[name] for name in pattern.pattern.converters}
        return reverse(str(pattern.name), kwargs={"slug": slug, **ids})


@time_machine.travel(NOW, tick=False)
def build() -> OtherOrganisation:
    return OtherOrganisation()


made = once(build)


@pytest.fixture
def theirs(db: None, made: OtherOrganisation) -> OtherOrganisation:
    return deepcopy(made)


@pytest.mark.slow
def test_members_urls_are_closed_to_strangers_and_visitors(eve: Membership) -> None:
    theirs, browser = factories.organisation(name="Acme"), signed_in(eve)
    found = {}
    for pattern, method in product(ASKED, ("get", "post")):
        where = reverse(str(pattern.name), kwargs={"slug": theirs.slug, **any_ids(pattern)})
        stranger = getattr(browser, method)(where, SAID).status_code
        visitor = getattr(Client(), method)(where, SAID)
        found[pattern.name, method] = (stranger, visitor.status_code)
        if visitor.status_code == 302:
            assert visitor["Location"].startswith("/accounts/login/")
    both = {(404, 302), (405, 405)}  # 405: only the other method is taken
    assert {key: value for key, value in found.items() if value not in both} == {}
    closed = [one for one in ASKED if {found[one.name, method] for method in ("get", "post")} == {(405, 405)}]
    assert closed == []


@pytest.mark.slow
def test_rows_of_another_organisation_are_not_found(eve: Membership, theirs: OtherOrganisation) -> None:
    mine, browser, before = eve.organisation.slug, signed_in(eve), everything()
    found = {}
    for pattern, method in product(OF_ASSESSMENTS, ("get", "post")):
        where = theirs.address(pattern, slug=mine)
        found[pattern.name, method] = getattr(browser, method)(where, SAID).status_code
    assert {key: value for key, value in found.items() if value not in {404, 405}} == {}
    assert everything() == before


@pytest.mark.slow
def test_the_same_urls_open_for_their_owners(theirs: OtherOrganisation) -> None:
    slug, browser = theirs.admin.organisation.slug, signed_in(theirs.admin)
    statuses = {
        assessment.name: browser.get(theirs.address(assessment, slug=slug)).status_code
        for assessment in OF_ASSESSMENTS
    }
    assert {name: status for name, status in statuses.items() if status not in {200, 302, 405}} == {}
    assert len(statuses) > 40
