"""A candidate asks for a human review on the portal; a member answers on the candidate's page."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import Attempt
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email, Link
from goodword.references.models import Check
from goodword.roles.models import Role
from goodword.workflow.domain.appeals import AlreadyAnswered, AlreadyOpen, answer_appeal, open_appeal
from goodword.workflow.models import Appeal
from goodword.workspace.needs_you.needs import Viewer, collect
from goodword.workspace.needs_you.sources import APPEALS
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept
from tests.support.pages import comparable, signed_in
from tests.workspace.applications import NOW, checked, invited, named, path, portal

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

LINK = "Ask for a human review"
TEXT = "The third series had two right answers.\nPlease look at it."
ANSWER = "We looked at it: you are right."


@pytest.fixture
@kept
def application() -> Application:
    role = factories.role(factories.organisation(name="Acme"), title="Baker")
    return named(role, "Ada", "Zorn", recruiter_name="", recruiter_email="")


@pytest.fixture
def attempt(application: Application) -> Attempt:
    """A finished attempt."""
    return finished(application)


def finished(application: Application) -> Attempt:
    attempt = invited(application)
    Attempt.objects.of(application.organisation).filter(pk=attempt.pk).update(
        progress="completed", completed_at=NOW, begun_at=NOW
    )
    attempt.refresh_from_db()
    return attempt


def owner(application: Application) -> Membership:
    assert application.role is not None
    return application.role.owner


@pytest.mark.world
@pytest.mark.parametrize("happens", ["handed over", "made confidential"])
def test_an_appeal_that_waited_goes_to_the_next_recruiter(attempt: Attempt, happens: str) -> None:
    application = attempt.step_request.application
    first, second = owner(application), factories.member(application.organisation, name="Nora New")
    Membership.objects.of(application.organisation).update(kind="recruiter")
    open_appeal(application_id=application.pk, text=TEXT, language="en", now=NOW)
    role = Role.objects.of(application.organisation)
    role.update(owner=second, confidential=happens == "made confidential")
    email = Email.objects.of(application.organisation).get(kind="workflow.appeal_opened")
    send(email_id=email.pk, now=NOW)
    email.refresh_from_db()
    reader = first if happens == "handed over" else second  # the first one still sees the candidate
    assert (email.state, email.to_address) == ("sent", reader.user.email)


def appeals(application: Application) -> list[tuple[str, str]]:
    rows = Appeal.objects.of(application.organisation).filter(application=application).order_by("pk")
    return [(row.text, row.answer) for row in rows]


def mails(application: Application) -> list[tuple[str, str]]:
    rows = (
        Email.objects.of(application.organisation).filter(kind__startswith="workflow.appeal").order_by("pk")
    )
    return [(row.kind.removeprefix("workflow.appeal_"), row.to_address) for row in rows]


def team_mails(application: Application) -> list[str]:
    return [address for kind, address in mails(application) if kind == "opened"]


def audited(application: Application) -> list[tuple[str, str]]:
    rows = AuditEntry.objects.of(application.organisation).filter(action__startswith="appeal.").order_by("pk")
    return [(row.action, row.actor) for row in rows]


def opened(application: Application, text: str = TEXT, **values: Any) -> Appeal:
    return open_appeal(application_id=application.pk, text=text, language="en", **({"now": NOW} | values))


def answered(appeal: Appeal, member: Membership, text: str = ANSWER, **values: Any) -> Appeal:
    return answer_appeal(appeal_id=appeal.pk, answer=text, member=member, **({"now": NOW} | values))


def own_data(application: Application, step_request_id: int) -> str:
    """Returns the path of the data page that the candidate's mailed link opens."""
    email = Email.objects.of(application.organisation).order_by("pk").first()
    url = links.mint(
        organisation=application.organisation,
        purpose=Link.Purpose.CANDIDATE_DATA,
        subject_id=step_request_id,
        now=clock.now(),
        email=email,
    )
    return url.removeprefix("http://localhost:8000")


