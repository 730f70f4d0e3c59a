"""Role > Import candidates."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.roles.domain.role_changes import set_archived
from goodword.roles.models import Role, Step
from goodword.workflow.models import StepRequest
from goodword.workspace.adding import imports
from goodword.workspace.models import CandidateImport, ImportRow
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db
NOW = factories.NOW
FILE = """Name,E-mail,Language
Ada Zorn,ada@mail.example,de
Bo Yard,not an address,
Cy Xu,cy@mail.example,
=Dee,,
Ada Again,ADA@mail.example,
Eve Here,eve@mail.example,
"""


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.core.clock.now", lambda: NOW)


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    made = factories.role(rita.organisation, owner=rita)
    Step.objects.of(rita.organisation).filter(role=made, kind="assessment").update(
        requirement="Washes windows"
    )
    eve = factories.candidate(rita.organisation, first_name="Eve", last_name="Here", email="eve@mail.example")
    factories.application(made, candidate=eve)
    return made


def upload(client: Client, role: Role, text: str = FILE) -> Any:
    file = SimpleUploadedFile("list.csv", text.encode())
    return client.post(path("role_import", role.organisation, role.pk), {"file": file})


def uploaded(client: Client, role: Role, text: str = FILE) -> CandidateImport:
    assert upload(client, role, text).status_code == 302
    return CandidateImport.objects.of(role.organisation).latest("pk")


def press(client: Client, of: CandidateImport, button: str, **data: Any) -> Any:
    if button == "confirm":
        data = {"shown": imports.counts_of(of)["good"], **data}
    return client.post(path(f"role_import_{button}", of.organisation, of.role_id, of.pk), data)


def names(role: Role) -> list[str]:
    rows = Application.objects.of(role.organisation).filter(connection_id=None).select_related("candidate")
    return [row.candidate.name for row in rows.order_by("pk")]


def test_a_file_is_checked_before_anything_happens(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = uploaded(client, role)
    page = client.get(path("role_import_check", role.organisation, role.pk, of.pk))
    assert page.context["counts"] == {
        "good": 2,
        "duplicate": 2,
        "wrong": 2,
        "left_out": 0,
        "imported": 0,
    }
    assert [(row.line, row.problem) for row in page.context["problems"]] == [
        (3, "“not an address” is not an e-mail address."),
        (5, "The e-mail address is missing."),
        (6, "The same address as in line 2."),
        (7, "Already on this role: Eve Here."),
    ]
    assert "2 candidates can be imported" in page.content.decode()
    assert names(role) == [] and not Email.objects.of(role.organisation).exists()


@pytest.mark.main_case
def test_the_good_lines_are_imported_once(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = uploaded(client, role)
    press(client, of, "confirm")
    press(client, of, "confirm")
    run_jobs()
    imports.import_some(of.pk, now=NOW)
    assert names(role) == ["Ada Zorn", "Cy Xu"]
    of.refresh_from_db()
    assert (of.state, of.finished_at, of.member) == ("done", NOW, rita)
    assert not Email.objects.of(role.organisation).exists()
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="candidates.imported")
    assert (entry.member, entry.details["rows"]) == (rita, 2)
    added = Event.objects.filter(name="application.added")
    assert {(event.actor, event.data["import_id"]) for event in added} == {(f"member:{rita.pk}", of.pk)}
    page = client.get(path("role_import_check", role.organisation, role.pk, of.pk)).content.decode()
    assert "2 candidates imported" in page and "Nobody has been e-mailed." in page


@pytest.mark.world
def test_none_are_imported_if_so_chosen(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = uploaded(client, role)
    press(client, of, "discard")
    run_jobs()
    assert names(role) == [] and not ImportRow.objects.of(role.organisation).exists()


def test_an_import_that_a_colleague_has_started_is_not_discarded(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = uploaded(client, role)
    imports.start(of, steps=[], member=factories.member(role.organisation), now=NOW)
    where = path("role_import_check", role.organisation, role.pk, of.pk)
    assert press(client, of, "discard")["Location"] == where
    assert "Not discarded: the import has started." in client.get(where).content.decode()
    assert ImportRow.objects.of(role.organisation).exists()


@pytest.mark.world
def test_mails_go_out_only_after_their_number_was_confirmed(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = uploaded(client, role)
    asked = press(client, of, "confirm", step=["assessment", "reference_check"])
    assert asked.context["button"] == "Import 2 candidates and send 4 e-mails"
    assert "<title>Send now? · Import candidates" in asked.content.decode()
    run_jobs()
    assert names(role) == []
    press(client, of, "confirm", step=["assessment", "reference_check"], confirmed="yes")
    run_jobs()
    mails = Email.objects.of(role.organisation).order_by("to_address", "kind")
    assert [(mail.to_address, mail.kind) for mail in mails] == [
        ("ada@mail.example", "assessment.invitation"),
        ("ada@mail.example", "references.invitation"),
        ("cy@mail.example", "assessment.invitation"),
        ("cy@mail.example", "references.invitation"),
    ]


@pytest.mark.world
def test_candidates_added_meanwhile_are_left_out(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    first, second = uploaded(client, role), uploaded(client, role)
    press(client, first, "confirm")
    press(client, second, "confirm")
    run_jobs()
    assert names(role) == ["Ada Zorn", "Cy Xu"]
    counts = imports.counts_of(second)
    assert (counts["good"], counts["duplicate"], counts["wrong"], counts["imported"]) == (0, 4, 2, 0)


@pytest.mark.world
def test_an_import_continues_after_its_worker_died(role: Role, rita: Membership) -> None:
    of = uploaded(signed_in(rita), role)
    imports.start(of, steps=[], member=rita, now=NOW)
    batch = imports._batch(of.pk)
    assert batch is not None and imports._import_one(batch, now=NOW)
    assert (len(names(role)), list(imports.running())) == (1, [of])
    assert not imports.import_some(of.pk, now=NOW)
    assert (len(names(role)), list(imports.running())) == (2, [])


def test_an_archived_role_stops_its_import(role: Role, rita: Membership) -> None:
    of = uploaded(signed_in(rita), role)
    imports.start(of, steps=[], member=rita, now=NOW)
    set_archived(role=role, archived=True, by=rita, now=NOW)
    assert not imports.import_some(of.pk, now=NOW)
    of.refresh_from_db()
    assert (of.state, names(role)) == ("stopped", [])
    response = signed_in(rita).post(path("role_import", role.organisation, role.pk), follow=True)
    assert "This role is archived. Restore it to add candidates." in response.content.decode()


def test_the_lines_left_out_are_a_file_to_correct(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = uploaded(client, role)
    file = client.get(path("role_import_problems", role.organisation, role.pk, of.pk))
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert [(row["Line"], row["Name"], row["E-mail"]) for row in rows] == [
        ("3", "Bo Yard", "not an address"),
        ("5", "'=Dee", ""),
        ("6", "Ada Again", "ADA@mail.example"),
        ("7", "Eve Here", "eve@mail.example"),
    ]


def test_the_template_can_be_filled_in(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    template = client.get(path("import_template", role.organisation)).getvalue().decode("utf-8-sig")
    uploaded(client, role, template + "Ada,Zorn,ada@mail.example,,,\r\n")


def test_an_unreadable_file_is_refused_at_its_field(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    refused = upload(client, role, "Name\nAda\n")
    assert refused.status_code == 422
    assert refused.context["form"].errors == {
        "file": ["The first row must name the columns. Missing: E-mail."]
    }
    none = client.post(path("role_import", role.organisation, role.pk))
    assert none.context["form"].errors == {"file": ["Choose a file."]}
    assert not CandidateImport.objects.of(role.organisation).exists()


def test_a_private_candidate_is_not_named_in_the_check(role: Role, rita: Membership) -> None:
    Candidate.objects.of(role.organisation).update(private=True)
    other = factories.member(role.organisation)
    of = uploaded(signed_in(other), role)
    assert ImportRow.objects.of(role.organisation).get(of=of, line=7).problem == "Already on this role."


@pytest.mark.world
def test_an_import_that_names_a_private_candidate_is_hidden_from_members_who_may_not_see_them(
    role: Role, rita: Membership
) -> None:
    other = factories.member(rita.organisation, kind="recruiter")
    of = uploaded(signed_in(rita), role)
    page = path("role_import_check", role.organisation, role.pk, of.pk)
    assert "Eve Here" in signed_in(other).get(page).content.decode()
    Candidate.objects.of(role.organisation).filter(first_name="Eve").update(private=True)
    for name in ("check", "problems"):
        assert (
            signed_in(rita).get(path(f"role_import_{name}", role.organisation, role.pk, of.pk)).status_code
            == 200
        )
        assert (
            signed_in(other).get(path(f"role_import_{name}", role.organisation, role.pk, of.pk)).status_code
            == 404
        )
    assert press(signed_in(other), of, "confirm").status_code == 404
    of.refresh_from_db()
    assert of.state == "checked"
    their = uploaded(signed_in(other), role)
    page = path("role_import_check", role.organisation, role.pk, their.pk)
    assert "Eve Here" not in signed_in(other).get(page).content.decode()
    third = factories.member(rita.organisation, kind="recruiter")
    assert signed_in(third).get(page).status_code == 200


def test_lines_are_deleted_after_a_week(role: Role, rita: Membership) -> None:
    uploaded(signed_in(rita), role)
    imports.delete_old(now=NOW + timedelta(days=6))
    assert ImportRow.objects.of(role.organisation).exists()
    imports.delete_old(now=NOW + timedelta(days=8))
    assert not ImportRow.objects.of(role.organisation).exists()


def test_the_page_of_a_deleted_file_says_why_and_leads_to_a_new_upload(role: Role, rita: Membership) -> None:
    of = uploaded(signed_in(rita), role)
    imports.delete_old(now=NOW + timedelta(days=8))
    upload_page = path("role_import", role.organisation, role.pk)
    shown = [signed_in(rita).get(path("role_import_check", role.organisation, role.pk, of.pk))]
    shown += [press(signed_in(rita), of, button) for button in ("confirm", "discard")]
    for page in shown:
        assert page.status_code == 404
        assert "Import files are deleted after 7 days" in page.content.decode()
        assert f'href="{upload_page}"' in page.content.decode()
    assert names(role) == []


@pytest.mark.world
def test_erasing_a_person_erases_their_lines(role: Role, rita: Membership) -> None:
    of = uploaded(signed_in(rita), role)
    imports.start(of, steps=[], member=rita, now=NOW)
    imports.import_some(of.pk, now=NOW)
    uploaded(signed_in(rita), role)
    ada = Candidate.objects.of(role.organisation).get(first_name="Ada")
    erasure = request_erasure(of=ada, reason=Reason.MEMBER, now=NOW, by="member", member=rita, due_at=NOW)
    carry_out_erasure(erasure_id=erasure.pk, now=NOW, member=rita)
    left = ImportRow.objects.of(role.organisation).values_list("email", flat=True)
    assert "ada@mail.example" not in {one.lower() for one in left}


@pytest.mark.slow
def test_the_check_takes_as_many_queries_for_many_lines(role: Role, rita: Membership) -> None:
    client = signed_in(rita)

    def queries(lines: int) -> int:
        text = "Name,E-mail\n" + "".join(f"A{n},wrong{n}\nB{n},b{n}@mail.example\n" for n in range(lines))
        of = uploaded(client, role, text)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(path("role_import_check", role.organisation, role.pk, of.pk))
        return len(caught)

    assert queries(1) == queries(40)


@pytest.mark.world
def test_others_are_refused(role: Role, rita: Membership) -> None:
    of = uploaded(signed_in(rita), role)
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    for client, expected in (
        (signed_in(manager), 403),
        (signed_in(factories.member(factories.organisation())), 404),
        (Client(), 302),
    ):
        assert upload(client, role).status_code == expected
        assert press(client, of, "confirm").status_code == expected
        assert press(client, of, "discard").status_code == expected
        for name in ("role_import_check", "role_import_problems"):
            assert client.get(path(name, role.organisation, role.pk, of.pk)).status_code == expected
        assert client.get(path("import_template", role.organisation)).status_code == expected
        assert client.get(path("candidate_add", role.organisation)).status_code == expected
    of.refresh_from_db()
    assert (of.state, CandidateImport.objects.of(role.organisation).count(), names(role)) == (
        "checked",
        1,
        [],
    )


def test_from_the_list_of_candidates_a_role_is_chosen_first(role: Role, rita: Membership) -> None:
    client, where = signed_in(rita), path("candidate_add", role.organisation)
    assert client.get(where, {"then": "add", "role": "x"}).context["form"].errors == {
        "role": ["Choose a role."]
    }
    chosen = client.get(where, {"then": "add", "role": str(role.pk)})
    assert chosen.headers["Location"] == path("role_candidate_add", role.organisation, role.pk)
    chosen = client.get(where, {"then": "import", "role": str(role.pk)})
    assert chosen.headers["Location"] == path("role_import", role.organisation, role.pk)


@pytest.mark.slow
def test_each_line_takes_few_queries(role: Role, rita: Membership) -> None:
    def statements(lines: int, steps: list[str]) -> int:
        text = "Name,E-mail\n" + "".join(
            f"A{n} Z{n},a{n}.{lines}.{len(steps)}@mail.example\n" for n in range(lines)
        )
        of = uploaded(signed_in(rita), role, text)
        imports.start(of, steps=steps, member=rita, now=NOW)
        with CaptureQueriesContext(connection) as caught:
            imports.import_some(of.pk, now=NOW)
        assert imports.counts_of(of)["imported"] == lines
        return len(caught)

    for steps, most in (([], 15), (["assessment", "reference_check"], 23)):
        assert (statements(12, steps) - statements(2, steps)) / 10 <= most


def test_an_unpublished_assessment_waits(role: Role, rita: Membership) -> None:
    Step.objects.of(role.organisation).filter(role=role).update(requirement="")
    of = uploaded(signed_in(rita), role, "Name,E-mail\nAda Zorn,ada@mail.example\n")
    imports.start(of, steps=["assessment", "reference_check"], member=rita, now=NOW)
    assert not imports.import_some(of.pk, now=NOW)
    requests = StepRequest.objects.of(role.organisation).order_by("step__kind")
    assert [
        (request.step.kind, request.state, request.waiting_reason)
        for request in requests.select_related("step")
    ] == [
        ("assessment", "waiting", "unpublished"),
        ("reference_check", "started", ""),
    ]


@pytest.mark.parametrize(
    ("steps", "line", "said"),
    [
        (
            ["assessment"],
            "Ada Zorn,ada@mail.example",
            "They will be invited once the assessment is published.",
        ),
        (["assessment", "reference_check"], "Ada Zorn,ada@mail.example", "Invitations are on their way."),
        (["reference_check"], "Eve Here,eve@mail.example", "Nobody has been e-mailed."),
    ],
)
def test_the_page_says_whether_anybody_is_invited(
    role: Role, rita: Membership, steps: list[str], line: str, said: str
) -> None:
    Step.objects.of(role.organisation).filter(role=role, kind="assessment").update(requirement="")
    client = signed_in(rita)
    of = uploaded(client, role, f"Name,E-mail\n{line}\nBo Yard,nowhere\n")
    imports.start(of, steps=steps, member=rita, now=NOW)
    imports.import_some(of.pk, now=NOW)
    page = client.get(path("role_import_check", role.organisation, role.pk, of.pk)).content.decode()
    sentences = (
        "They will be invited once the assessment",
        "Invitations are on their way.",
        "Nobody has been",
    )
    assert said in page and sum(sentence in page for sentence in sentences) == 1
