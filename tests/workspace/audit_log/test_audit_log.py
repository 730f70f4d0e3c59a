"""Settings > Audit log."""

import csv
import io
import secrets
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goodword.accounts.domain import audit
from goodword.accounts.domain.audit import FAILED, record_sign_in
from goodword.accounts.models import AuditEntry, Membership, Organisation, User
from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.greenhouse.sync.candidates import merge_candidates
from goodword.notifications.models import Email, Link
from goodword.roles.domain.settings import create_role
from goodword.roles.models import Role
from goodword.workflow.domain.legal_holds import place_hold
from goodword.workspace.audit_log import entries
from tests.questionnaires.editor.support import LED, made
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.workbooks import sheets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Membership:
    return factories.member(factories.organisation(name="Acme"), kind="admin", name="Ann Admin")


@pytest.fixture
def role(ann: Membership) -> Role:
    return factories.role(ann.organisation, title="Window Washer", owner=ann)


@pytest.fixture
def ada(role: Role) -> Application:
    who = factories.candidate(role.organisation, first_name="Ada", last_name="Okonkwo")
    return factories.application(role, candidate=who)


def page(organisation: Organisation, query: str = "", name: str = "audit_log") -> str:
    return reverse(name, args=[organisation.slug]) + query


def view(by: Membership, of: Application, *, minutes: int = 0) -> AuditEntry:
    return audit.write(
        organisation=of.organisation,
        action="result.viewed",
        member=by,
        now=clock.now() - timedelta(minutes=minutes),
        details={"application": of.pk},
    )


def shown(by: Membership, query: str = "") -> str:
    return signed_in(by).get(page(by.organisation, query)).content.decode()


def rows(text: str) -> int:
    return text.count('data-label="What"')


def test_entries_say_who_did_what_about_whom(ann: Membership, ada: Application, role: Role) -> None:
    view(ann, ada)
    create_role(title="Gardener", owner=ann, now=clock.now())
    text = shown(ann)
    for found in ("Today,", "Ann Admin", "Read the results", "Ada Okonkwo", "Created a role", "Gardener"):
        assert found in text
    assert reverse("candidate", args=[ann.organisation.slug, ada.pk]) in text


def test_a_refused_sign_in_shows_where_it_came_from(ann: Membership) -> None:
    record_sign_in(ann.user, action=FAILED, address="203.0.113.24", browser="Firefox", now=clock.now())
    text = shown(ann, "?kind=sign_in")
    assert "Sign-in refused: wrong password" in text
    assert "from 203.0.113.24" in text
    assert reverse("member", args=[ann.organisation.slug, ann.pk]) in text


def test_changed_settings_show_before_and_after(ann: Membership) -> None:
    client = signed_in(ann)
    assert client.post(page(ann.organisation, name="audit_log_months"), {"months": "12"}).status_code == 302
    text = client.get(page(ann.organisation)).content.decode()
    assert "Kept for 12 months." in text
    assert "<del>24</del>" in text
    assert "<ins>12</ins>" in text


@pytest.mark.matrix
@pytest.mark.parametrize("months", ["5", "121", "many", ""])
def test_months_have_limits(ann: Membership, months: str) -> None:
    response = signed_in(ann).post(page(ann.organisation, name="audit_log_months"), {"months": months})
    assert response.status_code == 422
    assert "Choose 6 to 120 months." in response.content.decode()
    ann.organisation.refresh_from_db()
    assert ann.organisation.audit_months == 24


def test_erased_people_appear_by_number_only(ann: Membership, ada: Application) -> None:
    view(ann, ada)
    Candidate.objects.of(ann.organisation).filter(pk=ada.candidate_id).update(erased_at=clock.now())
    text = shown(ann, f"?q={ann.user.name}")
    assert f"Erased person {ada.candidate_id}" in text
    assert "Okonkwo" not in text
    assert "Erased candidate" not in text


@pytest.mark.world
def test_the_log_is_filtered_by_kind_person_and_day(ann: Membership, ada: Application) -> None:
    rita = factories.member(ann.organisation, name="Rita Recruiter")
    view(rita, ada)
    old = view(ann, ada, minutes=60 * 24 * 40)
    assert rows(shown(ann, "?kind=read")) == 1
    assert rows(shown(ann, f"?member={rita.pk}")) == 1
    day = old.at.astimezone(ann.organisation.zone).date().isoformat()
    assert rows(shown(ann, f"?kind=read&since={day}&until={day}")) == 1
    assert rows(shown(ann, f"?kind=read&since={day}")) == 2
    assert "No entries" in shown(ann, "?since=2020-01-01&until=2020-02-01")


