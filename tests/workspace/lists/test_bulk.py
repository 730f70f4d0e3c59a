"""Bulk actions on candidates."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.bounces import note_complained
from goodword.notifications.models import Email
from goodword.references.domain.member_actions import cancel_check
from goodword.references.models import Check
from goodword.roles.models import Role
from goodword.ui.templatetags.ui import short_day
from goodword.workflow.domain.application_outcome import set_status
from goodword.workflow.models import StepRequest
from tests.references.story import sent
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.core.clock.now", lambda: NOW + timedelta(days=1))


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, owner=rita)


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def press(client: Client, role: Role, **data: Any) -> Any:
    return client.post(path("role_bulk", role.organisation, role.pk) + "?status=active", data)


def told(response: Any) -> tuple[str, list[str], list[str]]:
    context = response.context

    def lines(outcomes: Any) -> list[str]:
        return [f"{outcome.application.candidate.first_name}: {outcome.sentence}" for outcome in outcomes]

    return context["title"], lines(context["done"]), lines(context["refused"])


def rows(role: Role) -> tuple[int, int, int]:
    return (
        Email.objects.of(role.organisation).count(),
        Event.objects.filter(organisation_id=role.organisation_id).count(),
        AuditEntry.objects.of(role.organisation).count(),
    )


def test_a_preview_names_who_is_reminded_and_changes_nothing(role: Role, rita: Membership) -> None:
    ada, bo, cy, dee = (named(role, name, "Zorn") for name in ("Ada", "Bo", "Cy", "Dee"))
    checked(ada)
    used_up = checked(bo)
    Check.objects.of(role.organisation).filter(pk=used_up.pk).update(
        reminders_sent=used_up.reminders_promised
    )
    invited(cy)
    client, before = signed_in(rita), rows(role)
    chosen = [ada.pk, bo.pk, cy.pk, dee.pk]
    title, done, refused = told(press(client, role, act="remind", step="check", application=chosen))
    assert (title, len(done)) == ("Remind 1 of 4", 1)
    assert done[0].startswith("Ada: Reminder by e-mail")
    assert refused == [
        "Bo: All promised reminders have been sent. Use Invite again instead.",
        "Cy: Not invited yet.",
        "Dee: Not invited yet.",
    ]
    assert rows(role) == before


def test_nobody_is_told_to_invite_a_rejected_candidate_again(role: Role, rita: Membership) -> None:
    ada, bo = (named(role, name, "Zorn") for name in ("Ada", "Bo"))
    for application in (ada, bo):
        Attempt.objects.of(role.organisation).filter(pk=invited(application).pk).update(closed_at=NOW)
    Application.objects.of(role.organisation).filter(pk=ada.pk).update(status="rejected")
    asked = {"act": "remind", "step": "assessment", "application": [ada.pk, bo.pk]}
    assert told(press(signed_in(rita), role, **asked)) == (
        "Remind 0 of 2",
        [],
        [
            "Ada: This assessment is closed, and the application has ended.",
            "Bo: This assessment is closed. Invite again to start a new one.",
        ],
    )


@pytest.mark.world
def test_chosen_candidates_who_have_left_the_list_are_named(role: Role, rita: Membership) -> None:
    ada, bo, cy = (named(role, name, "Zorn") for name in ("Ada", "Bo", "Cy"))
    checked(ada)
    rows = Application.objects.of(role.organisation)
    rows.filter(pk=bo.pk).update(role=factories.role(role.organisation, owner=rita))
    cy.candidate.private = True
    cy.candidate.save()
    Role.objects.of(role.organisation).filter(pk=role.pk).update(owner=factories.member(role.organisation))
    response = press(signed_in(rita), role, act="remind", step="check", application=[ada.pk, bo.pk, cy.pk])
    title, [done], refused = told(response)
    assert (title, done.partition(":")[0], refused) == (
        "Remind 1 of 3",
        "Ada",
        ["Bo: No longer on this role."],
    )
    text = soup(response).get_text()
    assert "1 candidate you can no longer see." in text
    assert "Cy Zorn" not in text


@pytest.mark.world
def test_an_action_leads_back_to_its_page_of_the_list(
    role: Role, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.lists.pages.PAGE", 1)
    for name in ("Ada", "Bo", "Cy"):
        named(role, name, "Zorn")
    client, where = signed_in(rita), path("role", role.organisation, role.pk)
    [link] = soup(client.get(f"{where}?sort=name")).select("a[rel=next]")
    second = where + str(link["href"])
    page = soup(client.get(second))
    form, [box] = page.select_one("form:has([data-rows])"), page.select("[name=application]")
    assert form is not None
    data = {"act": "cancel", "step": "check", "application": str(box["value"])}
    outcome = soup(client.post(str(form["action"]), data))
    assert second in [str(tag["href"]) for tag in outcome.select(".actions a")]


@pytest.mark.world
def test_reminders_are_sent_once_and_audited(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    checked(ada)
    client = signed_in(rita)
    asked = {"act": "remind", "step": "", "application": [ada.pk], "confirmed": "yes"}
    before = Email.objects.of(role.organisation).count()
    assert told(press(client, role, **asked))[0] == "1 of 1 reminded"
    again = told(press(client, role, **asked))
    assert again == (
        "0 of 1 reminded",
        [],
        ["Ada: An e-mail was just sent or is about to be. Wait ten minutes."],
    )
    assert Email.objects.of(role.organisation).count() == before + 1
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="check.reminded")
    assert entry.member == rita


@pytest.mark.world
def test_deadlines_are_extended_and_bad_input_is_kept(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    check = checked(ada)
    client, before = signed_in(rita), check.deadline_at
    asked = {"act": "extend", "step": "check", "application": [ada.pk]}
    wrong = press(client, role, **asked, days="many", confirmed="yes")
    assert (wrong.status_code, 'value="many"' in wrong.content.decode()) == (422, True)
    check.refresh_from_db()
    assert check.deadline_at == before
    assert told(press(client, role, **asked, days="30"))[0] == "Extend 1 of 1"
    check.refresh_from_db()
    assert check.deadline_at == before
    for n in (1, 0):
        assert told(press(client, role, **asked, days="30", confirmed="yes"))[0] == f"{n} of 1 extended"
        check.refresh_from_db()
        assert check.deadline_at > before
    assert Event.objects.filter(name="check.extended").count() == 1


@pytest.mark.world
def test_extending_says_the_new_day_even_after_an_adjustment(role: Role, rita: Membership) -> None:
    ada, bo = named(role, "Ada", "Zorn"), named(role, "Bo", "Zorn")
    invited(ada)
    checked(ada)
    moved = invited(bo)
    Attempt.objects.filter(pk=moved.pk).update(
        deadline_at=moved.deadline_at + timedelta(days=5), deadline_moved_by=timedelta(days=5)
    )
    asked = {"act": "extend", "step": "", "application": [ada.pk, bo.pk], "days": "10"}
    day = short_day(end_of_working_day(NOW + timedelta(days=1), 10, calendar=role.organisation.calendar))
    for confirmed in ({}, {"confirmed": "yes"}):
        _title, done, refused = told(press(signed_in(rita), role, **asked, **confirmed))
        assert done == [
            f"Ada: New deadline by e-mail: {day}.",
            f"Ada: New deadline by e-mail to everybody who hasn't answered and can be e-mailed: {day}.",
            f"Bo: New deadline by e-mail: {day}.",
        ]
        assert refused == []


@pytest.mark.world
def test_extending_what_is_on_hold_promises_no_mail(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    for run in (invited(ada), checked(ada)):
        type(run).objects.of(role.organisation).update(paused_at=NOW)
    asked = {"act": "extend", "step": "", "application": [ada.pk], "days": "30", "confirmed": "yes"}
    _title, done, _refused = told(press(signed_in(rita), role, **asked))
    assert len(done) == 2
    assert all("No e-mails are sent while this is on hold." in one for one in done)
    assert not Email.objects.of(role.organisation).filter(kind__endswith="extended").exists()


@pytest.mark.world
@pytest.mark.parametrize("why", ["undelivered", "complained", "may not be e-mailed"])
def test_extending_promises_no_mail_to_candidates_who_cannot_be_emailed(
    role: Role, rita: Membership, why: str
) -> None:
    ada = named(role, "Ada", "Zorn")
    for run in (invited(ada), checked(ada)):
        if why != "may not be e-mailed":
            type(run).objects.of(role.organisation).update(attention=why)
    if why == "may not be e-mailed":
        ada.candidate.can_email = False
        ada.candidate.save()
    asked = {"act": "extend", "step": "", "application": [ada.pk], "days": "10"}
    day = short_day(end_of_working_day(NOW + timedelta(days=1), 10, calendar=role.organisation.calendar))
    sentence = f"Ada: New deadline: {day}. The candidate can't be e-mailed."
    about_referees = " Referees who haven't answered get an e-mail unless they can't be e-mailed either."
    for confirmed in ({}, {"confirmed": "yes"}):
        _title, *outcomes = told(press(signed_in(rita), role, **asked, **confirmed))
        assert outcomes == [[sentence, sentence + about_referees], []]
    assert not Email.objects.of(role.organisation).filter(kind__endswith="extended").exists()


@pytest.mark.world
def test_a_deadline_that_is_already_that_day_is_not_extended(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    until = end_of_working_day(NOW + timedelta(days=1), 10, calendar=role.organisation.calendar)
    for run in (invited(ada), checked(ada)):
        type(run).objects.of(role.organisation).update(deadline_at=until)
    asked = {"act": "extend", "step": "", "application": [ada.pk], "days": "10"}
    before, sentence = rows(role), f"Ada: The deadline is already {short_day(until)}. Choose a later one."
    for confirmed in ({}, {"confirmed": "yes"}):
        response = press(signed_in(rita), role, **asked, **confirmed)
        assert told(response)[1:] == ([], [sentence, sentence])
        assert rows(role) == before


@pytest.mark.world
def test_extending_a_check_includes_referees_with_earlier_deadlines() -> None:
    check = sent().check
    application, organisation = check.step_request.application, check.organisation
    assert application.role is not None
    until = end_of_working_day(NOW + timedelta(days=1), 20, calendar=organisation.calendar)
    Check.objects.of(organisation).update(deadline_at=until)
    asked = {
        "act": "extend",
        "step": "check",
        "application": [application.pk],
        "days": "20",
        "confirmed": "yes",
    }
    rita = signed_in(factories.member(organisation))
    name, day = application.candidate.first_name, short_day(until)
    assert told(press(rita, application.role, **asked))[1:] == (
        [f"{name}: New deadline by e-mail to everybody who hasn't answered and can be e-mailed: {day}."],
        [],
    )
    assert told(press(rita, application.role, **asked))[1:] == (
        [],
        [f"{name}: The deadline is already {day}. Choose a later one."],
    )


@pytest.mark.world
def test_assessments_are_reminded_extended_and_cancelled(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    attempt = invited(ada)
    client = signed_in(rita)
    asked = {"step": "assessment", "application": [ada.pk], "confirmed": "yes", "days": "30"}
    assert [told(press(client, role, act=act, **asked))[0] for act in ("remind", "extend", "cancel")] == [
        "1 of 1 reminded",
        "1 of 1 extended",
        "1 of 1 cancelled",
    ]
    before = attempt.deadline_at
    attempt.refresh_from_db()
    assert (attempt.deadline_at > before, attempt.close_reason) == (True, "cancelled")
    audited = AuditEntry.objects.of(role.organisation).filter(action__startswith="attempt.")
    assert sorted(audited.values_list("action", flat=True)) == [
        "attempt.cancelled",
        "attempt.extended",
        "attempt.reminded",
    ]


@pytest.mark.world
def test_checks_are_cancelled_once(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    check = checked(ada)
    client = signed_in(rita)
    asked = {"act": "cancel", "step": "check", "application": [ada.pk], "confirmed": "yes"}
    assert told(press(client, role, **asked))[0] == "1 of 1 cancelled"
    assert told(press(client, role, **asked)) == ("0 of 1 cancelled", [], ["Ada: Already closed."])
    check.refresh_from_db()
    assert (check.close_reason, check.closed_by) == ("cancelled", f"member:{rita.pk}")


@pytest.mark.world
def test_candidates_are_invited_once_each(role: Role, rita: Membership) -> None:
    ada, bo, cy = named(role, "Ada", "A"), named(role, "Bo", "B", email=""), named(role, "Cy", "C")
    checked(cy)
    client = signed_in(rita)
    asked = {"act": "invite", "step": "check", "application": [ada.pk, bo.pk, cy.pk]}
    title, done, refused = told(press(client, role, **asked))
    assert (title, done) == ("Invite 1 of 3", [f"Ada: Invitation by e-mail to {ada.candidate.email}."])
    assert refused[0].startswith("Bo: This candidate has no usable e-mail address")
    assert refused[1] == "Cy: Already invited."
    assert StepRequest.objects.of(role.organisation).count() == 1
    assert told(press(client, role, **asked, confirmed="yes"))[0] == "1 of 3 invited"
    assert told(press(client, role, **asked, confirmed="yes"))[0] == "0 of 3 invited"
    assert StepRequest.objects.of(role.organisation).filter(application=ada, state="started").count() == 1


@pytest.mark.world
def test_acts_are_refused_to_others_and_change_nothing(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    hidden = named(role, "Hidden", "Bo", private=True)
    other = named(factories.role(factories.organisation()), "Else", "Where")
    for application in (ada, hidden):
        checked(application)
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    before = rows(role)
    asked = {"act": "cancel", "application": [ada.pk, hidden.pk, other.pk], "confirmed": "yes"}
    assert [press(signed_in(who), role, **asked).status_code for who in (manager, stranger)] == [403, 404]
    assert press(Client(), role, **asked).status_code == 302
    assert signed_in(rita).get(path("role_bulk", role.organisation, role.pk)).status_code == 405
    assert rows(role) == before
    colleague = factories.member(role.organisation)
    where = path("candidates_bulk", role.organisation)
    title, done, _refused = told(signed_in(colleague).post(where, asked))
    assert (title, [line[:3] for line in done]) == ("1 of 3 cancelled", ["Ada"])


@pytest.mark.matrix
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"act": "fly", "application": "1"},
        {"act": "remind", "application": "x"},
        {"act": "remind", "application": "9" * 5000},
    ],
)
def test_an_invalid_form_returns_to_the_list(role: Role, rita: Membership, data: dict[str, str]) -> None:
    response = press(signed_in(rita), role, **data)
    assert (response.status_code, response["Location"]) == (
        302,
        path("role", role.organisation, role.pk) + "?status=active",
    )


@pytest.mark.world
def test_overdue_candidates_are_invited_again_once(role: Role, rita: Membership) -> None:
    ada, bo, cy, dee = (named(role, name, "Zorn") for name in ("Ada", "Bo", "Cy", "Dee"))
    first, began = invited(ada), invited(bo)
    Attempt.objects.of(role.organisation).filter(pk=began.pk).update(progress="in_progress", begun_at=NOW)
    Attempt.objects.of(role.organisation).filter(pk=invited(cy).pk).update(
        progress="completed", completed_at=NOW
    )
    client, before = signed_in(rita), rows(role)
    asked = {"act": "again", "step": "assessment", "application": [ada.pk, bo.pk, cy.pk, dee.pk]}
    preview = press(client, role, **asked)
    title, done, refused = told(preview)
    assert (title, rows(role)) == ("Invite 2 of 4 again", before)
    assert done == [
        f"Ada: New invitation by e-mail to {ada.candidate.email}.",
        (
            f"Bo: New invitation by e-mail to {bo.candidate.email}. "
            "Their answers so far are kept but not scored; they start over."
        ),
    ]
    assert refused == [
        "Cy: Done. To ask again, open the candidate's page.",
        "Dee: Not invited yet. Use Invite instead.",
    ]
    assert preview.context["runs"] == [f"assessment:{first.pk}", f"assessment:{began.pk}"]
    asked |= {"application": [ada.pk, bo.pk], "run": preview.context["runs"], "confirmed": "yes"}
    assert told(press(client, role, **asked))[0] == "2 of 2 invited again"
    attempts = Attempt.objects.of(role.organisation).filter(step_request__application__in=[ada.pk, bo.pk])
    assert attempts.count() == 4
    title, done, refused = told(press(client, role, **asked))
    assert (title, done) == ("0 of 2 invited again", [])
    assert refused[0] == "Ada: Ada has been invited or has finished since the preview. Check again."
    assert attempts.count() == 4
    assert AuditEntry.objects.of(role.organisation).filter(action="step.invited_again").count() == 2


def complains(application: Application) -> None:
    mails = Email.objects.of(application.organisation).filter(application=application)
    note_complained(email_id=mails.latest("pk").pk, now=NOW)


@pytest.mark.world
def test_inviting_again_after_a_spam_complaint_says_that_nothing_is_sent(
    role: Role, rita: Membership
) -> None:
    ada, bo, cy = (named(role, name, "Zorn") for name in ("Ada", "Bo", "Cy"))
    began = invited(ada)
    Attempt.objects.of(role.organisation).filter(pk=began.pk).update(progress="in_progress", begun_at=NOW)
    checked(bo)
    Check.objects.of(role.organisation).filter(pk=checked(cy).pk).update(
        progress="declined", completed_at=NOW
    )
    for application in (ada, bo, cy):
        complains(application)
    client = signed_in(rita)
    asked = {"act": "again", "step": "", "application": [ada.pk, bo.pk, cy.pk]}
    runs = press(client, role, **asked).context["runs"]
    for confirmed in ({}, {"run": runs, "confirmed": "yes"}):
        assert told(press(client, role, **asked, **confirmed))[1:] == (
            [
                (
                    "Ada: New attempt opened. Not e-mailed: the candidate marked our e-mail as spam. "
                    "Their answers so far are kept but not scored; they start over."
                ),
                "Bo: Deadline extended. Not e-mailed: the candidate marked our e-mail as spam.",
                "Cy: New reference check opened. Not e-mailed: the candidate marked our e-mail as spam.",
            ],
            [],
        )


@pytest.mark.world
def test_inviting_to_another_step_after_a_spam_complaint_promises_no_mail(
    role: Role, rita: Membership
) -> None:
    ada = named(role, "Ada", "Zorn")
    invited(ada)
    complains(ada)
    asked = {"act": "invite", "step": "check", "application": [ada.pk]}
    for confirmed in ({}, {"confirmed": "yes"}):
        assert told(press(signed_in(rita), role, **asked, **confirmed))[1:] == (
            ["Ada: Invited, but not e-mailed: the candidate marked our e-mail as spam."],
            [],
        )


@pytest.mark.world
def test_referees_are_asked_for_again(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    check = checked(ada)
    cancel_check(check_id=check.pk, member=rita, now=NOW)
    asked = {"act": "again", "step": "check", "application": [ada.pk]}
    preview = press(signed_in(rita), role, **asked)
    assert told(preview)[0] == "Invite 1 of 1 again"
    done = press(signed_in(rita), role, **asked, run=preview.context["runs"], confirmed="yes")
    assert told(done)[0] == "1 of 1 invited again"
    assert (
        Check.objects.of(role.organisation)
        .filter(step_request=check.step_request_id, closed_at=None)
        .exists()
    )


@pytest.mark.world
def test_the_preview_says_that_referees_get_new_links() -> None:
    check = sent().check
    application = check.step_request.application
    assert application.role is not None
    member = factories.member(application.organisation)
    asked = {"act": "again", "step": "check", "application": [application.pk]}
    _title, done, _refused = told(press(signed_in(member), application.role, **asked))
    assert done == [
        f"{application.candidate.first_name}: 2 referees who haven't answered get new links by e-mail."
    ]


@pytest.mark.world
@pytest.mark.parametrize("act", ["cancel", "invite"])
def test_members_are_asked_to_choose_between_two_steps(role: Role, rita: Membership, act: str) -> None:
    ada, bo = named(role, "Ada", "Zorn"), named(role, "Bo", "Zorn")
    if act == "cancel":
        checked(ada)
        invited(bo)
    client, before = signed_in(rita), rows(role)
    asked = {"act": act, "step": "", "application": [ada.pk, bo.pk], "confirmed": "yes"}
    question = press(client, role, **asked)
    assert (question.status_code, question.context["asks"], told(question)[1:]) == (200, True, ([], []))
    page = soup(question)
    assert page.select('input[name="step"][checked]') == []
    assert [tag["value"] for tag in page.select('input[name="application"]')] == [str(ada.pk), str(bo.pk)]
    again = press(client, role, **asked, asked="yes")
    assert (again.status_code, "Choose a step." in again.content.decode(), rows(role)) == (422, True, before)
    _title, done, refused = told(
        press(client, role, **asked | {"step": "both", "confirmed": ""}, asked="yes")
    )
    assert (len(done + refused), rows(role)) == (2 if act == "cancel" else 4, before)


@pytest.mark.world
def test_the_only_step_that_can_be_cancelled_is_chosen(role: Role, rita: Membership) -> None:
    ada, bo = named(role, "Ada", "Zorn"), named(role, "Bo", "Zorn")
    checked(ada)
    preview = press(signed_in(rita), role, act="cancel", step="", application=[ada.pk, bo.pk])
    assert (preview.context["asks"], preview.context["step"]) == (False, "check")
    assert told(preview)[2] == ["Bo: Not invited yet."]


def by_hand(role: Role, first: str) -> Application:
    return named(role, first, "Zorn", connection_id=None, remote_id=None)


@pytest.mark.world
def test_candidates_added_by_hand_are_rejected_once(role: Role, rita: Membership) -> None:
    ada, bo, cy = by_hand(role, "Ada"), by_hand(role, "Bo"), named(role, "Cy", "Zorn")
    role.steps.filter(kind="reference_check").update(on_reject="close")
    role.steps.filter(kind="assessment").update(on_reject="continue")
    checked(ada)
    invited(ada)
    set_status(application_id=bo.pk, status=Application.Status.HIRED, member=rita, now=NOW)
    client, before = signed_in(rita), rows(role)
    asked = {"act": "reject", "application": [ada.pk, bo.pk, cy.pk]}
    preview = press(client, role, **asked)
    title, done, refused = told(preview)
    assert (title, done) == ("Reject 1 of 3", ["Ada: Rejected. Closed: Reference check."])
    assert refused == ["Bo: Already hired.", "Cy: Greenhouse decides this. Reject or hire them there."]
    assert [tag["value"] for tag in soup(preview).select('input[name="reason"][checked]')] == ["organisation"]
    assert rows(role) == before
    done = press(client, role, **asked, reason="candidate", confirmed="yes")
    assert told(done)[0] == "1 of 3 rejected"
    ada.refresh_from_db()
    assert (ada.status, ada.rejection_reason) == ("rejected", "Withdrawn by the candidate")
    assert told(press(client, role, **asked, confirmed="yes"))[2][0] == "Ada: Already rejected."
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="candidate.status_changed")
    assert (entry.member, entry.details) == (rita, {"application": ada.pk})


def test_candidates_added_by_hand_are_marked_as_hired(role: Role, rita: Membership) -> None:
    ada = by_hand(role, "Ada")
    asked = {"act": "hire", "application": [ada.pk], "confirmed": "yes"}
    assert told(press(signed_in(rita), role, **asked))[:2] == ("1 of 1 marked as hired", ["Ada: Hired."])
    ada.refresh_from_db()
    assert (ada.status, ada.hired_at) == ("hired", NOW + timedelta(days=1))


@pytest.mark.world
def test_status_buttons_are_offered_for_candidates_added_by_hand(role: Role, rita: Membership) -> None:
    def offered() -> list[str]:
        page = soup(signed_in(rita).get(path("role", role.organisation, role.pk)))
        return [str(tag["value"]) for tag in page.select('button[name="act"]')]

    named(role, "Ada", "Zorn")
    assert offered() == ["remind", "extend", "invite", "again", "cancel"]
    by_hand(role, "Bo")
    assert offered() == ["remind", "extend", "invite", "again", "cancel", "reject", "hire"]


def test_others_cannot_change_a_status(role: Role, rita: Membership) -> None:
    ada = by_hand(role, "Ada")
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    before = rows(role)
    asked = {"act": "reject", "application": [ada.pk], "confirmed": "yes"}
    assert [press(signed_in(who), role, **asked).status_code for who in (manager, stranger)] == [403, 404]
    assert press(Client(), role, **asked).status_code == 302
    ada.refresh_from_db()
    assert (ada.status, rows(role)) == ("active", before)
