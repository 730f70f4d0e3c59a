"""Which rater is asked, when, and how requests end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.domain.erasure_requests import (
    Reason,
    cancel_erasure,
    carry_out_erasure,
    request_erasure,
)
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.core.models import Event
from goodword.core.personal_data import ExportReader, ExportRequest, export
from goodword.core.workdays import add_working_days
from goodword.notifications.domain import links
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.models import Email, Link
from goodword.references.domain.requests import store_opt_out
from goodword.roles.models import Role
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity import answering, asking, requests
from tests.support import factories
from tests.workspace.validity.support import (
    DAY,
    HIRED,
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> Role:
    return asking_role()


@pytest.fixture
def mo(role: Role) -> Membership:
    return manager_of(role)


@pytest.fixture
def ada(role: Role) -> Application:
    return hired(role)


def asked(role: Role) -> int:
    return RatingRequest.objects.of(role.organisation).count()


def event(name: str, of: Application, **data: Any) -> Event:
    return Event.objects.create(
        name=name,
        organisation_id=of.organisation_id,
        application_id=of.pk,
        actor="greenhouse",
        occurred_at=NOW,
        data=data,
    )


def test_the_only_hiring_manager_is_asked_once_on_the_ninetieth_day(ada: Application, mo: Membership) -> None:
    sweep(NOW - timedelta(minutes=1))
    assert mails(ada) == []
    for _twice in range(2):
        sweep()
    [mail] = mails(ada)
    assert (mail.to_address, mail.application, mail.not_before) == (mo.user.email, ada, NOW)
    assert mail.reply_to == "rita@acme.example"
    row = request_of(ada)
    assert (row.state, row.rater_name, row.named_by) == ("asked", "Mo Manager", None)
    assert row.ends_at == datetime.fromisoformat("2026-03-24T22:59:00+00:00")
    assert mail.not_after == row.ends_at


@pytest.mark.world
def test_after_two_reminders_it_counts_as_not_given(ada: Application, mo: Membership) -> None:
    sweep()
    calendar = ada.organisation.calendar
    for number in (1, 2):
        at = add_working_days(NOW, 5 * number, calendar=calendar)
        sweep(at - timedelta(minutes=1))
        assert request_of(ada).reminders == number - 1
        for _twice in range(2):
            sweep(at)
        row = request_of(ada)
        assert (row.reminders, row.reminded_at) == (number, at)
    assert [mail.context["again"] for mail in mails(ada)] == [False, True, True]
    ends_at = request_of(ada).ends_at
    assert ends_at is not None
    sweep(ends_at)
    assert state_of(ada) == ("not_given", "")
    sweep(ends_at + 100 * DAY)
    assert len(mails(ada)) == 3
    assert request_of(ada).next_at is None


@pytest.mark.world
def test_after_a_long_outage_nobody_is_reminded_of_something_that_is_over(
    ada: Application, mo: Membership
) -> None:
    sweep()
    sweep(NOW + 40 * DAY)
    assert state_of(ada) == ("not_given", "")
    assert len(mails(ada)) == 1


def test_mail_waits_for_working_hours(ada: Application, mo: Membership) -> None:
    saturday = datetime.fromisoformat("2026-03-07T10:00:00+00:00")
    sweep(saturday)
    assert mails(ada)[0].not_before == datetime.fromisoformat("2026-03-09T08:00:00+00:00")


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        ("en", "How is Ada Lovelace getting on?", "never for a decision about Ada Lovelace"),
        ("de", "Wie macht sich Ada Lovelace?", "nie für eine Entscheidung über Ada Lovelace"),
        (
            "fr",
            "Ada Lovelace : comment cela se passe-t-il ?",
            "jamais à une décision concernant Ada Lovelace",
        ),
    ],
)
def test_both_parts_of_the_mail_say_who_asks_and_what_for(language: str, subject: str, said: str) -> None:
    role = asking_role(language=language)
    manager_of(role)
    ada = hired(role)
    sweep()
    [mail] = mails(ada)
    link = "https://goodword.example/m/secret/"
    found = render(mail, link=link)
    assert found.subject == subject
    for part in (found.text, found.html):
        wanted = (said, link, "Window Washer", "Acme Bikes", "Mo Manager", "24", "(CET)")
        assert [words for words in wanted if words not in part] == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": "active", "hired_at": None},
        {"status": "rejected"},
        {"hired_at": NOW - 89 * DAY},
        {"hired_at": NOW - 151 * DAY},
        {"erasure_requested_at": NOW},
        {"erased_at": NOW},
        {"prospect": True},
        {"role": None},
    ],
)
def test_only_people_hired_on_the_day_are_asked_about(
    ada: Application, mo: Membership, role: Role, change: dict[str, Any]
) -> None:
    Application.objects.of(role.organisation).filter(pk=ada.pk).update(**change)
    sweep()
    assert (asked(role), mails(ada)) == (0, [])


def test_candidates_who_started_before_it_was_switched_on_are_left_out(role: Role, mo: Membership) -> None:
    hired(role, begun_at=SINCE - timedelta(minutes=1))
    without_test = factories.application(role, status="hired", hired_at=HIRED)
    declined = hired(role, begun_at=SINCE)
    Attempt.objects.filter(step_request__application=declined).update(progress="declined")
    sweep()
    assert asked(role) == 0
    told = hired(role, begun_at=SINCE)
    sweep()
    assert asked(role) == 1
    assert {request_of(told).state, without_test.status} == {"asked", "hired"}


def test_the_role_says_after_how_many_days(ada: Application, mo: Membership, role: Role) -> None:
    role.rating_days = 100
    role.save()
    sweep(NOW + 9 * DAY)
    assert asked(role) == 0
    sweep(NOW + 10 * DAY)
    assert asked(role) == 1


@pytest.mark.parametrize(
    ("managers", "reason"), [((), "no_manager"), (("Mo Manager", "Mia Manager"), "several")]
)
def test_without_one_hiring_manager_a_member_names_the_rater(
    ada: Application, role: Role, managers: tuple[str, ...], reason: str
) -> None:
    for name in managers:
        manager_of(role, name=name)
    sweep()
    assert (state_of(ada), mails(ada)) == (("needs_rater", reason), [])
    row = request_of(ada)
    asking.name_rater(
        request=row,
        name="Bo Boss",
        email="Bo@Acme.example",
        language="fr",
        seen=row.version,
        by=role.owner,
        now=NOW,
    )
    [mail] = mails(ada)
    assert (mail.to_address, mail.language, mail.context["again"]) == ("bo@acme.example", "fr", False)
    assert request_of(ada).named_by == role.owner


def test_a_deactivated_manager_and_the_person_themselves_are_not_asked(role: Role, ada: Application) -> None:
    former = manager_of(role, name="Fo Former")
    former.deactivated_at = NOW
    former.save()
    own = manager_of(role, name="Ada Lovelace")
    own.user.email = ada.candidate.email
    own.user.save()
    sweep()
    assert state_of(ada) == ("needs_rater", "no_manager")


def test_nobody_named_for_two_months_ends_it(ada: Application) -> None:
    sweep()
    sweep(NOW + 60 * DAY)
    assert state_of(ada) == ("not_given", "no_manager")


def test_rated_hires_are_not_asked_about_again(ada: Application, mo: Membership, role: Role) -> None:
    of = RatingImport.objects.create(
        organisation=role.organisation, lowest=1, highest=5, created_at=NOW, confirmed_at=NOW
    )
    PerformanceRating.objects.create(
        organisation=role.organisation,
        of=of,
        application=ada,
        criterion="Overall",
        value=3,
        rater="Mo",
        rated_on=NOW.date(),
    )
    sweep()
    assert asked(role) == 0


def undo_hire(ada: Application) -> None:
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(status="active", hired_at=None)
    asking.on_application_changed(event("application.unhired", ada))


def delete(ada: Application) -> None:
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(erasure_requested_at=NOW)
    asking.on_application_changed(event("erasure.requested", ada))


def switch_off(ada: Application) -> None:
    assert ada.role is not None
    asking.switch(role=ada.role, on=False, days=90, by=ada.role.owner, now=NOW)


def switch_all_off(ada: Application) -> None:
    assert ada.role is not None
    asking.switch_all_off(organisation=ada.organisation, by=ada.role.owner, now=NOW)


def delete_role(ada: Application) -> None:
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(role=None)
    sweep(NOW + 7 * DAY)


def stop(ada: Application) -> None:
    assert ada.role is not None
    assert asking.stop(application=ada, by=ada.role.owner, now=NOW)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (undo_hire, "not_hired"),
        (delete, "erasure"),
        (switch_off, "switched_off"),
        (switch_all_off, "switched_off"),
        (delete_role, "switched_off"),
        (stop, "member"),
    ],
)
def test_ending_a_request_stops_its_mail(
    ada: Application, mo: Membership, act: Callable[[Application], None], reason: str
) -> None:
    sweep()
    act(ada)
    assert state_of(ada) == ("stopped", reason)
    sweep(NOW + 30 * DAY)
    assert [mail.state for mail in mails(ada)] == [Email.State.CANCELLED]


def hire_again(ada: Application, *, at: datetime) -> None:
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(status="hired", hired_at=at)


@pytest.mark.world
@pytest.mark.parametrize("came_of_it", ["asked", "not_given"])
def test_a_rehired_candidate_is_asked_about_again(
    ada: Application, mo: Membership, role: Role, came_of_it: str
) -> None:
    sweep()
    if came_of_it == "not_given":
        sweep(NOW + 30 * DAY)
    old = links.mint(
        organisation=role.organisation, purpose=Link.Purpose.RATING, subject_id=request_of(ada).pk, now=NOW
    )
    undo_hire(ada)
    assert state_of(ada) == ("stopped", "not_hired")
    hire_again(ada, at=NOW + 40 * DAY)
    sweep(NOW + 129 * DAY)
    assert state_of(ada) == ("stopped", "not_hired")
    role.viewers.clear()
    bo = manager_of(role, name="Bo Boss")
    for _twice in range(2):
        sweep(NOW + 130 * DAY)
    row = request_of(ada)
    assert (row.state, row.rater_name, row.round, row.reminders) == ("asked", "Bo Boss", 2, 0)
    assert row.settled_at is None
    assert [mail.to_address for mail in mails(ada)] == [mo.user.email, bo.user.email]
    link = links.resolve(old.rstrip("/").rsplit("/", 1)[-1], purpose=Link.Purpose.RATING)
    assert link is not None and not links.is_alive(link, now=NOW)


@pytest.mark.parametrize("answer", ["given", "declined", "stopped"])
def test_an_answer_about_the_first_hire_is_enough(ada: Application, mo: Membership, answer: str) -> None:
    sweep()
    if answer == "given":
        answering.give(request=request_of(ada), values={"Reliability": 4}, now=NOW)
    elif answer == "declined":
        answering.decline(request=request_of(ada), reason="left", now=NOW)
    else:
        stop(ada)
    undo_hire(ada)
    hire_again(ada, at=NOW + 40 * DAY)
    sweep(NOW + 130 * DAY)
    assert request_of(ada).state == answer
    assert len(mails(ada)) == 1


def test_a_manager_who_opted_out_is_not_asked(ada: Application, mo: Membership) -> None:
    store_opt_out(organisation=ada.organisation, address=mo.user.email, now=NOW)
    sweep()
    assert state_of(ada) == ("needs_rater", "no_manager")


def test_an_archived_role_still_asks(ada: Application, mo: Membership, role: Role) -> None:
    role.archived_at = NOW - 10 * DAY
    role.save()
    sweep()
    assert state_of(ada) == ("asked", "")


@pytest.mark.parametrize("name", ["email.bounced", "email.failed"])
def test_after_a_returned_mail_a_member_names_another(ada: Application, mo: Membership, name: str) -> None:
    sweep()
    [mail] = mails(ada)
    asking.on_email_failed(event(name, ada, email_id=mail.pk))
    row = request_of(ada)
    assert (row.state, row.reason, row.rater_email) == ("needs_rater", "bounced", mo.user.email)
    assert mails(ada)[0].state == Email.State.CANCELLED


def test_a_late_bounce_of_an_earlier_address_changes_nothing(
    ada: Application, mo: Membership, role: Role
) -> None:
    sweep()
    [mail] = mails(ada)
    row = request_of(ada)
    named = {"name": "Bo", "email": "bo@acme.example", "language": "en"}
    asking.name_rater(request=row, **named, seen=row.version, by=role.owner, now=NOW)
    asking.on_email_failed(event("email.bounced", ada, email_id=mail.pk))
    assert state_of(ada) == ("asked", "")


@pytest.mark.world
def test_a_manager_who_loses_access_is_replaced(ada: Application, mo: Membership) -> None:
    sweep()
    mo.deactivated_at = NOW
    mo.save()
    asking.on_member_deactivated(event("member.deactivated", ada, member_id=mo.pk))
    assert state_of(ada) == ("needs_rater", "unavailable")


def name_bo(ada: Application, by: Membership, *, email: str = "bo@acme.example") -> None:
    row = request_of(ada)
    asking.name_rater(request=row, name="Bo", email=email, language="en", seen=row.version, by=by, now=NOW)


@pytest.mark.world
def test_a_manager_entered_by_a_recruiter_loses_the_link_with_their_access(
    ada: Application, role: Role
) -> None:
    sweep()
    bo = factories.member(role.organisation, kind="hiring_manager", name="Bo Boss")
    name_bo(ada, role.owner, email=bo.user.email)
    bo.deactivated_at = NOW
    bo.save()
    with pytest.raises(requests.RatingRequestClosed):
        answering.give(request=request_of(ada), values={"Reliability": 4}, now=NOW)
    asking.on_member_deactivated(event("member.deactivated", ada, member_id=bo.pk))
    assert state_of(ada) == ("needs_rater", "unavailable")


@pytest.mark.world
@pytest.mark.parametrize("why", ["deactivated", "opted out"])
def test_nobody_reminds_a_manager_who_is_unavailable(ada: Application, mo: Membership, why: str) -> None:
    sweep()
    if why == "deactivated":
        mo.deactivated_at = NOW
        mo.save()
    else:
        store_opt_out(organisation=ada.organisation, address=mo.user.email, now=NOW)
    sweep(NOW + 8 * DAY)
    assert (state_of(ada), len(mails(ada))) == (("needs_rater", "unavailable"), 1)


@pytest.mark.world
def test_a_manager_who_declined_is_not_asked_about_a_repeated_hire(ada: Application, mo: Membership) -> None:
    sweep()
    answering.decline(request=request_of(ada), reason="not_mine", now=NOW)
    assert requests.has_declined(request_of(ada), mo.user.email.upper())
    undo_hire(ada)
    hire_again(ada, at=NOW + 40 * DAY)
    sweep(NOW + 130 * DAY)
    assert (state_of(ada), len(mails(ada))) == (("needs_rater", "no_manager"), 1)


def test_nobody_is_asked_if_a_member_stopped_it_beforehand(ada: Application, mo: Membership) -> None:
    stop(ada)
    sweep()
    assert (state_of(ada), mails(ada)) == (("stopped", "member"), [])
    assert ada.role
    other = factories.application(ada.role, status="active")
    assert not asking.stop(application=other, by=mo, now=NOW)


@pytest.mark.world
def test_two_members_do_not_name_two_raters(ada: Application, role: Role) -> None:
    sweep()
    row = request_of(ada)
    seen, by = row.version, role.owner
    asking.name_rater(
        request=row, name="Bo", email="bo@acme.example", language="en", seen=seen, by=by, now=NOW
    )
    with pytest.raises(requests.RatingRequestClosed):
        asking.name_rater(
            request=row, name="Cy", email="cy@acme.example", language="en", seen=seen, by=by, now=NOW
        )
    assert [mail.to_address for mail in mails(ada)] == ["bo@acme.example"]


@pytest.mark.world
def test_erasure_and_export_cover_the_request(ada: Application, mo: Membership) -> None:
    sweep()
    organisation: Organisation = ada.organisation
    row = request_of(ada)
    links.mint(organisation=organisation, purpose=Link.Purpose.RATING, subject_id=row.pk, now=NOW)
    found = {}
    for reader in (ExportReader.CANDIDATE, ExportReader.ORGANISATION):
        wanted = ExportRequest(
            reader=reader,
            organisation=organisation,
            candidate_id=ada.candidate_id,
            application_ids=(ada.pk,),
        )
        [one] = export(wanted)["requests for a rating after the start"]
        found[reader] = one
    assert found[ExportReader.CANDIDATE] == {"asked": row.asked_at, "outcome": "asked"}
    assert found[ExportReader.ORGANISATION]["of"] == f"Mo Manager <{mo.user.email}>"
    requested = request_erasure(of=ada.candidate, reason=Reason.MEMBER, now=NOW, by="goodword", due_at=NOW)
    assert carry_out_erasure(erasure_id=requested.pk, now=NOW)
    for rows in (RatingRequest, Email, Link):
        assert rows.objects.of(organisation).count() == 0, rows


@pytest.mark.world
def test_a_rater_can_be_forgotten_once_it_is_over(ada: Application, mo: Membership, role: Role) -> None:
    sweep()
    assert not answering.forget_rater(request=request_of(ada), by=role.owner, now=NOW)
    stop(ada)
    assert answering.forget_rater(request=request_of(ada), by=role.owner, now=NOW)
    assert (request_of(ada).rater_name, request_of(ada).rater_email, mails(ada)) == ("", "", [])


@pytest.mark.world
def test_an_erased_rater_leaves_a_rating_that_admins_can_delete(
    ada: Application, mo: Membership, role: Role
) -> None:
    sweep()
    answering.give(request=request_of(ada), values={"Reliability": 4, "Teamwork": 3}, now=NOW)
    ratings = PerformanceRating.objects.of(role.organisation)
    assert answering.forget_rater(request=request_of(ada), by=role.owner, now=NOW)
    [code] = set(ratings.values_list("rater", flat=True))
    assert code.startswith("erased-") and mo.user.email not in code
    assert answering.delete_rating(request=request_of(ada), by=role.owner, now=NOW)
    assert not answering.delete_rating(request=request_of(ada), by=role.owner, now=NOW)
    assert not ratings.exists() and not RatingImport.objects.of(role.organisation).exists()
    sweep()
    assert (state_of(ada), mails(ada)) == (("given", ""), [])


@pytest.mark.world
def test_an_erased_rater_who_is_a_member_cannot_rate_again(
    ada: Application, mo: Membership, role: Role
) -> None:
    sweep()
    answering.give(request=request_of(ada), values={"Reliability": 4}, now=NOW)
    answering.forget_rater(request=request_of(ada), by=role.owner, now=NOW)
    assert mo.user.email not in str(vars(request_of(ada)))
    assert answering.rating_date(ada, mo) == NOW.date()
    assert answering.rating_date(ada, role.owner) is None
    assert not answering.rate_as_member(ada, values={"Reliability": 1}, by=mo, now=NOW)
    assert PerformanceRating.objects.of(role.organisation).get().value == 4
    answering.delete_rating(request=request_of(ada), by=role.owner, now=NOW)
    assert answering.rating_date(ada, mo) is None


def test_members_cannot_rate_people_who_must_not_be_rated(
    ada: Application, mo: Membership, role: Role
) -> None:
    sweep()
    stop(ada)
    assert not answering.may_rate_in_goodword(ada, now=NOW)
    assert not answering.rate_as_member(ada, values={"Reliability": 4}, by=mo, now=NOW)
    assert not PerformanceRating.objects.of(role.organisation).exists()


@pytest.mark.world
def test_a_cancelled_erasure_resumes_the_request_with_the_same_rater(ada: Application, role: Role) -> None:
    sweep()
    row = request_of(ada)
    asking.name_rater(
        request=row,
        name="Bo",
        email="bo@acme.example",
        language="de",
        seen=row.version,
        by=role.owner,
        now=NOW,
    )
    erasure = request_erasure(of=ada.candidate, reason=Reason.MEMBER, now=NOW, by="goodword")
    asking.on_application_changed(event("erasure.requested", ada))
    sweep(NOW + DAY)
    assert state_of(ada) == ("stopped", "erasure")
    with transaction.atomic():
        assert cancel_erasure(erasure, because="A mistake.", now=NOW + DAY, by="goodword")
    for _twice in range(2):
        sweep(NOW + DAY)
    row = request_of(ada)
    assert (row.state, row.rater_email, row.language, row.named_by) == (
        "asked",
        "bo@acme.example",
        "de",
        role.owner,
    )
    assert [mail.state for mail in mails(ada)] == [Email.State.CANCELLED, Email.State.QUEUED]


@pytest.mark.world
def test_after_a_cancelled_erasure_a_manager_who_declined_is_not_asked_again(
    ada: Application, mo: Membership
) -> None:
    sweep()
    answering.decline(request=request_of(ada), reason="not_mine", now=NOW)
    erasure = request_erasure(of=ada.candidate, reason=Reason.MEMBER, now=NOW, by="goodword")
    asking.on_application_changed(event("erasure.requested", ada))
    with transaction.atomic():
        cancel_erasure(erasure, because="A mistake.", now=NOW, by="goodword")
    sweep(NOW + DAY)
    assert (state_of(ada), len(mails(ada))) == (("needs_rater", "no_manager"), 1)