@pytest.mark.main_case
def test_a_request_is_sent_answered_and_shown(application: Application, attempt: Attempt) -> None:
    where, member = portal(attempt.step_request), owner(application)
    assert f'href="{where}appeal/"' in Client().get(where).content.decode()
    assert f'href="{where}appeal/"' in Client().get(f"{where}data/").content.decode()
    for _ in range(2):
        response = Client().post(f"{where}appeal/", {"a-text": TEXT})
        assert (response.status_code, response["Location"]) == (302, f"{where}appeal/")
    assert appeals(application) == [(TEXT, "")]
    assert "We've received your request" in Client().get(f"{where}appeal/").content.decode()
    assert mails(application) == [
        ("opened", member.user.email),
        ("confirmed", application.candidate.email),
    ]

    browser, page = signed_in(member), path("candidate", application.organisation, application.pk)
    appeal = Appeal.objects.of(application.organisation).get()
    act = path("candidate_appeal", application.organisation, application.pk, appeal.pk)
    assert f'action="{act}"' in browser.get(page).content.decode()
    for _ in range(2):
        assert browser.post(act, {"answer": ANSWER})["Location"] == f"{page}#human-review"
    assert appeals(application) == [(TEXT, ANSWER)]
    assert mails(application)[2:] == [("answered", application.candidate.email)]
    assert audited(application) == [
        ("appeal.opened", "candidate"),
        ("appeal.answered", str(member.user)),
    ]
    assert event_names(application.pk)[-2:] == ["portal.appeal_opened", "portal.appeal_answered"]
    html = Client().get(f"{where}appeal/").content.decode()
    assert ANSWER in html and 'name="a-text"' in html


@pytest.mark.slow
def test_the_mails_quote_the_request_and_the_answer(application: Application, attempt: Attempt) -> None:
    del attempt
    run_jobs()
    mail.outbox.clear()
    Candidate.objects.of(application.organisation).update(chosen_language="de")
    appeal = open_appeal(application_id=application.pk, text=TEXT, language="de", now=NOW)
    answered(appeal, owner(application))
    run_jobs()
    said = {}
    for message in mail.outbox:
        assert isinstance(message, EmailMultiAlternatives)
        html = str(message.alternatives[0][0])
        assert all(line in str(message.body) and line in html for line in TEXT.splitlines())
        said[str(message.subject)] = (str(message.body), html)
    assert list(said) == [
        "Ada Zorn has asked for a human review (Baker)",
        "Ihre Bitte um Überprüfung durch einen Menschen bei Acme",
        "Antwort auf Ihre Bitte um Überprüfung bei Acme",
    ]
    page = path("candidate", application.organisation, application.pk)
    assert f"{page}#human-review" in said["Ada Zorn has asked for a human review (Baker)"][0]
    assert all(ANSWER in part for part in said["Antwort auf Ihre Bitte um Überprüfung bei Acme"])


@pytest.mark.world
def test_a_review_is_offered_once_a_step_is_over_however_it_ended(application: Application) -> None:
    attempt = invited(application)
    where = portal(attempt.step_request)
    assert LINK not in Client().get(f"{where}data/").content.decode()
    assert Client().get(f"{where}appeal/")["Location"] == where
    assert Client().post(f"{where}appeal/", {"a-text": TEXT})["Location"] == where
    assert (appeals(application), mails(application)) == ([], [])
    pages = set()
    for reason in ("rejected", "cancelled", "hired"):
        Attempt.objects.of(application.organisation).update(
            closed_at=NOW, closed_by="greenhouse", close_reason=reason
        )
        Application.objects.of(application.organisation).update(status=reason)
        data = Client().get(f"{where}data/")
        assert f'href="{where}appeal/"' in data.content.decode()
        pages.add(comparable(data) + comparable(Client().get(f"{where}appeal/")))
        assert "rejected" not in "".join(pages)
    assert len(pages) == 1


@pytest.mark.world
def test_the_mailed_data_page_has_the_form_too(application: Application, attempt: Attempt) -> None:
    where = own_data(application, attempt.step_request_id)
    assert f'href="{where}appeal/' in Client().get(where).content.decode()
    assert Client().post(f"{where}appeal/", {"a-text": TEXT}).status_code == 302
    assert appeals(application) == [(TEXT, "")]


def test_bad_links_are_refused_and_change_nothing(application: Application, attempt: Attempt) -> None:
    expired = portal(attempt.step_request, now=NOW - timedelta(days=31))
    ended = portal(attempt.step_request)
    Link.objects.of(application.organisation).filter(expires_at__gt=NOW).update(ended_at=NOW)
    statuses = {}
    for where in ("/p/unknown/", expired, ended):
        response = Client().post(f"{where}appeal/", {"a-text": TEXT})
        statuses[where] = (response.status_code, response.get("Location", ""))
    assert list(statuses.values()) == [(404, ""), (302, f"{expired}data/"), (200, "")]
    assert (appeals(application), mails(application)) == ([], [])


@pytest.mark.world
def test_a_text_is_required_and_a_long_one_is_kept(application: Application, attempt: Attempt) -> None:
    where = f"{portal(attempt.step_request)}appeal/"
    empty, long = Client().post(where, {"a-text": " "}), Client().post(where, {"a-text": "x" * 2001})
    assert (empty.status_code, long.status_code) == (422, 422)
    assert "Say what you would like a person to review." in empty.content.decode()
    assert "x" * 2001 in long.content.decode()
    assert appeals(application) == []


