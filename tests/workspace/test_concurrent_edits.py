"""Two members edit the same settings: the second sees the first one's change and loses no input."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import Membership, Organisation
from goodword.roles.models import Role
from goodword.workspace.role.step_forms import ACTION
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.second_factors import with_app

pytestmark = pytest.mark.django_db
TOLD = "Somebody else has changed this in the meantime"


@pytest.fixture
def ann() -> Membership:
    return factories.member(
        factories.organisation(name="Acme", slug="acme", own_domains=["acme.example"]), kind="admin"
    )


@pytest.fixture
def ben(ann: Membership) -> Membership:
    return factories.member(ann.organisation, kind="admin", name="Ben Both")


@pytest.fixture
def role(ann: Membership) -> Role:
    return factories.role(ann.organisation, owner=ann)


def fields_of(page: str, *, having: str) -> dict[str, list[str]]:
    """The values a browser would send for the form with this field."""
    soup = BeautifulSoup(page, "html.parser")
    form = next(tag for tag in soup.select("main form") if tag.select(f"[name={having}]"))
    found: dict[str, list[str]] = {}
    for field in form.select("[name]"):
        if field.name == "button" or (
            field.get("type") in {"radio", "checkbox"} and not field.has_attr("checked")
        ):
            continue
        found.setdefault(str(field["name"]), []).append(_value(field))
    return found


def _value(field: Tag) -> str:
    match field.name:
        case "textarea":
            return field.text.removeprefix("\n")
        case "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            return str(chosen["value"]) if chosen else ""
    return str(field.get("value", "on" if field.get("type") == "checkbox" else ""))


class Editor:
    """A browser with an open form."""

    def __init__(self, who: Membership, url: str, *, having: str) -> None:
        self.client: Client = signed_in(who, method="mfa")
        self.having = having
        self.page = self.client.get(url).content.decode()
        self.target = url

    def send(self, *, to: str = "", **changed: Any) -> Any:
        data = fields_of(self.page, having=self.having) | changed
        response = self.client.post(to or self.target, data)
        self.page = response.content.decode()
        return response


def two(ann: Membership, ben: Membership, url: str, *, having: str) -> tuple[Editor, Editor]:
    return Editor(ann, url, having=having), Editor(ben, url, having=having)


@pytest.mark.main_case
def test_the_second_to_change_a_steps_settings_reads_what_changed(
    ann: Membership, ben: Membership, role: Role
) -> None:
    step = factories.step(role, "assessment")
    first, second = two(
        ann, ben, reverse("role_step", args=["acme", role.pk, step.pk]), having="deadline_days"
    )
    assert first.send(deadline_days="9").status_code == 302
    assert second.send(reminder_days="1, 3").status_code == 200
    assert f"{TOLD}: Deadline (now 9)." in second.page
    assert fields_of(second.page, having="deadline_days")["reminder_days"] == ["1, 3"]
    step.refresh_from_db()
    assert (step.deadline_days, step.reminder_days) == (9, [2, 5])
    assert second.send(deadline_days="9").status_code == 302
    step.refresh_from_db()
    assert (step.deadline_days, list(step.reminder_days)) == (9, [1, 3])


@pytest.mark.world
def test_the_second_to_change_a_reference_check_reads_what_changed(
    ann: Membership, ben: Membership, role: Role
) -> None:
    step = factories.step(role, "reference_check")
    first, second = two(
        ann, ben, reverse("role_step", args=["acme", role.pk, step.pk]), having="self_reference"
    )
    hint = next(name for name in fields_of(first.page, having="self_reference") if name.endswith("-hint"))
    assert first.send(self_reference="needed", **{hint: "From your last job"}).status_code == 302
    assert second.send(candidate_may_see="on").status_code == 200
    assert "Self-assessment by the candidate (now Required to complete the check)" in second.page
    assert "Referees asked for" in second.page
    step.refresh_from_db()
    assert (step.self_reference, step.candidate_may_see) == ("needed", False)
    assert "checked" in str(BeautifulSoup(second.page, "html.parser").select_one("[name=candidate_may_see]"))


@pytest.mark.world
def test_adding_a_referee_keeps_what_the_page_showed(ann: Membership, ben: Membership, role: Role) -> None:
    step = factories.step(role, "reference_check")
    first, second = two(
        ann, ben, reverse("role_step", args=["acme", role.pk, step.pk]), having="self_reference"
    )
    first.send(self_reference="needed")
    second.send(**{ACTION: "add"})
    assert TOLD not in second.page
    second.send()
    assert TOLD in second.page


@pytest.mark.world
def test_the_second_to_change_the_organisation_reads_what_changed(ann: Membership, ben: Membership) -> None:
    first, second = two(ann, ben, reverse("organisation_settings", args=["acme"]), having="time_zone")
    assert first.send(name="Acme Ltd", watches_devices="on").status_code == 302
    second.send(show="1", holiday_country="DE")
    assert second.send(time_zone="Europe/Paris").status_code == 200
    assert f"{TOLD}: Name (now Acme Ltd); " in second.page
    assert fields_of(second.page, having="time_zone")["time_zone"] == ["Europe/Paris"]
    assert second.send(name="Acme Ltd").status_code == 302
    row = Organisation.objects.get(slug="acme")
    assert (row.name, row.time_zone, row.holiday_country) == ("Acme Ltd", "Europe/Paris", "DE")


@pytest.mark.world
def test_a_change_of_the_notes_wording_does_not_make_private_notes_public(
    ann: Membership, ben: Membership
) -> None:
    Organisation.objects.filter(slug="acme").update(note_visibility="public")
    first, second = two(ann, ben, reverse("note_settings", args=["acme"]), having="visibility")
    assert first.send(visibility="private").status_code == 302
    assert second.send(words="{step} of {candidate}").status_code == 200
    assert f"{TOLD}: Who can read the notes in Greenhouse (now Private" in second.page
    assert fields_of(second.page, having="visibility")["words"] == ["{step} of {candidate}"]
    row = Organisation.objects.get(slug="acme")
    assert (row.note_visibility, row.note_wording) == ("private", "")
    assert second.send(visibility="private").status_code == 302
    row.refresh_from_db()
    assert (row.note_visibility, row.note_wording) == ("private", "{step} of {candidate}")


@pytest.mark.world
def test_the_second_to_change_domains_does_not_drop_the_firsts(ann: Membership, ben: Membership) -> None:
    first, second = two(ann, ben, reverse("organisation_settings", args=["acme"]), having="domains")
    target = reverse("organisation_domains", args=["acme"])
    first.send(to=target, domains="acme.example\nacme.test")
    second.send(to=target, domains="acme.example\nacme.invalid")
    assert f"{TOLD}: Your e-mail domains (now acme.example acme.test)." in second.page
    assert Organisation.objects.get(slug="acme").own_domains == ["acme.example", "acme.test"]
    assert fields_of(second.page, having="domains")["domains"] == ["acme.example\nacme.invalid"]


@pytest.mark.world
def test_the_second_to_change_a_member_reads_what_changed(
    ann: Membership, ben: Membership, role: Role
) -> None:
    cem = factories.member(ann.organisation, kind="hiring_manager")
    first, second = two(ann, ben, reverse("member", args=["acme", cem.pk]), having="kind")
    assert first.send(kind="recruiter").status_code == 302
    assert second.send(roles=[str(role.pk)]).status_code == 422
    assert f"{TOLD}: " in second.page
    assert "(now Recruiter)" in second.page
    cem.refresh_from_db()
    assert (cem.kind, role.viewers.exists()) == ("recruiter", False)


@pytest.mark.world
def test_the_second_to_change_sign_in_or_retention_reads_what_changed(
    ann: Membership, ben: Membership
) -> None:
    for member in (ann, ben):
        with_app(member.user)
    first, second = two(ann, ben, reverse("sign_in_rules", args=["acme"]), having="requires_second_factor")
    assert first.send(requires_second_factor="on").status_code == 302
    second.send()
    assert f"{TOLD}: Require a second factor (now on)." in second.page
    first, second = two(ann, ben, reverse("retention", args=["acme"]), having="keep_months")
    assert first.send(keep_months="30").status_code == 302
    assert second.send(hidden_months="20").status_code == 422
    assert f"{TOLD}: Months after the end (now 30)." in second.page
    row = Organisation.objects.get(slug="acme")
    assert (row.keep_months, row.hidden_months == 20) == (30, False)


@pytest.mark.world
def test_saving_twice_without_others_needs_no_confirmation(ann: Membership, role: Role) -> None:
    step = factories.step(role, "assessment")
    editor = Editor(ann, reverse("role_step", args=["acme", role.pk, step.pk]), having="deadline_days")
    assert editor.send(deadline_days="bogus").status_code == 200
    assert TOLD not in editor.page
    assert editor.send(deadline_days="8").status_code == 302


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("seen", ["", "nonsense", "[1]", '{"deadline_days": 5, "other": "x"}', "[" * 99_999])
def test_a_malformed_version_breaks_nothing(ann: Membership, role: Role, seen: str) -> None:
    step = factories.step(role, "assessment")
    editor = Editor(ann, reverse("role_step", args=["acme", role.pk, step.pk]), having="deadline_days")
    assert editor.send(seen=seen).status_code in {200, 302}