@pytest.mark.world
def test_malformed_filters_fall_back(ann: Membership) -> None:
    create_role(title="Gardener", owner=ann, now=clock.now())
    for query in (
        "?since=2026-99-99&until=x",
        "?member=abc",
        "?member=99999999999999999999",
        "?kind=x",
        "?before=1_2",
    ):
        assert "Created a role" in shown(ann, query)


def test_entries_about_a_merged_profile_name_the_person(ann: Membership, ada: Application) -> None:
    loser = ada.candidate
    place_hold(on=loser, ground="claims", reason="Case 7", by=ann, now=clock.now())
    winner = factories.candidate(ann.organisation, first_name="Augusta", last_name="Byron")
    with transaction.atomic():
        merge_candidates(loser_id=loser.pk, winner=winner, now=clock.now())
    text = shown(ann, "?q=augusta")
    assert (rows(text), "Augusta Byron" in text, "Erased person" in text) == (1, True, False)


@pytest.mark.world
def test_search_finds_what_happened_to_a_candidate_or_role(ann: Membership, ada: Application) -> None:
    view(ann, ada)
    cook = create_role(title="Cook", owner=ann, now=clock.now())
    view(ann, factories.application(cook))
    step = factories.step_request(ada, "reference_check")
    audit.write(
        organisation=ann.organisation,
        action="step.invited_again",
        member=ann,
        now=clock.now(),
        details={"step_request": step.pk},
    )
    text = shown(ann, "?q=okonk")
    assert (rows(text), "Invited the candidate again" in text) == (2, True)
    assert rows(shown(ann, "?q=cook")) == 1
    assert rows(shown(ann, "?q=nobody-like-that")) == 0


