"""A referee uses their link while a member erases them, or the candidate."""

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from goodword.accounts.models import Membership, Organisation
from goodword.notifications.models import Email
from goodword.references.flags.traces import record_trace
from goodword.references.models import ReferenceRequest, Trace
from goodword.workflow.domain.legal_holds import place_hold
from tests.references.story import FACTS, NOW, Story, referee_path, sent
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.programs,
    pytest.mark.world,
    pytest.mark.time_machine(NOW, tick=False),
]


def erase_referee(story: Story, admin: Membership, request: ReferenceRequest) -> None:
    application = story.application
    ids = [application.organisation.slug, application.pk, request.referee_id]
    signed_in(admin).post(reverse("referee_erase", args=ids))


def erase_candidate(story: Story, admin: Membership, request: ReferenceRequest) -> None:
    del request
    application = story.application
    signed_in(admin).post(reverse("candidate_erase", args=[application.organisation.slug, application.pk]))


def reply_during(
    erase: Callable[[Story, Membership, ReferenceRequest], None], page: str, form: dict[str, str]
) -> tuple[Story, int, str]:
    """The story, and the status of the page that the referee then sees, and its URL."""
    story = sent()
    admin = factories.member(story.application.organisation, kind="admin")
    request, path = story.requests[0], referee_path("maria@globex.example")
    with before_commit(lambda: Client().post(f"{path}{page}", form)) as replies:
        erase(story, admin, request)
    shown = Client().get(replies[0]["Location"]) if replies[0].status_code == 302 else replies[0]
    return story, shown.status_code, replies[0].get("Location", "").replace(path, "")


@pytest.mark.parametrize(
    ("page", "form"), [("ask/", {"a-question": "Who reads this?"}), ("data/link/", {})], ids=["ask", "data"]
)
def test_an_erased_referee_is_sent_no_mail_and_in_none(page: str, form: dict[str, str]) -> None:
    story, status, _ = reply_during(erase_referee, page, form)
    assert status == 404
    mails = Email.objects.of(story.application.organisation)
    named = [mail for mail in mails if "maria" in f"{mail.to_address} {mail.reply_to} {mail.context}".lower()]
    assert named == []


@pytest.mark.parametrize(
    ("erase", "page", "form"),
    [
        (erase_candidate, "begin/", {}),
        (erase_candidate, "facts/", FACTS),
        (erase_referee, "no/", {"d-why": "would_rather_not", "d-opt_out": "on"}),
    ],
    ids=["begin", "facts", "decline"],
)
def test_a_link_that_is_erased_meanwhile_is_unknown(
    erase: Callable[[Story, Membership, ReferenceRequest], None], page: str, form: dict[str, str]
) -> None:
    _, status, where = reply_during(erase, page, form)
    assert (status, where) == (404, "")


@pytest.mark.parametrize("erase", [erase_candidate, erase_referee], ids=["candidate", "referee"])
def test_the_address_of_a_referee_who_is_erased_meanwhile_is_not_recorded(
    erase: Callable[[Story, Membership, ReferenceRequest], None],
) -> None:
    story = sent()
    Organisation.objects.update(watches_devices=True)
    admin = factories.member(story.application.organisation, kind="admin")
    path, browser = referee_path("maria@globex.example"), Client(REMOTE_ADDR="203.0.113.7")
    with before_commit(lambda: browser.post(f"{path}begin/")) as replies:
        erase(story, admin, story.requests[0])
    assert replies[0].status_code in {302, 404}
    assert not Trace.objects.of(story.application.organisation).exists()


def test_the_address_of_a_candidate_who_is_erased_meanwhile_is_not_recorded() -> None:
    story = sent()
    Organisation.objects.update(watches_devices=True)
    admin = factories.member(story.application.organisation, kind="admin")
    check, visit = story.check, RequestFactory(REMOTE_ADDR="203.0.113.7").post("/")

    def record() -> bool:
        record_trace(visit, check, None, now=NOW)
        return True

    with before_commit(record):
        erase_candidate(story, admin, story.requests[0])
    assert not Trace.objects.of(story.application.organisation).exists()


def test_a_member_who_corrects_an_erased_address_finds_nothing() -> None:
    story = sent()
    admin = factories.member(story.application.organisation, kind="admin")
    request, browser = story.requests[0], signed_in(admin)
    ids = [story.application.organisation.slug, story.application.pk, request.referee_id]
    form = {"address": "maria.schmidt@globex.example"}
    with before_commit(lambda: browser.post(reverse("referee_address", args=ids), form)) as replies:
        erase_candidate(story, admin, request)
    assert replies[0].status_code == 404


def test_a_referee_under_a_new_legal_hold_is_not_said_to_be_erased() -> None:
    story = sent()
    application = story.application
    admin = factories.member(application.organisation, kind="admin")
    referee, browser = story.requests[0].referee, signed_in(admin)
    where = reverse("referee_erase", args=[application.organisation.slug, application.pk, referee.pk])
    with before_commit(lambda: browser.post(where, follow=True)) as replies:
        place_hold(on=application.candidate, ground="claims", reason="A claim", by=admin, now=NOW)
    page = replies[0].content.decode()
    assert "This data is under legal hold and can&#x27;t be erased." in page
    assert "Referee erased." not in page
    referee.refresh_from_db()
    assert referee.erased_at is None
