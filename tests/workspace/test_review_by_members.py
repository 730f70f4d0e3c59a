"""The link of a review, opened by somebody who is signed in; and what browsers keep of members' pages."""

import pytest
from django.test import Client

from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.people import NOW, review

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def test_a_member_who_sees_the_candidate_is_led_to_their_page() -> None:
    application = factories.application(factories.role(factories.organisation()))
    member = factories.member(application.organisation)
    response = signed_in(member).get(review(application))
    assert (response.status_code, response["Location"]) == (
        302,
        f"/o/{application.organisation.slug}/candidates/{application.pk}/",
    )


def test_a_member_who_would_not_see_it_reads_the_review_that_was_sent_to_them() -> None:
    organisation = factories.organisation()
    private = factories.candidate(organisation, private=True)
    application = factories.application(factories.role(organisation), candidate=private)
    client = signed_in(factories.member(organisation))
    assert client.get(f"/o/{organisation.slug}/candidates/{application.pk}/").status_code == 404
    response = client.get(review(application))
    assert (response.status_code, response.context["application"]) == (200, application)


@pytest.mark.parametrize("page", ["roles/", "candidates/", "results/", "help/", "settings/integrations/"])
def test_browsers_keep_nothing_of_what_members_see(page: str) -> None:
    member = factories.member(factories.organisation(), kind="admin")
    response = signed_in(member).get(f"/o/{member.organisation.slug}/{page}")
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    signed_out = Client().get(f"/o/{member.organisation.slug}/{page}")
    assert signed_out.status_code == 302
