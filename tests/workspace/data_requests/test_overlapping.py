"""An erasure is requested while Greenhouse's sync merges the person into another profile."""

import pytest
from django.urls import reverse

from goodword.candidates.models import Application, Erasure
from goodword.greenhouse.sync.candidates import merge_candidates
from goodword.workflow.domain.own_erasure import request_own_erasure
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in

NOW = factories.NOW
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.programs,
    pytest.mark.time_machine(NOW, tick=False),
]


@pytest.fixture
def ada() -> Application:
    return factories.application(factories.role(factories.organisation()))


def test_the_candidates_request_is_for_the_profile_that_has_their_applications(ada: Application) -> None:
    winner = factories.candidate(ada.organisation)
    given = Application.objects.of(ada.organisation).select_related("candidate").get(pk=ada.pk)
    with before_commit(lambda: request_own_erasure(application=given, now=NOW)):
        merge_candidates(loser_id=ada.candidate_id, winner=winner, now=NOW)
    erasure = Erasure.objects.of(ada.organisation).get()
    ada.refresh_from_db()
    assert (erasure.candidate_id, ada.is_being_erased) == (winner.pk, True)


def test_a_member_erases_no_profile_that_the_page_has_not_shown(ada: Application) -> None:
    winner = factories.candidate(ada.organisation)
    admin = factories.member(ada.organisation, kind="admin")
    where = reverse("candidate_erase", args=[ada.organisation.slug, ada.pk])
    browser = signed_in(admin)
    with before_commit(lambda: browser.post(where, follow=True)) as replies:
        merge_candidates(loser_id=ada.candidate_id, winner=winner, now=NOW)
    page = replies[0].content.decode()
    assert "Not erased: the person was just merged with another profile in Greenhouse. Try again." in page
    assert not Erasure.objects.of(ada.organisation).exists()
    browser.post(where)
    assert Erasure.objects.of(ada.organisation).get().candidate_id == winner.pk
