"""Members' pages for rating requests: naming a rater, the role's switch, Home, Validity, and the notices."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.roles.models import Role
from goodword.workflow.retention_wording import may_be_rated_later
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity import answering, asking
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.validity.support import (
    NOW,
    SINCE,
    asking_role,
    hired,
    mails,
    manager_of,
    request_of,
    state_of,
    sweep,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
HOUR = timedelta(hours=1)
BO = {"name": "Bo Boss", "email": "Bo@Acme.example", "language": "de"}


@pytest.fixture
def role() -> Role:
    return asking_role()


@pytest.fixture
def ada(role: Role) -> Application:
    made = hired(role)
    sweep()
    return made


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def page_of(ada: Application, name: str = "rating_request") -> str:
    return reverse(name, args=[ada.organisation.slug, ada.pk])


def switch_of(role: Role) -> str:
    return reverse("role_ratings", args=[role.organisation.slug, role.pk])


def seen(browser: Client, role: Role) -> dict[str, str]:
    page = browser.get(reverse("role_settings", args=[role.organisation.slug, role.pk]))
    return {"ratings-seen": page.context["ratings_form"]["seen"].value()}


def test_home_asks_a_recruiter_for_an_address(ada: Application, role: Role) -> None:
    browser = signed_in(role.owner)
    home = reverse("needs_you", args=[role.organisation.slug])
    assert page_of(ada) in words(browser.get(home))
    form = browser.get(page_of(ada))
    sent = BO | {"seen": form.context["form"]["seen"].value()}
    assert browser.post(page_of(ada), sent).status_code == 302
    [mail] = mails(ada)
    assert (mail.to_address, mail.language) == ("bo@acme.example", "de")
    assert page_of(ada) not in words(browser.get(home))
    entry = AuditEntry.objects.of(role.organisation).get(action="rating.asked")
    assert entry.details == {"application": ada.pk}
    card = words(browser.get(reverse("candidate", args=[role.organisation.slug, ada.pk])))
    assert "Rating after hire" in card and "Bo Boss" in card
    again = browser.post(page_of(ada), sent)
    assert again.status_code == 422 and "the request has changed in the meantime" in words(again)
    assert len(mails(ada)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Enter the manager&#x27;s name."),
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"email": f"bo@{'acme.' * 50}example"}, "at most 254 characters"),
        ({"email": "bo@acme.example\r\nBcc: x@y.example"}, "is not an e-mail address"),
        ({"email": "ada's own"}, "This is the address of the person to be rated."),
        ({"language": "xx"}, "Choose one of the languages."),
        ({"seen": "9:given"}, "the request has changed in the meantime"),
    ],
)
def test_a_wrong_entry_asks_nobody_and_is_kept(
    ada: Application, role: Role, change: dict[str, str], sentence: str
) -> None:
    if change.get("email") == "ada's own":
        change = {"email": ada.candidate.email.upper()}
    sent = BO | {"seen": request_of(ada).version} | change
    response = signed_in(role.owner).post(page_of(ada), sent)
    assert response.status_code == 422 and sentence in words(response)
    assert (mails(ada), state_of(ada)) == ([], ("needs_rater", "no_manager"))


@pytest.mark.world
def test_a_member_ends_a_request_and_erases_the_address(ada: Application, role: Role) -> None:
    browser = signed_in(role.owner)
    browser.post(page_of(ada), BO | {"seen": request_of(ada).version})
    browser.post(page_of(ada, "rating_request_forget"))
    assert request_of(ada).rater_email == "bo@acme.example"
    for _twice in range(2):
        browser.post(page_of(ada, "rating_request_stop"))
    assert state_of(ada) == ("stopped", "member")
    browser.post(page_of(ada, "rating_request_forget"))
    assert (request_of(ada).rater_email, mails(ada)) == ("", [])
    late = browser.post(page_of(ada), BO | {"seen": request_of(ada).version})
    assert late.status_code == 422
    assert state_of(ada) == ("stopped", "member")
    assert AuditEntry.objects.of(role.organisation).filter(action="rating.stopped").count() == 1


@pytest.mark.parametrize("name", ["rating_request", "rating_request_stop", "rating_request_forget"])
def test_only_recruiters_and_admins_who_see_the_person_act(ada: Application, role: Role, name: str) -> None:
    manager = manager_of(role)
    elsewhere = factories.member(factories.organisation(), kind="admin")
    sent = BO | {"seen": request_of(ada).version}
    assert signed_in(manager).post(page_of(ada, name), sent).status_code == 403
    assert signed_in(elsewhere).post(page_of(ada, name), sent).status_code == 404
    role.confidential = True
    role.save()
    outsider = factories.member(role.organisation)
    assert signed_in(outsider).post(page_of(ada, name), sent).status_code == 404
    assert Client().post(page_of(ada, name), sent).status_code == 302
    assert (state_of(ada), mails(ada)) == (("needs_rater", "no_manager"), [])


@pytest.mark.world
def test_hiring_managers_see_the_state_but_not_the_address(ada: Application, role: Role) -> None:
    signed_in(role.owner).post(page_of(ada), BO | {"seen": request_of(ada).version})
    manager = manager_of(role)
    page = words(signed_in(manager).get(reverse("candidate", args=[role.organisation.slug, ada.pk])))
    assert "Rating after hire" in page
    assert page_of(ada) not in page


@pytest.mark.world
def test_the_switch_is_off_by_default_and_applies_from_when_it_is_set() -> None:
    role = factories.role(factories.organisation(rates_hires=True))
    assert (role.asks_for_ratings_since, role.rating_days) == (None, 90)
    browser = signed_in(role.owner)
    sent = seen(browser, role) | {"ratings-on": "on", "ratings-days": "120"}
    browser.post(switch_of(role), sent)
    role.refresh_from_db()
    assert (role.asks_for_ratings_since, role.rating_days) == (NOW, 120)
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        browser.post(switch_of(role), seen(browser, role) | {"ratings-on": "on", "ratings-days": "100"})
        role.refresh_from_db()
        assert (role.asks_for_ratings_since, role.rating_days) == (NOW, 100)
    stale = browser.post(switch_of(role), sent)
    assert stale.status_code == 422 and "Somebody else has changed this" in words(stale)
    browser.post(switch_of(role), seen(browser, role) | {"ratings-days": "100"})
    role.refresh_from_db()
    assert role.asks_for_ratings_since is None
    rows = AuditEntry.objects.of(role.organisation).filter(action__startswith="role.ratings").order_by("pk")
    assert [row.action for row in rows] == [
        "role.ratings_asked",
        "role.ratings_asked",
        "role.ratings_not_asked",
    ]


@pytest.mark.world
@pytest.mark.parametrize("days", ["59", "181", "", "-1", "1e3", "90.5", "9" * 30])
def test_days_outside_the_range_are_refused(days: str) -> None:
    role = factories.role(factories.organisation(rates_hires=True))
    browser = signed_in(role.owner)
    response = browser.post(switch_of(role), seen(browser, role) | {"ratings-on": "on", "ratings-days": days})
    assert response.status_code == 422
    assert "Enter a number of days from 60 to 180." in words(response)
    role.refresh_from_db()
    assert (role.asks_for_ratings_since, role.rating_days) == (None, 90)


def test_an_admin_must_first_let_members_rate() -> None:
    role = factories.role(factories.organisation())
    browser = signed_in(role.owner)
    browser.post(switch_of(role), {"ratings-on": "on", "ratings-days": "90"})
    role.refresh_from_db()
    assert role.asks_for_ratings_since is None
    manager = manager_of(role)
    assert signed_in(manager).post(switch_of(role), {"ratings-on": "on"}).status_code == 403
    elsewhere = factories.member(factories.organisation(rates_hires=True), kind="admin")
    assert signed_in(elsewhere).post(switch_of(role), {"ratings-on": "on"}).status_code == 404


def test_stopping_ratings_in_goodword_ends_it_for_all_roles(ada: Application, role: Role) -> None:
    signed_in(role.owner).post(reverse("ratings_allow", args=[role.organisation.slug]))
    role.refresh_from_db()
    assert role.asks_for_ratings_since is None
    assert state_of(ada) == ("stopped", "switched_off")


def test_a_copied_role_asks_nobody(role: Role) -> None:
    url = reverse("role_duplicate", args=[role.organisation.slug, role.pk])
    signed_in(role.owner).post(url, {"copy-title": "Copy"})
    assert Role.objects.of(role.organisation).get(title="Copy").asks_for_ratings_since is None


@pytest.mark.world
def test_validity_counts_the_requests_by_role(ada: Application, role: Role) -> None:
    manager_of(role)
    for _two in range(2):
        hired(role)
    sweep()
    RatingRequest.objects.of(role.organisation).filter(state="asked").update(reminders=1)
    page = signed_in(role.owner).get(reverse("validity", args=[role.organisation.slug]))
    [counted] = page.context["asked"]
    assert (counted.needs_rater, counted.asked, counted.reminded, counted.given) == (1, 2, 2, 0)
    assert "Asked by e-mail" in words(page)


@pytest.mark.parametrize(
    ("since", "begun_at", "told"),
    [(None, None, False), (SINCE, None, True), (SINCE, SINCE, True), (NOW, SINCE, False)],
)
def test_only_candidates_who_may_be_rated_are_informed(since: Any, begun_at: Any, told: bool) -> None:
    role = asking_role()
    role.asks_for_ratings_since = since
    assert may_be_rated_later(factories.application(role), begun_at=begun_at) is told


def test_attempts_of_another_role_do_not_count(role: Role) -> None:
    manager_of(role)
    moved = hired(role)
    other = factories.role(role.organisation)
    other.asks_for_ratings_since = SINCE
    other.save()
    Application.objects.of(role.organisation).filter(pk=moved.pk).update(role=other)
    sweep()
    assert not RatingRequest.objects.of(role.organisation).filter(application=moved).exists()
    assert Attempt.objects.of(role.organisation).count() == 1


@pytest.mark.world
def test_raters_who_declined_or_were_deactivated_cannot_be_entered(ada: Application, role: Role) -> None:
    browser = signed_in(role.owner)
    browser.post(page_of(ada), BO | {"seen": request_of(ada).version})
    answering.decline(request=request_of(ada), reason="not_mine", now=NOW)
    again = browser.post(page_of(ada), BO | {"seen": request_of(ada).version})
    assert again.status_code == 422 and "This person said that they can&#x27;t rate." in words(again)
    former = factories.member(role.organisation)
    former.deactivated_at = NOW
    former.save()
    sent = BO | {"email": former.user.email, "seen": request_of(ada).version}
    assert "This member was deactivated." in words(browser.post(page_of(ada), sent))
    assert (state_of(ada), len(mails(ada))) == (("needs_rater", "not_mine"), 1)


@pytest.mark.world
def test_only_admins_delete_a_rating_given_by_link(ada: Application, role: Role) -> None:
    signed_in(role.owner).post(page_of(ada), BO | {"seen": request_of(ada).version})
    answering.give(request=request_of(ada), values={"Reliability": 4}, now=NOW)
    ratings = PerformanceRating.objects.of(role.organisation)
    recruiter = signed_in(factories.member(role.organisation))
    assert recruiter.post(page_of(ada, "rating_request_delete")).status_code == 403
    assert "Delete the rating" not in words(recruiter.get(page_of(ada))) and ratings.exists()
    assert "Delete the rating" in words(signed_in(role.owner).get(page_of(ada)))
    signed_in(role.owner).post(page_of(ada, "rating_request_delete"))
    assert not ratings.exists()
    assert AuditEntry.objects.of(role.organisation).filter(action="rating.deleted").count() == 1


@pytest.mark.world
def test_an_objection_is_noted_before_anybody_is_asked(role: Role) -> None:
    early = hired(role, hired_at=NOW - timedelta(days=5))
    card = reverse("candidate", args=[role.organisation.slug, early.pk])
    browser = signed_in(role.owner)
    assert page_of(early, "rating_request_stop") in words(browser.get(card))
    browser.post(page_of(early, "rating_request_stop"))
    assert state_of(early) == ("stopped", "member")
    assert page_of(early, "rating_request_stop") not in words(browser.get(card))


@pytest.mark.world
@pytest.mark.parametrize("why", ["told", "not told", "declined", "stopped"])
def test_managers_home_lists_only_informed_candidates_who_may_be_rated(role: Role, why: str) -> None:
    mo = manager_of(role)
    one = hired(role, begun_at=SINCE - HOUR if why == "not told" else SINCE)
    if why == "declined":
        sweep()
        answering.decline(request=request_of(one), reason="cannot", now=NOW)
    elif why == "stopped":
        asking.stop(application=one, by=role.owner, now=NOW)
    home = words(signed_in(mo).get(reverse("needs_you", args=[role.organisation.slug])))
    assert (page_of(one, "candidate_rating") in home) is (why == "told")


@pytest.mark.world
def test_nobody_rates_in_goodword_once_nobody_is_to_be_asked(ada: Application, role: Role) -> None:
    manager = manager_of(role)
    browser, rating = signed_in(manager), page_of(ada, "candidate_rating")
    candidate = page_of(ada, "candidate")
    [question] = browser.get(rating).context["form"].questions[:1]
    assert rating in words(browser.get(candidate))
    signed_in(role.owner).post(page_of(ada, "rating_request_stop"))
    assert browser.get(rating).status_code == 404
    assert browser.post(rating, {question.id: "4"}).status_code == 404
    assert rating not in words(browser.get(candidate))
    home = reverse("needs_you", args=[role.organisation.slug])
    assert rating not in words(browser.get(home))
    assert not PerformanceRating.objects.of(role.organisation).exists()


@pytest.mark.world
def test_an_objection_also_counts_where_only_members_rate() -> None:
    role = asking_role()
    role.asks_for_ratings_since = None
    role.save()
    ada = hired(role)
    browser, stop = signed_in(role.owner), page_of(ada, "rating_request_stop")
    assert stop in words(browser.get(page_of(ada, "candidate")))
    browser.post(stop)
    assert state_of(ada) == ("stopped", "member")
    assert browser.get(page_of(ada, "candidate_rating")).status_code == 404
    assert stop not in words(browser.get(page_of(ada, "candidate")))


@pytest.mark.world
@pytest.mark.parametrize(
    ("kind", "has_link", "handed_out"),
    [("admin", False, True), ("admin", True, False), ("recruiter", False, False)],
)
def test_only_people_without_a_link_get_their_ratings_by_an_admin(
    kind: str, has_link: bool, handed_out: bool
) -> None:
    role = asking_role()
    ada = hired(role)
    made = RatingImport.objects.create(
        organisation=role.organisation, lowest=1, highest=5, created_at=NOW, confirmed_at=NOW
    )
    made.ratings.create(
        organisation=role.organisation,
        application=ada,
        criterion="Overall",
        value=3,
        rater="Mo Manager",
        rated_on=NOW.date(),
    )
    if has_link:
        [step] = ada.step_requests.all()
        links.mint(
            organisation=role.organisation, purpose=Link.Purpose.CANDIDATE, subject_id=step.pk, now=NOW
        )
    response = signed_in(factories.member(role.organisation, kind=kind)).post(
        page_of(ada, "candidate_export")
    )
    with zipfile.ZipFile(io.BytesIO(response.content)) as bundle:
        theirs, everything = (
            json.loads(bundle.read(f"{name}.json")) for name in ("for-the-candidate", "everything")
        )
        readme = bundle.read("README.txt").decode()
    assert [one["criterion"] for one in theirs.get("ratings after the start", [])] == ["Overall"] * handed_out
    assert "Mo Manager" not in str(theirs) and "ratings after the start" not in everything
    assert ("are in for-the-candidate.json" in readme) is handed_out
    entry = AuditEntry.objects.of(role.organisation).get(action="person.exported")
    assert entry.details.get("ratings", False) is handed_out


def test_a_confirmed_file_ends_the_request_and_its_mail(role: Role) -> None:
    manager_of(role)
    ada = hired(role)
    sweep(NOW)
    assert (state_of(ada), mails(ada)[0].state) == (("asked", ""), "queued")
    page = f"/o/{ada.organisation.slug}/settings/validity/ratings/"
    file = SimpleUploadedFile(
        "r.csv", f"E-mail,Rater,Date,Overall\n{ada.candidate.email},Bo,{NOW.date()},4\n".encode()
    )
    client = signed_in(role.owner)
    made = client.post(page, {"lowest": "1", "highest": "5", "file": file})["Location"]
    assert state_of(ada) == ("asked", "")
    client.post(f"{made}confirm/")
    assert (state_of(ada), mails(ada)[0].state) == (("stopped", "rated"), "cancelled")
