"""Library > Tests > Items: all that candidates read is listed."""

from html import escape

import pytest
from django.urls import reverse

from goodword.assessments.kinds.registry import kind_of
from goodword.assessments.plans.versions import content_of_number
from tests.assessments.all_kinds import ALL, assessment_of_all
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ALL)
def test_the_page_lists_every_text_of_each_kind(kind: str) -> None:
    role = factories.role(factories.organisation())
    factories.step(role, "assessment")
    (part,) = assessment_of_all(role, kinds=[kind]).parts.all()
    content = content_of_number(part.test, part.number)
    page = signed_in(role.owner).get(reverse("test_items", args=[role.organisation.slug, part.test_id]))
    shown = page.content.decode()
    missing = [text for _, text in kind_of(content).texts(content) if escape(text) not in shown]
    assert (page.status_code, missing) == (200, [])
