"""Settings > Fairness and `goodword evidence --groups`."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goodword.accounts.models import AuditEntry
from goodword.candidates.fairness.command import compare
from goodword.candidates.people_files import LARGEST
from goodword.roles.models import Role
from tests.candidates.fairness.people import DAY, NOW, add, file_of, two_groups
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation())


def page(role: Role) -> tuple[Client, str]:
    organisation = role.organisation
    return signed_in(
        factories.member(organisation, kind="admin")
    ), f"/o/{organisation.slug}/settings/fairness/"


def sent(of: Role, raw: bytes, **changes: Any) -> Any:
    client, path = page(of)
    usual = {
        "since": f"{DAY.replace(day=1)}",
        "until": f"{DAY}",
        "role": "",
        "withdrawals": ["Candidate withdrew"],
    }
    return client.post(path, usual | changes | {"file": SimpleUploadedFile("groups.csv", raw)})


def audited(role: Role) -> list[dict[str, Any]]:
    rows = AuditEntry.objects.of(role.organisation).filter(action="fairness.computed")
    return list(rows.values_list("details", flat=True))


def test_the_page_offers_withdrawals_and_computes_nothing_yet(role: Role) -> None:
    two_groups(role)
    client, path = page(role)
    text = client.get(path).content.decode()
    assert 'value="Candidate withdrew" id="id_withdrawals_1" checked' in " ".join(text.split())
    assert "What the figures mean" not in text


@pytest.mark.world
def test_rates_ratio_interval_and_test_are_displayed_and_nothing_of_the_file_is_stored(role: Role) -> None:
    response = sent(role, two_groups(role))
    text = " ".join(response.content.decode().split())
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    text = unescape(text)
    for part in (
        "12 of 40",
        "12 of 60",
        "0.67",
        "0.34 – 1.33",
        "p = 0.339",
        "below 0.80",
        "Fisher's exact test: p = 0.339",
    ):
        assert part in text, part
    assert audited(role) == [{"role": None, "since": f"{DAY.replace(day=1)}", "until": f"{DAY}", "groups": 2}]


@pytest.mark.world
def test_rates_are_rounded_half_up(role: Role) -> None:
    for group, hired in (("a", 5), ("b", 15)):
        add(role, f"{group}h", status="hired", n=hired)
        add(role, f"{group}r", status="rejected", n=40 - hired)
    text = " ".join(sent(role, file_of(ah=5, ar=35, bh=15, br=25)).content.decode().split())
    assert '13% <span class="muted">5 of 40' in text
    assert '38% <span class="muted">15 of 40' in text


@pytest.mark.world
def test_declined_offers_are_proposed_and_counted_as_selected(role: Role) -> None:
    raw = two_groups(role)
    add(role, "bd", status="rejected", n=10, reason="Candidate declined our offer")
    client, path = page(role)
    ticked = client.get(path).context["form"]
    assert ticked["declined"].value() == ["Candidate declined our offer"]
    assert ticked["withdrawals"].value() == ["Candidate withdrew"]
    raw += b"\n" + file_of(bd=10).split(b"\n", 1)[1]
    text = sent(role, raw, declined=["Candidate declined our offer"]).content.decode()
    assert "22 of 70" in text and "Declined an offer" in text


@pytest.mark.world
def test_of_150_reasons_the_rarest_can_be_chosen_too(role: Role) -> None:
    raw = two_groups(role)
    for number in range(150):
        add(role, f"x{number}-", status="rejected", n=2, reason=f"Reason {number}")
    add(role, "bq", status="rejected", n=1, reason="Moving abroad")
    add(role, "bz", status="rejected", n=1, reason="Withdrew: found a flat elsewhere")
    client, path = page(role)
    shown = BeautifulSoup(client.get(path).content, "html.parser")
    for name in ("withdrawals", "declined"):
        assert len(shown.select(f"input[name={name}]")) == 154
        folded = shown.select_one(f"details:has(input[name={name}])")
        assert folded is not None
        assert "open" not in folded.attrs
    assert [str(tag["value"]) for tag in shown.select("input[name=withdrawals][checked]")] == [
        "Candidate withdrew",
        "Withdrew: found a flat elsewhere",
    ]
    assert shown.select("details input[checked]") == []  # what is proposed can be seen
    raw += b"\n" + file_of(bq=1).split(b"\n", 1)[1]
    compared = sent(role, raw, withdrawals=["Candidate withdrew", "Moving abroad"])
    shown = BeautifulSoup(compared.content, "html.parser")
    group_b = shown.select_one("#groups tbody tr:nth-of-type(2) td[data-label=Withdrew]")
    assert group_b is not None
    assert (compared.status_code, group_b.get_text()) == (200, "6")
    assert (
        shown.select_one("details[open] input[name=withdrawals][value='Moving abroad'][checked]") is not None
    )


def test_groups_that_are_too_small_are_named_and_not_compared(role: Role) -> None:
    add(role, "ah", status="hired", n=5)
    add(role, "bh", status="hired", n=40)
    text = sent(role, file_of(ah=5, bh=40, cc=1), withdrawals=[]).content.decode()
    assert "Nothing to compare: at least two groups need 30 decided applications" in text
    assert "(too few)" in text and "Line 47: no application in this period." in text


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("raw", "changes", "problem"),
    [
        (b"E-mail,Group\na@x,A\nb@x\n", {}, "Line 3: the number of cells differs from the first row."),
        (
            b"E-mail,Group\na@x,A\n",
            {"since": "2026-11-20", "until": "2026-11-01"},
            "on or after the start date",
        ),
        (b"E-mail,Group\na@x,A\n", {"since": "soon"}, "Enter a valid date"),
        (b"E-mail,Group\na@x,A\n", {"until": "9999-12-31"}, "Choose a date between 2000 and 2100."),
        (b"E-mail,Group\na@x,A\n", {"withdrawals": ["Unheard of"]}, "Select a valid choice"),
        (b"E-mail,Group\na@x,A\n", {"declined": ["Candidate withdrew"]}, "is also chosen as a withdrawal"),
    ],
)
def test_bad_input_is_named_and_nothing_is_computed(
    role: Role, raw: bytes, changes: dict[str, Any], problem: str
) -> None:
    add(role, "a", status="rejected", n=1, reason="Candidate withdrew")
    response = sent(role, raw, **changes)
    assert response.status_code == 422 and problem in response.content.decode()
    assert audited(role) == []


@pytest.mark.world
def test_pages_for_large_files_show_their_limit_and_accept_files_up_to_it(role: Role) -> None:
    client = signed_in(factories.member(role.organisation, kind="admin"))
    assert LARGEST + 1_000_000 < settings.GOODWORD_MAX_PEOPLE_FILE
    for page in ("fairness/", "validity/ratings/"):
        where = f"/o/{role.organisation.slug}/settings/{page}"
        assert f"At most {LARGEST // 1_000_000} MB." in client.get(where).content.decode()
        for size, problem in ((LARGEST, "must name the columns"), (LARGEST + 1, "larger than 8 MB")):
            file = SimpleUploadedFile("people.csv", b"x\n" * (size // 2) + b"x" * (size % 2))
            said = client.post(where, {"file": file, "lowest": 1, "highest": 5})
            assert (said.status_code, problem in said.content.decode()) == (422, True)


@pytest.mark.parametrize("kind", ["recruiter", "hiring_manager"])
def test_only_admins_compare(role: Role, kind: str) -> None:
    client = signed_in(factories.member(role.organisation, kind=kind))
    path = f"/o/{role.organisation.slug}/settings/fairness/"
    assert client.get(path).status_code == client.post(path).status_code == 403
    assert audited(role) == []


@pytest.mark.world
def test_another_organisations_role_cannot_be_chosen(role: Role) -> None:
    foreign = factories.role(factories.organisation())
    response = sent(role, two_groups(role), role=f"{foreign.pk}")
    assert response.status_code == 422 and audited(role) == []


@pytest.mark.world
def test_the_command_prints_the_same(role: Role, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "groups.csv"
    file.write_bytes(two_groups(role))
    add(role, "no", status="hired", n=2)
    add(role, "gone", status="rejected", n=1, erased_at=NOW)
    add(role, "going", status="rejected", n=1, erasure_requested_at=NOW)
    usual: dict[str, Any] = {
        "slug": role.organisation.slug,
        "file": file,
        "role_id": role.pk,
        "since": f"{DAY.replace(day=1)}",
        "until": f"{DAY}",
        "withdrew": [],
        "declined": [],
    }
    assert compare(**usual) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == [
        "Counted as withdrawn: “Candidate withdrew”.",
        "Counted as selected, offer declined: no rejection reason.",
    ]
    assert printed[4:5] == [
        "A: 40 applications, 12 hired, 0 declined an offer, 28 rejected, 0 withdrew, 0 active",
    ]
    assert "Applications in this period without a group in the file: 2." in printed
    assert "Applications in this period left out because they were or will be erased: 2." in printed
    start = printed.index("Selected (hired or declined an offer)")
    assert printed[start + 1 : start + 4] == [
        "  all groups: Fisher's exact test, p = 0.339",
        "  A: 12 of 40 (0.30)",
        "  B: 12 of 60 (0.20), ratio 0.67 (0.34 to 1.33), adjusted Fisher p = 0.339",
    ]
    mistakes: list[dict[str, Any]] = [
        {"slug": "nobody"},
        {"role_id": 0},
        {"since": "soon"},
        {"until": "9999-12-31"},
        {"withdrew": ["Misspelt"]},
        {"declined": ["Misspelt"]},
        {"withdrew": ["Lacks skill"], "declined": ["Lacks skill"]},
        {"file": tmp_path / "none.csv"},
        {"file": tmp_path},
    ]
    for wrong in mistakes:
        assert compare(**(usual | wrong)) == 2
    assert capsys.readouterr().err.splitlines()[-2:] == [
        f"goodword: {tmp_path / 'none.csv'} can't be read: No such file or directory.",
        f"goodword: {tmp_path} can't be read: Is a directory.",
    ]
    assert compare(**(usual | {"until": "2020-01-01"})) == 1
    capsys.readouterr()
    assert compare(**(usual | {"declined": ["Candidate withdrew"]})) == 0
    assert "B: 17 of 65" in capsys.readouterr().out
