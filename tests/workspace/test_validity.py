"""Settings > Validity, the import of ratings and `goodword evidence --validity`."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goodword.accounts.models import AuditEntry
from goodword.assessments.validity import print_validity
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.candidates.ratings import delete_unconfirmed
from goodword.roles.models import Role
from goodword.workspace.validity import asking
from tests.assessments.plans import PlannedTest
from tests.assessments.validity.people import NOW, RATED, judged, rate, took
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(RATED, tick=False)]

REASONING = PlannedTest(test="reasoning", form="short_12")


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation())


def path(role: Role, rest: str = "") -> str:
    return f"/o/{role.organisation.slug}/settings/validity/{rest}"


def admin_of(role: Role) -> Client:
    return signed_in(factories.member(role.organisation, kind="admin"))


def people(role: Role, n: int = 60) -> list[Application]:
    """Scores, and ratings for the first `n` of 90; the correlation is that of the psychometrics tests."""
    found = took(role, 90, lambda place: (place * 37) % 53, test=REASONING)
    rate(found[:n], lambda place: ((place * 37) % 53) / 10 + ((place * 29) % 17) / 2)
    return found


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def audited(role: Role) -> list[str]:
    rows = AuditEntry.objects.of(role.organisation).filter(action__regex="^(ratings|validity)")
    return list(rows.order_by("pk").values_list("action", flat=True))


def hired(role: Role, email: str) -> Application:
    who = factories.candidate(role.organisation, email=email)
    return factories.application(role, candidate=who, status="hired", hired_at=NOW)


def sent(client: Client, role: Role, raw: str, **changes: Any) -> Any:
    file = SimpleUploadedFile("ratings.csv", raw.encode())
    return client.post(path(role, "ratings/"), {"lowest": "1", "highest": "5", "file": file} | changes)


FILE = f"E-mail,Rater,Date,Overall\nada@x.example,Bo,{RATED.date()},4\nbob@x.example,Bo,{RATED.date()},2\n"


def test_correlation_interval_and_correction_are_shown_and_audited(role: Role) -> None:
    people(role)
    text = text_of(admin_of(role).get(path(role)))
    for part in (
        "60 people rated by 1 rater.",
        "0.52",
        "0.31 to 0.69",
        "90 applicants",
        "12 tasks in 12 minutes",
    ):
        assert part in text, part
    assert audited(role) == ["validity.computed"]


@pytest.mark.world
def test_below_fifty_people_the_page_says_how_many_there_are(role: Role) -> None:
    people(role, 49)
    text = text_of(admin_of(role).get(path(role)))
    assert "Needs 50 people" in text and "49 people rated by 1 rater." in text
    assert audited(role) == []


@pytest.mark.world
def test_raters_who_give_everybody_the_same_rating_have_no_agreement(
    role: Role, capsys: pytest.CaptureFixture[str]
) -> None:
    found = took(role, 30, lambda place: place, test=REASONING)
    for rater in ("Bo", "Cy"):
        rate(found, lambda _place: 5, rater=rater)
    said = "30 people have two raters, who all gave the same rating"
    assert said in text_of(admin_of(role).get(path(role)))
    print_validity(slug=role.organisation.slug, role_id=None)
    assert f"  {said}" in capsys.readouterr().out.splitlines()


@pytest.mark.world
def test_ratings_are_checked_before_they_count(role: Role) -> None:
    client = admin_of(role)
    ada = hired(role, "ada@x.example")
    assert "No ratings yet" in text_of(client.get(path(role)))
    check = sent(client, role, FILE)
    made = RatingImport.objects.of(role.organisation).get()
    assert (check.status_code, check["Location"]) == (302, path(role, f"ratings/{made.pk}/"))
    text = text_of(client.get(check["Location"]))
    assert "Line 3: no such person in Goodword." in text and "Import 1 rating" in text
    assert "No ratings yet" in text_of(client.get(path(role)))
    for _twice in range(2):
        assert client.post(path(role, f"ratings/{made.pk}/confirm/")).status_code == 302
    assert PerformanceRating.objects.of(role.organisation).get().application == ada
    assert "1 person rated by 1 rater." in text_of(client.get(path(role)))
    text = text_of(client.get(path(role, f"ratings/{made.pk}/")))
    assert "Delete these ratings" in text and "Line 3" in text
    client.post(path(role, f"ratings/{made.pk}/delete/"))
    assert not RatingImport.objects.of(role.organisation).exists()
    assert audited(role) == ["ratings.imported", "ratings.deleted"]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("raw", "changes", "problem"),
    [
        (FILE, {"highest": "1"}, "Enter a number above the lowest rating."),
        (FILE, {"lowest": ""}, "Enter the lowest rating of the scale."),
        (FILE, {"highest": "3"}, "Line 2: “Overall” isn&#x27;t a number from 1 to 3."),
        (FILE + "ada@x.example,Cy\n", {}, "Line 4: the number of cells differs from the first row."),
        (FILE, {"file": ""}, "Choose a file."),
        (FILE, {"lowest": "nan"}, "Enter a number."),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(
    role: Role, raw: str, changes: dict[str, Any], problem: str
) -> None:
    hired(role, "ada@x.example")
    response = sent(admin_of(role), role, raw, **changes)
    assert response.status_code == 422 and problem in text_of(response)
    assert not RatingImport.objects.of(role.organisation).exists()


def test_people_hired_long_ago_without_a_rating_are_listed_to_fill_in(role: Role) -> None:
    client = admin_of(role)
    hired(role, "ada@x.example")
    rate([hired(role, "bob@x.example")], lambda _place: 3)
    late = hired(role, "cy@x.example")
    Application.objects.of(role.organisation).filter(pk=late.pk).update(hired_at=RATED - timedelta(days=89))
    hired(factories.role(factories.organisation()), "eve@x.example")
    Application.objects.of(role.organisation).filter(candidate__email="").update(status="hired", hired_at=NOW)
    assert "1 person was hired at least 90 days ago and has no rating." in text_of(
        client.get(path(role, "ratings/"))
    )
    lines = client.get(path(role, "ratings/people.csv")).getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "Name,E-mail,Role,Hired on,Rater,Date,Overall"
    assert [line.split(",")[1:3] for line in lines[1:]] == [["ada@x.example", role.title]]
    filled = "\n".join([lines[0], lines[1].removesuffix(",,,") + f",Bo,{RATED.date()},4"])
    assert sent(client, role, filled).status_code == 302
    assert PerformanceRating.objects.of(role.organisation).count() == 2
    assert audited(role) == ["ratings.people_downloaded"]


@pytest.mark.world
def test_a_file_rates_nobody_who_objected(role: Role) -> None:
    ada, admin = hired(role, "ada@x.example"), factories.member(role.organisation, kind="admin")
    client = signed_in(admin)
    made = sent(client, role, FILE)["Location"]
    assert asking.stop(application=ada, by=admin, now=RATED)
    client.post(f"{made}confirm/")
    assert not PerformanceRating.objects.of(role.organisation).exists()
    made = sent(client, role, FILE)["Location"]
    assert "Line 2: “Don&#x27;t ask for a rating” was chosen on their page." in text_of(client.get(made))
    assert "ada@x.example" not in client.get(path(role, "ratings/people.csv")).getvalue().decode()


def test_nothing_is_imported_if_nobody_was_hired(role: Role) -> None:
    client = admin_of(role)
    made = sent(client, role, FILE)["Location"]
    assert "Nothing can be imported from this file." in text_of(client.get(made))
    page = client.post(f"{made}confirm/", follow=True)
    assert "Nothing was imported: these people can no longer be rated." in text_of(page)
    assert RatingImport.objects.of(role.organisation).get().confirmed_at is None


def test_the_page_of_deleted_ratings_says_why_and_leads_to_a_new_upload(role: Role) -> None:
    client = admin_of(role)
    file = SimpleUploadedFile(
        "ratings.csv", b"E-mail,Rater,Date,Overall\nnobody@x.example,Rita,2026-03-01,3\n"
    )
    made = client.post(path(role, "ratings/"), {"file": file, "lowest": 1, "highest": 5}).headers["Location"]
    assert client.get(made).status_code == 200
    delete_unconfirmed(now=RatingImport.objects.of(role.organisation).get().created_at + timedelta(days=8))
    for page in (client.get(made), client.post(f"{made}confirm/"), client.post(f"{made}delete/")):
        assert page.status_code == 404
        assert "Ratings that aren't imported within 7 days are deleted" in text_of(page)
        assert f'href="{path(role, "ratings/")}"' in page.content.decode()


def _refused(client: Client, role: Role, made: RatingImport) -> set[int]:
    pages = ("", "ratings/", "ratings/people.csv", f"ratings/{made.pk}/")
    found = {client.get(path(role, rest)).status_code for rest in pages}
    rest = ("ratings/", f"ratings/{made.pk}/confirm/", f"ratings/{made.pk}/delete/")
    return found | {client.post(path(role, address)).status_code for address in rest}


@pytest.mark.world
def test_only_admins_of_the_organisation_see_and_import_ratings(role: Role) -> None:
    made = rate([hired(role, "ada@x.example")], lambda _place: 3)
    for kind in ("recruiter", "hiring_manager"):
        assert _refused(signed_in(factories.member(role.organisation, kind=kind)), role, made) == {403}
    elsewhere = factories.member(factories.organisation(), kind="admin")
    assert _refused(signed_in(elsewhere), role, made) == {404}
    assert _refused(Client(), role, made) == {302}
    own = factories.role(elsewhere.organisation)
    client = signed_in(elsewhere)
    assert {
        client.post(path(own, f"ratings/{made.pk}/{rest}/")).status_code for rest in ("confirm", "delete")
    } == {404}
    assert "No ratings yet" in text_of(client.get(path(own), {"role": role.pk}))
    assert PerformanceRating.objects.of(role.organisation).count() == 1 and audited(role) == []


@pytest.mark.world
def test_a_role_can_be_chosen(role: Role) -> None:
    people(role, 20)
    other = factories.role(role.organisation, title="Other")
    client = admin_of(role)
    assert "20 people rated" in text_of(client.get(path(role), {"role": role.pk}))
    assert "Nobody on this role has been rated." in text_of(client.get(path(role), {"role": other.pk}))
    assert "20 people rated" in text_of(client.get(path(role), {"role": "all"}))


@pytest.mark.world
def test_the_command_prints_the_same(role: Role, capsys: pytest.CaptureFixture[str]) -> None:
    slug = role.organisation.slug
    assert print_validity(slug=slug, role_id=None) == 1
    found = people(role)
    rate(found[:5], lambda _place: 3, rater="Cy")
    assert print_validity(slug=slug, role_id=role.pk) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-3:-1] == [
        "Overall (1–5): 60 people, 2 raters",
        "  5 people have two raters; their agreement is not computed below 30",
    ]
    assert printed[-1] == (
        "  Reasoning 3, 12 tasks in 12 minutes: r = 0.49 (0.27 to 0.66), n = 60; corrected for range restriction 0.49 "
        "(0.27 to 0.66), 90 applicants, SD ratio 1.00"
    )
    assert [print_validity(slug="nobody", role_id=None), print_validity(slug=slug, role_id=0)] == [2, 2]
    assert audited(role) == ["validity.computed"] * 2


@pytest.mark.world
def test_the_command_counts_a_single_person_in_the_singular(
    role: Role, capsys: pytest.CaptureFixture[str]
) -> None:
    found = took(role, 10, lambda place: place, test=REASONING)
    rate(found[:1], lambda _place: 3)
    print_validity(slug=role.organisation.slug, role_id=None)
    assert "Overall (1–5): 1 person, 1 rater" in capsys.readouterr().out.splitlines()
    rate(found[1:], lambda place: 1 + place / 3)
    rate(found[:1], lambda _place: 4, rater="Cy")
    elsewhere = took(factories.role(role.organisation), 1, lambda place: place, test=REASONING)
    rate(elsewhere, lambda _place: 3)
    print_validity(slug=role.organisation.slug, role_id=None)
    *_, counted, agreement, correlation = capsys.readouterr().out.splitlines()
    assert counted == "Overall (1–5): 11 people, 2 raters"
    assert agreement == "  1 person has two raters; their agreement is not computed below 30"
    assert correlation.split(": ", 1)[1] == (
        "10 people, not computed below 50; 1 person left out, in roles with fewer than 5"
    )


@pytest.mark.world
def test_page_and_command_name_the_correlation_of_a_judgement_set(
    role: Role, capsys: pytest.CaptureFixture[str]
) -> None:
    title = judged(role).test.title
    text = text_of(admin_of(role).get(path(role)))
    assert f"{title}: Correlation within situations" in text
    assert "Mean distance" not in text
    print_validity(slug=role.organisation.slug, role_id=None)
    printed = capsys.readouterr().out
    assert "Correlation within situations: r = 0." in printed
    assert "Mean distance" not in printed


def test_raters_are_named_on_no_page(role: Role) -> None:
    made = rate([hired(role, "ada@x.example")], lambda _place: 3, rater="Boris Rater")
    client = admin_of(role)
    for rest in ("", f"ratings/{made.pk}/"):
        assert "Boris" not in text_of(client.get(path(role, rest)))
