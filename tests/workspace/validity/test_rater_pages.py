"""The pages behind a manager's link."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.notifications.models import Email, Link
from goodword.roles.models import Role
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity import asking
from tests.support.pages import signed_in
from tests.workspace.validity.support import (
    DAY,
    NOW,
    address,
    asking_role,
    hired,
    mails,
    manager_of,
    request_of,
    state_of,
    sweep,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def role() -> Role:
    return asking_role()


@pytest.fixture
def mo(role: Role) -> Membership:
    return manager_of(role)


@pytest.fixture
def ada(role: Role, mo: Membership) -> Application:
    made = hired(role)
    sweep()
    return made


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def answers(page: Any, level: str = "4") -> dict[str, str]:
    form = page.context["form"]
    first, *others = [form[name].html_name for name in form.fields]
    return {"read": page.context["read"], first: level} | dict.fromkeys(others, "not_able")


def stored(of: Application) -> list[tuple[str, float, str]]:
    rows = PerformanceRating.objects.of(of.organisation).filter(application=of)
    return list(rows.order_by("pk").values_list("criterion", "value", "rater"))


def test_the_page_says_who_sees_it_what_for_and_how_long_and_changes_nothing(ada: Application) -> None:
    before = RatingRequest.objects.of(ada.organisation).values().get()
    response = Client().get(address(ada))
    said = words(response)
    for sentence in (
        "Acme Bikes hired Ada Lovelace on 3 December 2025 as Window Washer.",
        "Please rate their work since then by Tuesday 24 March, 23:59 (CET),",
        "never for a decision about Ada",
        "Nobody can read individual ratings in the software.",
        "Acme Bikes has not set a date for that",
        "I can't rate",
        "as the hiring manager of this role",
    ):
        assert sentence in said, sentence
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert RatingRequest.objects.of(ada.organisation).values().get() == before


@pytest.mark.parametrize("erases_old", [False, True])
def test_the_page_names_each_rule_that_erases_the_rating(ada: Application, erases_old: bool) -> None:
    rules = {"erases_old": erases_old, "keep_months": 24, "erases_hidden": True, "hidden_months": 3}
    Organisation.objects.filter(pk=ada.organisation_id).update(**rules)
    said = words(Client().get(address(ada)))
    gone = "It is erased 3 months after the applications of Ada Lovelace are removed from the recruiting software"
    assert (gone in said, "set a date" in said) == (True, False)
    assert ("2 years after their last application at Acme Bikes ended" in said) == erases_old


@pytest.mark.world
def test_a_rating_is_given_once(ada: Application, mo: Membership) -> None:
    here, browser = address(ada), Client()
    page = browser.get(here)
    assert browser.post(here, answers(page)).status_code == 302
    assert "Your rating of Ada Lovelace is saved." in words(browser.get(here))
    second_tab = browser.post(here, answers(page, level="1"))
    assert second_tab.status_code == 409
    assert "Your first rating counts. What you have just sent was not saved." in words(second_tab)
    assert stored(ada) == [("Reliability", 4.0, mo.user.email)]
    made = RatingImport.objects.of(ada.organisation).get()
    assert (made.lowest, made.highest, made.created_by, made.confirmed_at) == (1, 5, mo, NOW)
    assert state_of(ada) == ("given", "")
    entry = AuditEntry.objects.of(ada.organisation).get(action="rating.given")
    assert (entry.actor, entry.details) == ("manager", {"application": ada.pk})
    assert mails(ada)[0].state == Email.State.CANCELLED


@pytest.mark.world
def test_a_manager_with_the_longest_address_can_rate(ada: Application, mo: Membership) -> None:
    longest = f"mo@{'m' * 60}.{'n' * 60}.{'o' * 60}.{'p' * 60}.example"[:254]
    assert len(longest) == 254
    mo.user.email = longest
    mo.user.save()
    RatingRequest.objects.of(ada.organisation).update(rater_email=longest)
    here, browser = address(ada), Client()
    assert browser.post(here, answers(browser.get(here))).status_code == 302
    assert stored(ada) == [("Reliability", 4.0, longest)]


@pytest.mark.world
def test_the_criterion_is_the_same_in_every_language(ada: Application) -> None:
    here, browser = f"{address(ada)}?language=de", Client()
    page = browser.get(here)
    assert "Wie macht sich Ada Lovelace?" in words(page)
    assert page.context["form"].questions[0].competency == "Zuverlässigkeit"
    browser.post(here, answers(page))
    assert [criterion for criterion, _value, _rater in stored(ada)] == ["Reliability"]


@pytest.mark.world
def test_the_criterion_stays_the_same_when_the_organisations_language_changes(
    role: Role, mo: Membership, ada: Application
) -> None:
    here, browser = address(ada), Client()
    browser.post(here, answers(browser.get(here)))
    role.organisation.language = "de"
    role.organisation.save()
    bo = hired(role)
    sweep()
    here = address(bo)
    page = browser.get(here)
    assert page.context["form"].questions[0].competency == "Zuverlässigkeit"
    browser.post(here, answers(page))
    assert [criterion for criterion, _value, _rater in stored(ada) + stored(bo)] == ["Reliability"] * 2


@pytest.mark.world
def test_answers_to_questions_that_have_changed_are_kept_and_shown_again(ada: Application) -> None:
    here, browser = address(ada), Client()
    page = browser.get(here)
    response = browser.post(here, answers(page) | {"read": "of another version"})
    assert response.status_code == 409
    assert "Not saved: the questions have changed" in words(response)
    first = next(iter(response.context["form"]))
    assert first.initial == "4"
    assert stored(ada) == []
    browser.post(here, answers(response))
    assert len(stored(ada)) == 1


@pytest.mark.world
def test_an_incomplete_or_wrong_rating_is_refused_and_kept(ada: Application) -> None:
    here, browser = address(ada), Client()
    page = browser.get(here)
    for sent, sentence in (
        ({}, "Choose the level that fits best"),
        (answers(page, level="not_able"), "Rate at least one competency, or choose"),
        (answers(page, level="6"), "Something is missing or incorrect"),
        (answers(page, level="\x00"), "Something is missing or incorrect"),
    ):
        response = browser.post(here, sent)
        assert response.status_code == 422 and sentence in words(response), sentence
    assert (stored(ada), state_of(ada)) == ([], ("asked", ""))


@pytest.mark.world
@pytest.mark.parametrize("reason", ["cannot", "left"])
def test_a_manager_who_cannot_rate_is_left_alone(ada: Application, reason: str) -> None:
    there, browser = address(ada, "rater_decline"), Client()
    assert state_of(ada) == ("asked", "")
    page = words(browser.get(there))
    assert (
        f"see that you can't rate, and the reason; so does {ada.candidate.name} in a copy of their data."
        in page
    )
    wrong = browser.post(there, {"reason": "tired"})
    assert wrong.status_code == 422 and "Choose a reason." in words(wrong)
    assert state_of(ada) == ("asked", "")
    assert "Thank you for telling us" in words(browser.post(there, {"reason": reason}))
    assert state_of(ada) == ("declined", reason)
    here = there.removesuffix("decline/")
    assert "Thank you for telling us" in words(browser.get(here))
    assert "Thank you for telling us" in words(browser.post(here, {}))
    assert stored(ada) == []
    sweep(NOW + 30 * DAY)
    assert [mail.state for mail in mails(ada)] == [Email.State.CANCELLED]


@pytest.mark.world
def test_not_my_report_asks_for_another_rater_and_ends_the_link(ada: Application, role: Role) -> None:
    there, browser = address(ada, "rater_decline"), Client()
    here = there.removesuffix("decline/")
    page = browser.get(here)
    browser.post(there, {"reason": "not_mine"})
    assert state_of(ada) == ("needs_rater", "not_mine")
    row = request_of(ada)
    asking.name_rater(
        request=row,
        name="Bo Boss",
        email="bo@elsewhere.example",
        language="en",
        seen=row.version,
        by=role.owner,
        now=NOW,
    )
    for response in (browser.get(here), browser.post(here, answers(page)), browser.get(there)):
        assert "A rating is no longer needed" in words(response)
    assert stored(ada) == []
    new = address(ada)
    browser.post(new, answers(browser.get(new)))
    assert stored(ada) == [("Reliability", 4.0, "bo@elsewhere.example")]
    assert RatingImport.objects.of(ada.organisation).get().created_by is None


@pytest.mark.world
def test_a_rating_in_goodword_settles_the_request(ada: Application, mo: Membership) -> None:
    client, path = signed_in(mo), f"/o/{ada.organisation.slug}/candidates/{ada.pk}/rating/"
    form = client.get(path).context["form"]
    first, *others = [form[name].html_name for name in form.fields]
    client.post(path, {first: "3"} | dict.fromkeys(others, "not_able"))
    assert state_of(ada) == ("given", "")
    assert "is saved" in words(Client().get(address(ada)))


@pytest.mark.world
@pytest.mark.parametrize(
    "change",
    [
        {"status": "active", "hired_at": None},
        {"erasure_requested_at": NOW},
        {"role": None},
    ],
)
def test_nothing_is_stored_about_people_no_longer_hired_or_to_be_erased(
    ada: Application, change: dict[str, Any]
) -> None:
    here, browser = address(ada), Client()
    sent = answers(browser.get(here))
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(**change)
    for response in (browser.get(here), browser.post(here, sent), browser.get(f"{here}decline/")):
        assert "A rating is no longer needed" in words(response)
    assert stored(ada) == []


def test_after_the_end_nothing_is_stored(ada: Application) -> None:
    here, browser = address(ada), Client()
    sent = answers(browser.get(here))
    with time_machine.travel(NOW + 22 * DAY, tick=False):
        assert "A rating is no longer needed" in words(browser.post(here, sent))
    assert stored(ada) == []


@pytest.mark.world
def test_an_unknown_malformed_or_foreign_link_opens_nothing(ada: Application) -> None:
    of_request = address(ada)
    browser = Client()
    Link.objects.of(ada.organisation).update(purpose=Link.Purpose.PANEL)
    for token in ("x", "A" * 43, "%00" * 43, "é" * 43, of_request.split("/")[2], "a" * 2000):
        for name in ("", "decline/"):
            for response in (browser.get(f"/m/{token}/{name}"), browser.post(f"/m/{token}/{name}", {})):
                assert response.status_code == 404, token
    assert state_of(ada) == ("asked", "")


def test_the_link_of_an_erased_person_is_unknown(ada: Application) -> None:
    here = address(ada)
    RatingRequest.objects.of(ada.organisation).delete()
    assert Client().get(here).status_code == 404


def test_the_link_is_stored_as_a_hash_only(ada: Application) -> None:
    token = address(ada).split("/")[2]
    assert token not in str(list(Link.objects.of(ada.organisation).values()))
    assert len(token) == 43  # 256 bits
    expires = Link.objects.of(ada.organisation).latest("pk").expires_at
    assert expires == NOW + timedelta(days=60)