def test_pages_continue_where_the_last_ended(
    ann: Membership, ada: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes in range(5):
        view(ann, ada, minutes=minutes)
    found = list(AuditEntry.objects.of(ann.organisation).filter(action="result.viewed").order_by("-at"))
    first = entries.page_of(
        AuditEntry.objects.of(ann.organisation).filter(action="result.viewed"), before=None, size=2
    )
    assert first == found[:3]
    last = first[1]
    second = entries.page_of(
        AuditEntry.objects.of(ann.organisation).filter(action="result.viewed"),
        before=(last.at, last.pk),
        size=2,
    )
    assert second == found[2:5]
    text = shown(ann, f"?kind=read&before={entries.keyset_of(last)}".replace("+", "%2B"))
    assert (rows(text), "Newest" in text) == (3, True)


def test_more_entries_take_no_more_queries(ann: Membership, role: Role) -> None:
    client = signed_in(ann)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(page(ann.organisation)).status_code == 200
        return len(found)

    def act() -> None:
        application = factories.application(role)
        view(ann, application)
        for key, pk in {
            "step_request": factories.step_request(application, "assessment").pk,
            "report": 1,
        }.items():
            audit.write(
                organisation=ann.organisation,
                action="result.reused",
                member=ann,
                now=clock.now(),
                details={key: pk},
            )

    act()
    before = queries()
    for _ in range(3):
        act()
    assert queries() == before


def test_an_entry_shows_the_actors_address_beside_the_name_at_that_time(ann: Membership) -> None:
    rita = factories.member(ann.organisation, name="Ann  Admin", email="rita@acme.example")
    audit.write(organisation=ann.organisation, action="role.created", member=rita, now=clock.now())
    User.objects.filter(pk=rita.user_id).update(name="Rita")
    text = BeautifulSoup(shown(ann), "html.parser").get_text(" ", strip=True)
    assert "Ann Admin rita@acme.example" in " ".join(text.split())
    response = signed_in(ann).get(page(ann.organisation, name="audit_log_csv"))
    lines = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert ["Ann  Admin", "rita@acme.example", "Created a role"] in [line[1:4] for line in lines]


def test_the_csv_has_every_entry_and_no_formula(
    ann: Membership, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "BATCH", 2)
    who = factories.candidate(ann.organisation, first_name="=HYPERLINK(1)", last_name="")
    for minutes in range(4):
        view(ann, factories.application(role, candidate=who), minutes=minutes)
    response = signed_in(ann).get(page(ann.organisation, "?kind=read", name="audit_log_csv"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="audit-log-acme')
    text = b"".join(response).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["time", "who", "e-mail address", "what", "about", "from", "changed"]
    assert [[line[1], *line[3:5]] for line in lines[1:]] == [
        ["Ann Admin", "Read the results", "'=HYPERLINK(1)"]
    ] * 4
    exported = AuditEntry.objects.of(ann.organisation).get(action="audit_log.exported")
    assert (exported.member, exported.details["kind"]) == (ann, "read")


def test_the_workbook_has_dates_in_the_organisations_zone(ann: Membership, role: Role) -> None:
    view(ann, factories.application(role), minutes=0)
    response = signed_in(ann).get(page(ann.organisation, "?kind=read", name="audit_log_xlsx"))
    assert response["Content-Disposition"].endswith('.xlsx"')
    [[head, row]] = sheets_of(b"".join(response))
    assert (head["A"], row["B"], row["D"]) == ("time", "Ann Admin", "Read the results")
    assert row["A"].startswith("s2 ")
    assert AuditEntry.objects.of(ann.organisation).filter(action="audit_log.exported").exists()


@pytest.mark.world
def test_only_admins_of_the_organisation_read_the_log(ann: Membership, role: Role) -> None:
    before = AuditEntry.objects.of(ann.organisation).count()
    for who, status in (
        (factories.member(ann.organisation), 403),
        (factories.member(ann.organisation, kind="hiring_manager"), 403),
        (factories.member(factories.organisation(), kind="admin"), 404),
        (None, 302),
    ):
        client = signed_in(who) if who else Client()
        for name in ("audit_log", "audit_log_csv", "audit_log_xlsx", "audit_log_months"):
            assert client.get(page(ann.organisation, name=name)).status_code == status
        sent = client.post(page(ann.organisation, name="audit_log_months"), {"months": "12"})
        assert sent.status_code == status
    ann.organisation.refresh_from_db()
    assert (ann.organisation.audit_months, AuditEntry.objects.of(ann.organisation).count()) == (24, before)


def test_entries_of_other_organisations_stay_there(ann: Membership) -> None:
    stranger = factories.member(factories.organisation(), kind="admin", name="Eve Else")
    factories.role(stranger.organisation, title="Secret Role", owner=stranger)
    assert "Secret Role" not in shown(ann)
    assert rows(shown(ann, f"?member={stranger.pk}")) == 0


def test_entries_name_questionnaires(ann: Membership) -> None:
    ours = made(ann, LED)
    audit.write(
        organisation=ann.organisation,
        action="questionnaire.published",
        member=ann,
        now=clock.now(),
        details={"questionnaire": ours.pk},
    )
    text = shown(ann)
    assert ours.title in text
    assert reverse("questionnaire", args=[ann.organisation.slug, ours.pk]) in text


def test_the_origin_of_a_used_link_is_named(ann: Membership, ada: Application) -> None:
    organisation = ann.organisation
    until = clock.now() + timedelta(days=1)

    def opened(**values: object) -> Link:
        link = Link.objects.create(
            organisation=organisation,
            purpose=Link.Purpose.REVIEW,
            subject_id=ada.pk,
            token_hash=secrets.token_hex(32),
            created_at=clock.now(),
            expires_at=until,
            **values,
        )
        audit.write(
            organisation=organisation,
            action="result.viewed_by_link",
            actor=f"link {link.pk}",
            now=clock.now(),
            details={"application": ada.pk},
        )
        return link

    email = Email.objects.create(
        organisation=organisation,
        kind="reports.ready",
        key="report:1",
        to_address="rita@acme.example",
        not_before=clock.now(),
        created_at=clock.now(),
    )
    opened(email=email)
    opened(created_by=ann)
    opened().delete()
    by_link = AuditEntry.objects.of(organisation).filter(action="result.viewed_by_link").order_by("pk")
    written = entries.rows_of(organisation, list(by_link))
    assert [row.actor for row in written] == [
        "Link sent to rita@acme.example",
        "Link shared by Ann Admin",
        "Somebody with a link",
    ]
    assert "Link shared by Ann Admin" in shown(ann)
    first = by_link[0]
    first.pk, first.member = None, ann
    first.save()
    [row] = entries.rows_of(organisation, [first])
    assert row.actor == first.actor  # a member's entry is never shown as a link holder's


def test_actions_of_other_versions_are_counted_and_shown(ann: Membership) -> None:
    audit.write(organisation=ann.organisation, action="moon.landed", member=ann, now=clock.now(), details={})
    every = AuditEntry.objects.of(ann.organisation)
    for group, n in entries.count_by_group(every).items():
        assert entries.of_group(every, group).count() == n, group
    assert entries.count_by_group(every)["settings"] == 1
