"""Panel pages for members, and for experts behind their link."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.kinds.judgement.panelists import NotOpen, decline, remind
from goodword.assessments.models import Panelist, PanelRating, Test
from goodword.notifications.models import Email, Link
from tests.assessments.judgement.support import LATE, NOW, draft, own, revision, situations, url
from tests.assessments.panels.support import FIVE, NOISE, address, invited, panel, rate, submit
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
LEAK = "A pipe leaks in the workshop."
ANA = {"name": "Ana Ruiz", "email": "Ana@Workshop.example", "position": "Head of service", "language": "de"}


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme Bikes"), name="Rita Recruiter")


@pytest.fixture
def workshop(rita: Membership) -> Test:
    return own(rita, LATE, LEAK)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def answers(test: Test, number: int, *values: int) -> dict[str, str]:
    return {
        f"action_{action['id']}": str(value)
        for action, value in zip(situations(test)[number - 1]["actions"], values, strict=False)
    }


def publish(test: Test, *, by: Membership) -> None:
    typed = {"revision": revision(test), "key_by": "Ana", "key_how": "Alone."}
    signed_in(by).post(url("judgement_publish", test), typed)


def read_of(page: Any) -> str:
    return str(page.context["read"])


def test_a_member_invites_an_expert_in_their_language(workshop: Test, rita: Membership) -> None:
    browser = signed_in(rita)
    browser.post(url("judgement_panel_invite", workshop), ANA)
    made = Panelist.objects.of(rita.organisation).get()
    assert (made.name, made.email, made.language) == ("Ana Ruiz", "ana@workshop.example", "de")
    mail = Email.objects.of(rita.organisation).get()
    assert (mail.to_address, mail.language, mail.link_subject_id) == (made.email, "de", made.pk)
    again = browser.post(url("judgement_panel_invite", workshop), ANA)
    assert again.status_code == 422
    assert "This address has already been invited to the panel." in words(again)
    wrong = browser.post(url("judgement_panel_invite", workshop), ANA | {"name": "", "email": "nobody"})
    assert "Enter the expert&#x27;s name." in words(wrong)
    assert "is not an e-mail address" in words(wrong)
    assert Panelist.objects.of(rita.organisation).count() == 1


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["judgement_panel", "judgement_panel_invite", "judgement_panel_key"])
def test_only_recruiters_and_admins_of_the_organisation_see_the_panel(
    workshop: Test, rita: Membership, name: str
) -> None:
    stranger = factories.member(factories.organisation(name="Elsewhere"), kind="admin")
    manager = factories.member(rita.organisation, kind="hiring_manager")
    method = "get" if name == "judgement_panel" else "post"
    for browser, status in ((signed_in(stranger), 404), (signed_in(manager), 403), (Client(), 302)):
        assert getattr(browser, method)(url(name, workshop), ANA).status_code == status
    assert not Panelist.objects.of(rita.organisation).exists()


@pytest.mark.world
def test_ratings_are_shown_from_five_experts_on(workshop: Test, rita: Membership) -> None:
    browser = signed_in(rita)
    experts = panel(workshop, by=rita, ratings=FIVE[:4])
    early = words(browser.get(url("judgement_panel", workshop)))
    assert "1 more expert must finish" in early
    assert "Mean <strong>" not in early
    refused = browser.post(
        url("judgement_panel_key", workshop), {"revision": revision(workshop)}, follow=True
    )
    assert "The key was not made: too few experts have finished." in words(refused)
    last = invited(workshop, by=rita, name="Lena Last")
    rate(last, FIVE[4])
    submit(last)
    page = words(browser.get(url("judgement_panel", workshop)))
    assert "Mean <strong>4.6</strong>, median 5, SD 0.55; key in the draft 4.5" in page
    assert "4 keys of the draft differ from the panel's." in page
    made = browser.post(url("judgement_panel_key", workshop), {"revision": revision(workshop)}, follow=True)
    assert "All keys of the draft match the panel's." in words(made)
    assert "Set by a panel of 5 experts" in words(browser.get(url("judgement_publish", workshop)))
    assert len(experts) == 4


@pytest.mark.world
def test_the_pages_say_that_the_agreement_is_too_low_for_decisions(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita, ratings=NOISE)
    browser = signed_in(rita)
    made = browser.post(url("judgement_panel_key", workshop), {"revision": revision(workshop)}, follow=True)
    assert "Too little agreement for decisions" in words(made)
    assert "so results will be marked “not for decisions”: the lower end" in words(
        browser.get(url("judgement_publish", workshop))
    )
    browser.post(url("judgement_publish", workshop), {"revision": revision(workshop)})
    assert "not for decisions" in words(browser.get(url("judgement", workshop)))
    file = browser.get(url("test_export", workshop)).content.decode()
    assert LATE in file and "effectiveness" not in file


@pytest.mark.world
def test_experts_who_differ_in_level_alone_make_no_key(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita, ratings=((4, 4), (3, 3), (5, 5), (4, 4), (2, 2)))
    browser = signed_in(rita)
    for name in ("judgement_panel", "judgement_publish"):
        assert browser.get(url(name, workshop)).status_code == 200
    made = browser.post(url("judgement_panel_key", workshop), {"revision": revision(workshop)}, follow=True)
    assert "The key was not made: on average, the experts rate all actions alike." in words(made)


@pytest.mark.world
def test_the_file_of_a_set_with_a_panel_has_no_key(workshop: Test, rita: Membership) -> None:
    browser = signed_in(rita)
    panel(workshop, by=rita)
    browser.post(url("judgement_panel_key", workshop), {"revision": revision(workshop)})
    browser.post(url("judgement_publish", workshop), {"revision": revision(workshop)})
    [version] = DRAFTS.newest(workshop)
    assert version.content["panel"]["experts"] == 5
    file = browser.get(url("test_export", workshop)).content.decode()
    assert LATE in file
    assert [word for word in ("effectiveness", "reason", "4.6") if word in file] == []


@pytest.mark.world
def test_a_member_on_the_panel_sees_no_ratings_before_submitting_their_own(
    workshop: Test, rita: Membership
) -> None:
    panel(workshop, by=rita)
    mine = invited(workshop, by=rita, name="Rita Recruiter")
    Panelist.objects.of(rita.organisation).filter(pk=mine.pk).update(email=rita.user.email)
    page = words(signed_in(rita).get(url("judgement_panel", workshop)))
    assert "You are on this panel" in page
    assert "Mean <strong>" not in page
    before = draft(workshop).content
    key = signed_in(rita).post(
        url("judgement_panel_key", workshop), {"revision": revision(workshop)}, follow=True
    )
    assert "submit your own ratings first" in words(key)
    assert draft(workshop).content == before


@pytest.mark.world
def test_the_panel_takes_no_more_queries_for_more_experts(workshop: Test, rita: Membership) -> None:
    browser, counts = signed_in(rita), []
    for names in (("A B",), ("C D", "E F", "G H")):
        for name in names:
            rate(invited(workshop, by=rita, name=name), (4, 2))
        with CaptureQueriesContext(connection) as queries:
            browser.get(url("judgement_panel", workshop))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.world
def test_reminders_are_a_day_apart(workshop: Test, rita: Membership) -> None:
    browser, expert = signed_in(rita), invited(workshop, by=rita)
    where = url("judgement_panel_remind", workshop, str(expert.pk))
    assert "less than a day ago" in words(browser.post(where, follow=True))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        browser = signed_in(rita)
        assert "Ana Ruiz will get a reminder by e-mail" in words(browser.post(where, follow=True))
    assert Email.objects.of(rita.organisation).count() == 2


def test_removing_an_expert_asks_first(workshop: Test, rita: Membership) -> None:
    browser, expert = signed_in(rita), invited(workshop, by=rita)
    where = url("judgement_panel_remove", workshop, str(expert.pk))
    assert "Remove Ana Ruiz from the panel?" in words(browser.get(where))
    browser.post(where)
    assert not Panelist.objects.of(rita.organisation).exists()
    for name in ("judgement_panel_remove", "judgement_panel_remind"):
        again = browser.post(url(name, workshop, str(expert.pk)), follow=True)
        assert again.redirect_chain == [(url("judgement_panel", workshop), 302)]
        assert "This expert is no longer on the panel." in words(again)


@pytest.mark.world
def test_an_expert_rates_alone_and_submits(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita)
    expert, browser = invited(workshop, by=rita), Client()
    home = browser.get(address(expert))
    assert "0 of 4 actions rated" in words(home)
    first = browser.get(address(expert, "expert_situation", 1))
    page = words(first)
    assert LATE in page
    assert [word for word in ("4.5", "4.6", "They see that it moves.", "Expert1") if word in page] == []
    where, read = address(expert, "expert_situation", 1), read_of(first)
    partly = browser.post(where, answers(workshop, 1, 5) | {"read": read})
    assert partly.status_code == 422
    assert PanelRating.objects.of(rita.organisation).filter(panelist=expert).count() == 0
    saved = browser.post(where, answers(workshop, 1, 5) | {"read": read}, headers={"HX-Request": "true"})
    assert saved.status_code == 204
    second = browser.post(where, answers(workshop, 1, 5, 2) | {"read": read}, follow=True)
    assert LEAK in words(second)
    assert browser.post(address(expert)).status_code == 302  # incomplete, so not submitted
    expert.refresh_from_db()
    assert expert.finished_at is None
    third = browser.post(
        second.request["PATH_INFO"], answers(workshop, 2, 4, 1) | {"read": read_of(second)}, follow=True
    )
    assert "Submit ratings" in words(third)
    assert "Your ratings have been submitted." in words(browser.post(address(expert), follow=True))
    rows = PanelRating.objects.of(rita.organisation).filter(panelist=expert)
    assert sorted(rows.values_list("value", flat=True)) == [1, 2, 4, 5]
    late = browser.post(where, answers(workshop, 1, 1, 1) | {"read": read})
    assert late.status_code == 302
    assert sorted(rows.values_list("value", flat=True)) == [1, 2, 4, 5]


def test_texts_without_a_translation_are_marked_up_in_their_own_language(
    workshop: Test, rita: Membership
) -> None:
    ana, browser = invited(workshop, by=rita, language="de"), Client()
    home = BeautifulSoup(browser.get(address(ana)).content, "html.parser")
    assert [text.text for text in home.select(".expert__list [lang=en]")] == [LATE, LEAK]
    page = BeautifulSoup(browser.get(address(ana, "expert_situation", 1)).content, "html.parser")
    (situation,) = page.select("[data-situation][lang=en]")
    assert LATE in situation.text
    assert [text.text for text in situation.select("[lang=de]")] == [
        "Wie geeignet ist jede dieser Möglichkeiten?"
    ]


def test_ratings_of_texts_that_have_just_changed_are_not_saved(workshop: Test, rita: Membership) -> None:
    expert, browser = invited(workshop, by=rita), Client()
    where = address(expert, "expert_situation", 1)
    read = read_of(browser.get(where))
    content = draft(workshop).content
    content["situations"][0]["text"] = "Something else happens."
    row = draft(workshop).source
    row.content = content
    row.save()
    changed = browser.post(where, answers(workshop, 1, 5, 2) | {"read": read})
    assert changed.status_code == 409
    assert "Not saved: this situation has changed" in words(changed)
    assert not PanelRating.objects.of(rita.organisation).exists()


def test_the_first_page_says_why_ratings_no_longer_count_before_submitting(
    workshop: Test, rita: Membership
) -> None:
    expert = invited(workshop, by=rita)
    rate(expert, (4, 2))
    row = draft(workshop).source
    row.content["situations"][0]["text"] = "Something else happens."
    row.save()
    page = words(Client().get(address(expert)))
    assert "Please rate again" in page
    assert "Some texts have changed since you rated them, so those ratings no longer count." in page


@pytest.mark.parametrize("change", ["declined", "finished"])
def test_an_expert_who_has_just_declined_or_finished_is_not_reminded(
    workshop: Test, rita: Membership, change: str
) -> None:
    expert = invited(workshop, by=rita)
    rate(expert, (4, 2))
    if change == "declined":
        decline(panelist_id=expert.pk, now=NOW)
    else:
        submit(expert)
    with pytest.raises(NotOpen):
        remind(panelist=expert, content=draft(workshop).content, by=rita, now=NOW + timedelta(days=2))
    assert Email.objects.of(rita.organisation).count() == 1


@pytest.mark.world
def test_declining_deletes_an_experts_ratings(workshop: Test, rita: Membership) -> None:
    expert, browser = invited(workshop, by=rita), Client()
    rate(expert, (4, 2))
    assert "Decline?" in words(browser.get(address(expert, "expert_decline")))
    assert "You've declined to take part" in words(
        browser.post(address(expert, "expert_decline"), follow=True)
    )
    assert not PanelRating.objects.of(rita.organisation).exists()
    assert browser.post(address(expert, "expert_situation", 1)).status_code == 302
    page = words(signed_in(rita).get(url("judgement_panel", workshop)))
    assert page.count("Declined") == 1


def test_an_expert_downloads_and_erases_their_data(workshop: Test, rita: Membership) -> None:
    expert, browser = invited(workshop, by=rita), Client()
    rate(expert, (4, 2))
    where = address(expert, "expert_data")
    found = browser.get(f"{where}?download=1").json()
    assert (found["name"], len(found["ratings"]), found["ratings"][0]["rating"]) == ("Ana Ruiz", 4, 4)
    assert [(mail["to"], mail["what"]) for mail in found["mails"]] == [
        ("ana@workshop.example", "panel.invitation")
    ]
    assert "Your data is erased" in words(browser.post(where))
    org = rita.organisation
    assert [model.objects.of(org).count() for model in (Panelist, PanelRating, Email, Link)] == [0, 0, 0, 0]
    assert browser.get(where).status_code == 404


def test_an_expert_still_reads_what_they_rated_after_publication(workshop: Test, rita: Membership) -> None:
    expert = invited(workshop, by=rita)
    rate(expert, (4, 2))
    texts = [action["text"] for situation in situations(workshop) for action in situation["actions"]]
    publish(workshop, by=rita)
    found = Client().get(f"{address(expert, 'expert_data')}?download=1").json()
    assert [rating["action"] for rating in found["ratings"]] == texts


def test_an_expired_link_mails_a_new_one(workshop: Test, rita: Membership) -> None:
    expert, browser = invited(workshop, by=rita), Client()
    where = address(expert)
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        page = words(browser.get(where))
        assert "This link has expired" in page
        assert "a…@w….example only" in page
        assert "New link sent" in words(browser.post(where, follow=True))
        browser.post(where)
    assert Email.objects.of(rita.organisation).count() == 2


@pytest.mark.world
def test_an_admin_is_the_contact_once_the_member_who_invited_is_deactivated(
    workshop: Test, rita: Membership
) -> None:
    ana = invited(workshop, by=rita)
    factories.member(rita.organisation, kind="admin", name="Ann Admin", email="ann@acme.example")
    rita.deactivated_at = NOW
    rita.save()
    visit = Client().get(address(ana)).context
    assert (visit["contact_name"], visit["contact_email"]) == ("Ann Admin", "ann@acme.example")


def test_without_a_draft_there_is_nothing_to_rate(workshop: Test, rita: Membership) -> None:
    expert = invited(workshop, by=rita)
    publish(workshop, by=rita)
    for where in (address(expert), address(expert, "expert_situation", 1)):
        assert "There is nothing to rate at the moment" in words(Client().get(where, follow=True))