@pytest.mark.world
def test_another_tab_keeps_its_text_if_a_request_is_open(application: Application, attempt: Attempt) -> None:
    opened(application)
    where = f"{portal(attempt.step_request)}appeal/"
    response = Client().post(where, {"a-text": "Something else."})
    html = response.content.decode()
    assert (response.status_code, "Something else." in html) == (422, True)
    assert "your request below is still open" in html
    assert appeals(application) == [(TEXT, "")]
    assert len(mails(application)) == 2


@pytest.mark.world
def test_changing_the_language_keeps_the_text(application: Application, attempt: Attempt) -> None:
    where = f"{portal(attempt.step_request)}appeal/"
    html = Client().post(where, {"a-text": TEXT, "language": "fr"}).content.decode()
    assert "Demander un examen par une personne" in html and TEXT.splitlines()[0] in html
    assert appeals(application) == []


@pytest.mark.world
def test_one_request_is_open_at_a_time_and_others_may_follow(
    application: Application, attempt: Attempt
) -> None:
    del attempt
    first = opened(application)
    with pytest.raises(AlreadyOpen):
        opened(application, "Another.")
    answered(first, owner(application))
    assert opened(application) == first  # a late second click
    assert opened(application, "Another.").pk != first.pk
    assert appeals(application) == [(TEXT, ANSWER), ("Another.", "")]


@pytest.mark.world
def test_the_first_answer_counts_and_the_second_text_is_kept(
    application: Application, attempt: Attempt
) -> None:
    del attempt
    appeal, other = opened(application), factories.member(application.organisation, name="Otto Other")
    answered(appeal, owner(application))
    with pytest.raises(AlreadyAnswered):
        answered(appeal, other)
    act = path("candidate_appeal", application.organisation, application.pk, appeal.pk)
    response = signed_in(other).post(act, {"answer": "You are wrong."})
    html = response.content.decode()
    assert (response.status_code, "You are wrong." in html, ANSWER in html) == (422, True, True)
    assert signed_in(other).get(act).status_code == 302
    assert appeals(application) == [(TEXT, ANSWER)]
    assert len(mails(application)) == 3 and len(audited(application)) == 2


def test_an_answer_requires_text(application: Application, attempt: Attempt) -> None:
    del attempt
    appeal = opened(application)
    act = path("candidate_appeal", application.organisation, application.pk, appeal.pk)
    response = signed_in(owner(application)).post(act, {"answer": "\n"})
    assert (response.status_code, "Write an answer." in response.content.decode()) == (422, True)
    assert appeals(application) == [(TEXT, "")]


@pytest.mark.world
def test_hiring_managers_see_a_request_but_cannot_answer(application: Application, attempt: Attempt) -> None:
    del attempt
    appeal, organisation = opened(application), application.organisation
    manager = factories.member(organisation, kind="hiring_manager")
    assert application.role is not None
    application.role.viewers.add(manager)
    html = signed_in(manager).get(path("candidate", organisation, application.pk)).content.decode()
    act = path("candidate_appeal", organisation, application.pk, appeal.pk)
    assert (TEXT.splitlines()[0] in html, act in html) == (True, False)
    stranger = factories.member(factories.organisation(), kind="admin")
    statuses = [
        client.post(act, {"answer": ANSWER}).status_code
        for client in (signed_in(manager), signed_in(stranger), Client())
    ]
    assert statuses == [403, 404, 302]
    assert (appeals(application), len(mails(application))) == ([(TEXT, "")], 2)


def test_a_request_is_on_home_until_it_is_answered(application: Application, attempt: Attempt) -> None:
    del attempt
    member = owner(application)
    stranger = factories.member(factories.organisation(), kind="admin")
    Application.objects.of(application.organisation).update(status="rejected")
    appeal = opened(application)

    def rows(who: Membership) -> list[str]:
        viewer = Viewer(member=who, mine=True, now=NOW)
        found = collect(viewer, [APPEALS], at_most=5)
        return [f"{need.who} {need.what}" for needs in found.shown.values() for need in needs]

    assert (rows(member), rows(stranger)) == (["Ada Zorn has asked for a human review"], [])
    answered(appeal, member)
    assert rows(member) == []


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("recruiter", "is_mailed"),
    [
        ("recruiter", True),
        ("nobody", False),
        ("without a login", False),
        ("hiring manager", False),
        ("deactivated", False),
        ("of another organisation", False),
    ],
)
def test_the_recruiter_is_mailed_if_they_may_answer_else_the_owner(
    application: Application, attempt: Attempt, recruiter: str, is_mailed: bool
) -> None:
    del attempt
    organisation, address = application.organisation, "rex@acme.example"
    if recruiter != "nobody":
        Application.objects.of(organisation).update(recruiter_email="Rex@acme.example")
    if recruiter in {"recruiter", "deactivated"}:
        factories.member(organisation, email=address)
    if recruiter == "deactivated":
        rows = Membership.objects.of(organisation).filter(user__email=address)
        rows.update(deactivated_at=NOW)
    if recruiter == "hiring manager":
        assert application.role is not None
        application.role.viewers.add(factories.member(organisation, kind="hiring_manager", email=address))
    if recruiter == "of another organisation":
        factories.member(factories.organisation(), kind="admin", email=address)
    opened(application)
    assert team_mails(application) == [address if is_mailed else owner(application).user.email]


