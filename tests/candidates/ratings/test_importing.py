"""Imports of ratings: whose rating it is, when it counts, replacement, erasure and export."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates import ratings
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.candidates.personal_data import export
from goodword.candidates.rating_files import RatingScale, read_ratings
from goodword.core.personal_data import ExportReader, ExportRequest
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

NOW = factories.NOW
TODAY = NOW.date()
SCALE = RatingScale(1, 5)


@pytest.fixture
def admin() -> Membership:
    return factories.member(factories.organisation(), kind="admin")


def hired(admin: Membership, email: str, **values: Any) -> Application:
    who = factories.candidate(admin.organisation, email=email)
    usual = {"status": "hired", "hired_at": NOW - timedelta(days=90), "candidate": who}
    return factories.application(factories.role(admin.organisation), **(usual | values))


def read(
    admin: Membership, *lines: str, scale: RatingScale = SCALE, refused: Collection[int] = ()
) -> RatingImport:
    raw = "E-mail,Rater,Date,Overall\n" + "\n".join(lines)
    return ratings.read_into_rows(
        read_ratings(raw.encode(), scale),
        scale,
        organisation=admin.organisation,
        member=admin,
        now=NOW,
        refused=refused,
    )


def to_rate(admin: Membership, refused: Collection[int] = ()) -> list[tuple[str, date]]:
    found = ratings.people_to_rate(admin.organisation, now=NOW, refused=refused)
    return [(person.email, person.hired_on) for person in found]


def test_somebody_hired_twice_is_listed_once_with_the_hire_that_a_rating_counts_for(
    admin: Membership,
) -> None:
    first, second = (
        hired(admin, "ada@x.example", hired_at=NOW - timedelta(days=400)),
        hired(admin, "Ada@x.example"),
    )
    assert to_rate(admin) == [("Ada@x.example", (NOW - timedelta(days=90)).date())]
    assert to_rate(admin, {first.pk}) == []  # an import leaves out people who objected, whichever hire it was
    ratings.confirm(read(admin, f"ada@x.example,Bo,{TODAY},4"), by=admin, now=NOW)
    assert counting(admin) == [(second.pk, "Bo", 4.0)]
    assert to_rate(admin) == []


def test_somebody_hired_again_less_than_90_days_ago_is_not_listed_yet(admin: Membership) -> None:
    hired(admin, "ada@x.example", hired_at=NOW - timedelta(days=400))
    hired(admin, "ada@x.example", hired_at=NOW - timedelta(days=10))
    assert to_rate(admin) == []


def test_a_rater_in_two_spellings_is_counted_once(admin: Membership) -> None:
    for address in ("ada@x.example", "bob@x.example"):
        hired(admin, address)
    [counted] = ratings.counts_of(
        read(admin, f"ada@x.example,Bo Beck,{TODAY},4", f"bob@x.example,bo beck,{TODAY},5")
    )
    assert (counted.ratings, counted.people, counted.raters) == (2, 2, 1)


def test_a_rating_of_today_elsewhere_is_not_in_the_future(admin: Membership) -> None:
    admin.organisation.time_zone = "America/Los_Angeles"
    hired(admin, "ada@x.example")
    evening = NOW.replace(hour=20)  # the next day in Auckland
    raw = f"E-mail,Rater,Date,Overall\nada@x.example,Bo,{TODAY + timedelta(days=1)},4"
    made = ratings.read_into_rows(
        read_ratings(raw.encode(), SCALE), SCALE, organisation=admin.organisation, member=admin, now=evening
    )
    assert made.left_out == {}


def counting(admin: Membership) -> list[tuple[int, str, float]]:
    rows = PerformanceRating.objects.of(admin.organisation).filter(of__confirmed_at__isnull=False)
    return list(rows.order_by("pk").values_list("application_id", "rater", "value"))


def audited(admin: Membership) -> list[tuple[str, dict[str, Any]]]:
    rows = AuditEntry.objects.of(admin.organisation).filter(action__startswith="ratings.")
    return list(rows.order_by("pk").values_list("action", "details"))


def test_people_who_are_unknown_or_were_not_hired_before_the_rating_are_left_out(admin: Membership) -> None:
    ada = hired(admin, "ada@x.example")
    hired(admin, "bob@x.example", status="rejected", hired_at=None)
    hired(factories.member(factories.organisation(), kind="admin"), "eve@x.example")
    made = read(
        admin,
        f"ADA@x.example,Bo,{TODAY},4",
        f"bob@x.example,Bo,{TODAY},4",
        f"eve@x.example,Bo,{TODAY},4",
        f"ada@x.example,Bo,{TODAY - timedelta(days=100)},4",
        f"ada@x.example,Bo,{TODAY + timedelta(days=1)},4",
    )
    assert made.left_out == {"not_hired": [3], "unknown": [4], "early": [5], "future": [6]}
    assert counting(admin) == []
    assert ratings.confirm(made, by=admin, now=NOW)
    assert counting(admin) == [(ada.pk, "Bo", 4.0)]
    assert audited(admin) == [("ratings.imported", {"ratings": 1, "replaced": 0})]


def test_people_who_must_not_be_rated_are_left_out_even_if_they_objected_after_the_upload(
    admin: Membership,
) -> None:
    ada, bob, cy = (hired(admin, f"{name}@x.example") for name in ("ada", "bob", "cy"))
    lines = (f"{name}@x.example,Bo,{TODAY},4" for name in ("ada", "bob", "cy"))
    made = read(admin, *lines, refused={ada.pk})
    assert made.left_out == {"refused": [2]}
    assert ratings.confirm(made, by=admin, now=NOW, refused={ada.pk, bob.pk})
    assert counting(admin) == [(cy.pk, "Bo", 4.0)]
    to_rate = ratings.people_to_rate(admin.organisation, now=NOW, refused={ada.pk})
    assert [person.email for person in to_rate] == ["bob@x.example"]
    again = read(admin, f"bob@x.example,Bo,{TODAY},4")
    assert not ratings.confirm(again, by=admin, now=NOW, refused={bob.pk})


def test_people_whose_hire_was_undone_after_the_upload_are_left_out(admin: Membership) -> None:
    ada, bob, cy = (hired(admin, f"{name}@x.example") for name in ("ada", "bob", "cy"))
    made = read(admin, *(f"{name}@x.example,Bo,{TODAY},4" for name in ("ada", "bob", "cy")))
    Application.objects.of(admin.organisation).filter(pk=ada.pk).update(status="active", hired_at=None)
    request_erasure(of=bob.candidate, reason=Reason.MEMBER, now=NOW, by="member:1")
    assert ratings.confirm(made, by=admin, now=NOW)
    assert counting(admin) == [(cy.pk, "Bo", 4.0)]


def test_of_several_hires_the_latest_before_the_rating_counts(admin: Membership) -> None:
    first = hired(admin, "ada@x.example", hired_at=NOW - timedelta(days=400))
    second = factories.application(
        factories.role(admin.organisation), candidate=first.candidate, status="hired", hired_at=NOW
    )
    made = read(admin, f"ada@x.example,Bo,{TODAY},4", f"ada@x.example,Bo,{TODAY - timedelta(days=100)},3")
    ratings.confirm(made, by=admin, now=NOW)
    assert counting(admin) == [(second.pk, "Bo", 4.0), (first.pk, "Bo", 3.0)]


def test_a_corrected_file_replaces_the_same_ratings_only(admin: Membership) -> None:
    ada = hired(admin, "ada@x.example")
    ratings.confirm(
        read(admin, f"ada@x.example,Bo,{TODAY},4", f"ada@x.example,Cy,{TODAY},2"), by=admin, now=NOW
    )
    again = read(admin, f"ada@x.example,Bo,{TODAY},5")
    assert ratings.replaced_by(again) == 1
    assert [ratings.confirm(again, by=admin, now=NOW) for _twice in range(2)] == [True, False]
    assert counting(admin) == [(ada.pk, "Cy", 2.0), (ada.pk, "Bo", 5.0)]
    other = read(admin, f"ada@x.example,Bo,{TODAY},6", scale=RatingScale(1, 7))
    assert ratings.replaced_by(other) == 0


def test_a_corrected_rating_replaces_one_whose_rater_is_written_in_another_case(admin: Membership) -> None:
    ada = hired(admin, "ada@x.example")
    ratings.confirm(read(admin, f"ada@x.example,bo berg,{TODAY},4"), by=admin, now=NOW)
    again = read(admin, f"ada@x.example,Bo Berg,{TODAY},5")
    assert ratings.replaced_by(again) == 1
    ratings.confirm(again, by=admin, now=NOW)
    assert counting(admin) == [(ada.pk, "Bo Berg", 5.0)]


def test_an_import_can_be_discarded_and_deleted_later(admin: Membership) -> None:
    hired(admin, "ada@x.example")
    ratings.discard(read(admin, f"ada@x.example,Bo,{TODAY},4"), by=admin, now=NOW)
    assert audited(admin) == []
    made = read(admin, f"ada@x.example,Bo,{TODAY},4")
    ratings.confirm(made, by=admin, now=NOW)
    for _twice in range(2):
        ratings.discard(made, by=admin, now=NOW)
    assert counting(admin) == [] and audited(admin)[1:] == [("ratings.deleted", {"ratings": 1})]


def test_ratings_that_a_colleague_has_imported_are_not_discarded(admin: Membership) -> None:
    hired(admin, "ada@x.example")
    made, browser = read(admin, f"ada@x.example,Bo,{TODAY},4"), signed_in(admin)
    where, delete = (
        reverse(name, args=[admin.organisation.slug, made.pk])
        for name in ("ratings_import_check", "ratings_import_delete")
    )
    assert 'name="discard" value="yes"' in browser.get(where).content.decode()
    ratings.confirm(made, by=admin, now=NOW)
    page = browser.post(delete, {"discard": "yes"}, follow=True).content.decode()
    assert "Not discarded: somebody else has imported these ratings." in page
    assert len(counting(admin)) == 1
    page = browser.post(delete, follow=True).content.decode()
    assert ("Ratings deleted." in page, counting(admin)) == (True, [])


def test_unconfirmed_imports_are_deleted_after_a_week(admin: Membership) -> None:
    hired(admin, "ada@x.example")
    confirmed, _left = (read(admin, f"ada@x.example,Bo,{TODAY},4") for _ in range(2))
    ratings.confirm(confirmed, by=admin, now=NOW)
    assert ratings.delete_unconfirmed(now=NOW + timedelta(days=7)) == 0
    assert ratings.delete_unconfirmed(now=NOW + timedelta(days=8)) == 2  # the import and its rating
    assert RatingImport.objects.of(admin.organisation).get() == confirmed


@pytest.mark.world
def test_ratings_are_erased_with_the_person_and_exported_to_them_without_the_rater(admin: Membership) -> None:
    ada = hired(admin, "ada@x.example")
    ratings.confirm(read(admin, f"ada@x.example,Bo,{TODAY},4"), by=admin, now=NOW)
    found = {
        reader: export.export(
            ExportRequest(
                reader=reader,
                organisation=admin.organisation,
                candidate_id=ada.candidate_id,
                application_ids=(ada.pk,),
            )
        ).get("ratings after the start")
        for reader in (ExportReader.CANDIDATE, ExportReader.ORGANISATION)
    }
    own = {
        "rated": date(TODAY.year, TODAY.month, TODAY.day),
        "criterion": "Overall",
        "rating": 4.0,
        "lowest possible": 1.0,
        "highest possible": 5.0,
    }
    assert found == {ExportReader.CANDIDATE: [own], ExportReader.ORGANISATION: None}
    with transaction.atomic():
        erasure = request_erasure(of=ada.candidate, reason=Reason.MEMBER, now=NOW, by="member:1")
    carry_out_erasure(erasure_id=erasure.pk, now=NOW + timedelta(days=8))
    assert not PerformanceRating.objects.of(admin.organisation).exists()
