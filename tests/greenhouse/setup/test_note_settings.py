"""Settings > Notes in Greenhouse: saving, errors, audit log, example."""

import pytest
from bs4 import BeautifulSoup

from goodword.accounts.models import AuditEntry, Organisation
from tests.greenhouse.setup.desk import Desk
from tests.greenhouse.setup.test_setting_the_key import errors
from tests.support import factories

GOOD = {"visibility": "public", "words": "{step} of {candidate}: {outcome}", "report_link_days": "30"}


def kept(desk: Desk) -> tuple[str, str, int]:
    row = Organisation.objects.get(pk=desk.organisation.pk)
    return row.note_visibility, row.note_wording, row.report_link_days


def shown(body: bytes) -> str:
    found = BeautifulSoup(body, "html.parser").select_one(".note-text")
    return found.get_text() if found else ""


def test_the_settings_are_stored_and_audited(desk: Desk) -> None:
    client, url = desk.client(desk.admin), desk.url("note_settings")
    response = client.post(url, GOOD)
    assert (response.status_code, response["Location"]) == (302, url)
    assert kept(desk) == ("public", "{step} of {candidate}: {outcome}", 30)
    entry = AuditEntry.objects.of(desk.organisation).get(action="notes.changed")
    assert entry.details == {
        "before": {"note_visibility": "private", "note_wording": "", "report_link_days": 90},
        "after": {
            "note_visibility": "public",
            "note_wording": "{step} of {candidate}: {outcome}",
            "report_link_days": 30,
        },
    }
    client.post(url, GOOD)
    assert desk.audited().count("notes.changed") == 1


def test_the_page_shows_an_example_note(desk: Desk) -> None:
    client = desk.client(desk.admin)
    first, link, code = shown(client.get(desk.url("note_settings")).content).split("\n")
    assert first == "Reference check for Ada Lovelace completed: 2 of 2 references are in."
    assert (link, code[:3]) == ("Report (PDF): http://localhost:8000/s/...", "GW-")
    typed = client.post(desk.url("note_example"), {"words": "<b>{candidate}</b> is through"}).content
    assert shown(typed).split("\n")[0] == "<b>Ada Lovelace</b> is through"
    assert kept(desk) == ("private", "", 90)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"words": "{score} for {candidate}"},
            "First line of a note: {score} is not a placeholder. You can use {step}, {candidate}, {role}, {outcome}.",
        ),
        (
            {"words": "Something happened"},
            "First line of a note: Include {step} or {candidate}, so readers know what the note is about.",
        ),
        (
            {"visibility": "everybody"},
            "Who can read the notes in Greenhouse: Choose who can read them.",
        ),
        (
            {"report_link_days": "0"},
            "Days a report link works: Ensure this value is greater than or equal to 1.",
        ),
        ({"report_link_days": "soon"}, "Days a report link works: Enter a whole number."),
    ],
)
def test_invalid_settings_are_refused_and_the_input_stays(
    desk: Desk, change: dict[str, str], why: str
) -> None:
    response = desk.client(desk.admin).post(desk.url("note_settings"), GOOD | change)
    assert errors(response.content) == [why]
    field = BeautifulSoup(response.content, "html.parser").select_one("input[name=words]")
    assert field is not None
    assert field["value"] == (GOOD | change)["words"]
    assert kept(desk) == ("private", "", 90)
    assert desk.audited() == []


@pytest.mark.parametrize("name", ["note_settings", "note_example"])
def test_only_admins_have_access(desk: Desk, name: str) -> None:
    stranger = factories.member(factories.organisation(), kind="admin")
    for member, status in ((desk.recruiter, 403), (stranger, 404)):
        assert desk.client(member).post(desk.url(name), GOOD).status_code == status
    assert kept(desk) == ("private", "", 90)