def test_admins_are_mailed_if_neither_the_recruiter_nor_the_owner_may_answer(
    application: Application, attempt: Attempt
) -> None:
    del attempt
    organisation, of_role = application.organisation, owner(application)
    rita = factories.member(organisation, name="Rita Recruiter")
    admins = [factories.member(organisation, kind="admin") for _ in range(2)]
    Application.objects.of(organisation).update(recruiter_email=rita.user.email)
    Candidate.objects.of(organisation).update(private=True)
    Membership.objects.of(organisation).filter(pk=of_role.pk).update(kind="hiring_manager")
    opened(application)
    assert team_mails(application) == [admin.user.email for admin in admins]


@pytest.mark.world
def test_a_candidate_who_may_not_be_e_mailed_reads_the_answer_on_the_page(
    application: Application, attempt: Attempt
) -> None:
    Candidate.objects.of(application.organisation).update(can_email=False)
    where = f"{portal(attempt.step_request)}appeal/"
    Client().post(where, {"a-text": TEXT})
    html = Client().get(where).content.decode()
    assert "will answer on this page." in html
    appeal = Appeal.objects.of(application.organisation).get()
    act = path("candidate_appeal", application.organisation, application.pk, appeal.pk)
    page = signed_in(owner(application)).post(act, {"answer": ANSWER}, follow=True).content.decode()
    assert "be e-mailed, but sees it on their page" in page
    assert [kind for kind, _ in mails(application)] == ["opened"]


@pytest.mark.world
def test_exports_contain_requests_and_answers(application: Application, attempt: Attempt) -> None:
    answered(opened(application), owner(application))
    where = own_data(application, attempt.step_request_id)
    own = json.loads(Client().get(f"{where}download/").content)
    export = path("candidate_export", application.organisation, application.pk)
    bundle = io.BytesIO(signed_in(owner(application)).post(export).content)
    theirs = json.loads(zipfile.ZipFile(bundle).read("everything.json"))
    for file in (own, theirs):
        [one] = file["requests for a human review"]
        assert (one["text"], one["answer"]) == (TEXT, ANSWER)
        assert one["answered by"] == owner(application).user.name


@pytest.mark.world
def test_an_erasure_closes_requests_and_then_deletes_them(application: Application, attempt: Attempt) -> None:
    appeal, member = opened(application), owner(application)
    erasure = request_erasure(of=application.candidate, reason=Reason.MEMBER, now=NOW, by="member:1")
    viewer = Viewer(member=member, mine=True, now=NOW)
    assert collect(viewer, [APPEALS], at_most=5).total == 0
    act = path("candidate_appeal", application.organisation, application.pk, appeal.pk)
    response = signed_in(member).post(act, {"answer": ANSWER})
    assert (response.status_code, ANSWER in response.content.decode()) == (422, True)
    where = f"{portal(attempt.step_request)}appeal/"
    assert "a-text" not in Client().post(where, {"a-text": "More."}).content.decode()
    assert appeals(application) == [(TEXT, "")]
    carry_out_erasure(erasure_id=erasure.pk, now=NOW + timedelta(days=8))
    assert appeals(application) == []
    assert TEXT.splitlines()[0] not in str(list(Email.objects.of(application.organisation).values()))


@pytest.mark.world
def test_finished_pages_link_to_the_form(application: Application, attempt: Attempt) -> None:
    where = portal(attempt.step_request)
    link = f'href="{where}appeal/"'
    assert link in Client().get(f"{where}assessment/").content.decode()
    check = checked(application)
    theirs = portal(check.step_request)
    assert "/appeal/" not in Client().get(f"{theirs}references/").content.decode()
    Check.objects.of(application.organisation).update(progress="completed", completed_at=NOW)
    for page in ("", "references/"):
        assert f'href="{theirs}appeal/"' in Client().get(f"{theirs}{page}").content.decode()
