"""The settings of a reference check."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from goodword.accounts.models import AuditEntry, Membership
from goodword.questionnaires.domain import versions
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.references.models import Check, Slot
from goodword.roles.domain.settings import settings_of
from goodword.roles.models import Role
from goodword.roles.slots import two_of_any
from tests.support import factories
from tests.support.kept import kept as kept_world
from tests.support.pages import signed_in
from tests.workspace.applications import checked
from tests.workspace.role.test_step_settings import CHECK, address, errors

pytestmark = pytest.mark.django_db

TWO_LINES = {
    "lines": "2",
    "line-0-relationship": "manager",
    "line-0-count": "1",
    "line-0-needed": "on",
    "line-0-hint": " your last  manager\x07 ",
    "line-1-relationship": "peer",
    "line-1-count": "2",
    "line-1-hint": "",
}
FULL = {
    **CHECK,
    **TWO_LINES,
    "least": "2",
    "self_reference": "needed",
    "languages": ["de", "en"],
    "candidate_may_see": "on",
    "referee_deadline_days": "5",
    "referee_reminder_days": "1 3",
}


@pytest.fixture
@kept_world
def role() -> Role:
    return factories.role(factories.organisation())


@pytest.fixture
def rita(role: Role) -> Membership:
    return factories.member(role.organisation)


def post(role: Role, who: Membership, **typed: Any) -> Any:
    return signed_in(who).post(address(role, "reference_check"), FULL | typed)


def page_of(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def lines(response: Any) -> list[tuple[Any, ...]]:
    """Kind, count, required and hint of each line on the page."""
    return [
        (
            line.select("select [selected]")[0]["value"] if line.select("select [selected]") else "",
            line.select("[name$=count]")[0].get("value"),
            line.select("[name$=needed]")[0].has_attr("checked"),
            line.select("[name$=hint]")[0].get("value"),
        )
        for line in page_of(response).select(".slot-line")
    ]


def reads(response: Any) -> list[str]:
    return [" ".join(line.get_text().split()) for line in page_of(response).select("#reads li")]


def kept(role: Role) -> Any:
    return settings_of(factories.step(role, "reference_check"))


def test_settings_are_saved_and_audited(role: Role, rita: Membership) -> None:
    assert post(role, rita).status_code == 302
    step = factories.step(role, "reference_check")
    slots = [
        {"relationship": "manager", "count": 1, "needed": True, "hint": "your last manager"},
        {"relationship": "peer", "count": 2, "needed": False, "hint": ""},
    ]
    kept = {
        "slots": slots,
        "least": 2,
        "self_reference": "needed",
        "languages": ["en", "de"],
        "candidate_may_see": True,
        "referee_deadline_days": 5,
        "referee_reminder_days": [1, 3],
        "questionnaire_id": None,
    }
    assert {name: getattr(step, name) for name in kept} == kept
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="step.settings_changed")
    assert entry.details["changed"] == {
        "delay_minutes": [0, 120],
        "slots": [two_of_any(), slots],
        "least": [None, 2],
        "referee_deadline_days": [7, 5],
        "referee_reminder_days": [[2, 5], [1, 3]],
        "self_reference": ["off", "needed"],
        "languages": [[], ["en", "de"]],
        "candidate_may_see": [False, True],
    }


@pytest.mark.world
def test_saving_unchanged_settings_changes_nothing(role: Role, rita: Membership) -> None:
    post(role, rita)
    shown = signed_in(rita).get(address(role, "reference_check"))
    assert lines(shown) == [("manager", "1", True, "your last manager"), ("peer", "2", False, None)]
    post(role, rita)
    assert AuditEntry.objects.of(role.organisation).filter(action="step.settings_changed").count() == 1


def test_requiring_all_references_follows_later_changes(role: Role, rita: Membership) -> None:
    post(role, rita, least="3")
    assert kept(role).least is None


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("pressed", "shown"),
    [
        ("add", [("manager", "1", True, "x"), ("peer", "soon", False, "<b>"), ("any", "1", False, None)]),
        ("remove-0", [("peer", "soon", False, "<b>")]),
        ("down-0", [("peer", "soon", False, "<b>"), ("manager", "1", True, "x")]),
        ("up-1", [("peer", "soon", False, "<b>"), ("manager", "1", True, "x")]),
        ("up-0", [("manager", "1", True, "x"), ("peer", "soon", False, "<b>")]),
        ("remove-99999", [("manager", "1", True, "x"), ("peer", "soon", False, "<b>")]),
        ("explode", [("manager", "1", True, "x"), ("peer", "soon", False, "<b>")]),
    ],
)
def test_line_buttons_keep_what_was_typed_and_save_nothing(
    role: Role, rita: Membership, pressed: str, shown: Any
) -> None:
    typed = {"line-0-hint": "x", "line-1-hint": "<b>", "line-1-count": "soon", "deadline_days": "never"}
    response = post(role, rita, line=pressed, **typed)
    assert lines(response) == shown
    [deadline] = page_of(response).select("[name=deadline_days]")
    assert (deadline["value"], errors(response)) == ("never", [])
    assert kept(role).slots[0].count == 2


@pytest.mark.slow
def test_there_are_one_to_ten_lines(role: Role, rita: Membership) -> None:
    assert len(lines(post(role, rita, lines="1", line="remove-0"))) == 1
    ten = {
        f"line-{n}-{name}": value
        for n in range(10)
        for name, value in (("relationship", "any"), ("count", "1"))
    }
    full = post(role, rita, lines="10", line="add", **ten)
    assert (len(lines(full)), len(page_of(full).select("#line-add"))) == (10, 0)
    assert len(lines(post(role, rita, lines="5000", line="look", **ten))) == 10


@pytest.mark.world
def test_the_page_shows_what_candidates_see(role: Role, rita: Membership) -> None:
    assert reads(signed_in(rita).get(address(role, "reference_check"))) == [
        "Please name 2 people who can comment on your work.",
        "2 × Any",
        "You have 10 working days.",
        "We'll remind you at most 2 times.",
        "A reference takes about 5 minutes.",
        "Referees have 7 working days to reply.",
        "You see who has answered, but not their answers.",
    ]
    assert reads(post(role, rita, line="look")) == [
        "Please name 3 people who can comment on your work.",
        "1 × Manager, required: your last manager",
        "2 × Colleague",
        "You have 10 working days.",
        "We'll remind you at most 2 times.",
        "A reference takes about 5 minutes.",
        "Referees have 5 working days to reply.",
        "We also need your answers to the same questions about yourself.",
        "You may see their answers on request.",
        "2 references are enough; more are welcome.",
    ]
    assert reads(post(role, rita, line="look", least="x")) == []


@pytest.mark.world
def test_open_checks_keep_their_settings(role: Role, rita: Membership) -> None:
    check = checked(factories.application(role))
    before = Check.objects.of(role.organisation).filter(pk=check.pk).values().get()
    post(role, rita)
    assert Check.objects.of(role.organisation).filter(pk=check.pk).values().get() == before
    asked = Slot.objects.of(role.organisation).filter(check_run=check).values_list("relationship", flat=True)
    assert list(asked) == ["any", "any"]


@pytest.mark.world
def test_archived_questionnaires_cannot_be_chosen(role: Role, rita: Membership) -> None:
    own = own_questionnaire(role)
    other = factories.role(factories.organisation())
    foreign = own_questionnaire(other)
    assert errors(post(role, rita, questionnaire=str(foreign.pk))) == [
        "Questionnaire: Choose a questionnaire from the list."
    ]
    post(role, rita, questionnaire=str(own.pk), languages=[])
    assert kept(role).questionnaire_id == own.pk
    own.archived_at = factories.NOW
    own.save()
    # roles already using it aren't affected
    assert post(role, rita, questionnaire=str(own.pk), languages=[], least="3").status_code == 302
    assert kept(role).questionnaire_id == own.pk


def own_questionnaire(role: Role) -> Questionnaire:
    built_in = versions.ensure_builtin(role.organisation, "general_professional", now=factories.NOW)
    own = Questionnaire.objects.create(
        organisation=role.organisation, key="own", title="Our own", created_at=factories.NOW
    )
    source = versions.current_version(built_in, language="en")
    assert source is not None
    QuestionnaireVersion.objects.create(
        organisation=role.organisation,
        questionnaire=own,
        number=1,
        language="en",
        questions=source.questions,
        created_at=factories.NOW,
        published_at=factories.NOW,
    )
    return own


@pytest.mark.world
def test_only_languages_of_the_questionnaire_can_be_chosen(role: Role, rita: Membership) -> None:
    own = own_questionnaire(role)
    response = post(role, rita, questionnaire=str(own.pk), languages=["de", "fr", "en"])
    assert errors(response) == [
        "Languages: This questionnaire isn't available in: Deutsch, Français. Available: English."
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"line-0-relationship": "aunt"}, ["Kind of referee: Choose a kind of referee."]),
        ({"line-0-count": "0"}, ["How many: Choose 1 to 10."]),
        ({"line-0-count": "eleven"}, ["How many: Choose 1 to 10."]),
        ({"line-0-count": ""}, ["How many: Choose 1 to 10."]),
        ({"line-0-hint": "x" * 301}, ["Hint for the candidate: Use at most 300 characters."]),
        ({"line-1-count": "10"}, ["You're asking for 11 referees. The maximum is 10."]),
        ({"least": ""}, ["References needed: Enter the number of references."]),
        ({"least": "0"}, ["References needed: Enter the number of references."]),
        ({"least": "4"}, ["References needed: You're asking for only 3 referees: choose 1 to 3."]),
        (
            {"line-0-count": "2", "least": "1"},
            ["References needed: 2 referees are required: choose 2 to 4."],
        ),
        ({"referee_deadline_days": "x"}, ["Referee's deadline: Choose 1 to 60 working days."]),
        (
            {"referee_reminder_days": "1, 5"},
            ["Reminders to referees: Reminders must be before the deadline: choose days from 1 to 4."],
        ),
        (
            {"self_reference": "x"},
            ["Self-assessment by the candidate: Choose an option."],
        ),
        ({"questionnaire": "builtin:x"}, ["Questionnaire: Choose a questionnaire from the list."]),
        ({"questionnaire": ""}, ["Questionnaire: Choose a questionnaire."]),
        ({"languages": ["xx"]}, ["Languages: Choose languages from the list."]),
    ],
    ids=str,
)
def test_invalid_settings_are_refused(
    role: Role, rita: Membership, typed: dict[str, Any], said: list[str]
) -> None:
    response = post(role, rita, **typed)
    assert errors(response) == said
    assert len(lines(response)) == 2
    assert kept(role).slots[0].count == 2
    assert not AuditEntry.objects.of(role.organisation).filter(action="step.settings_changed").exists()


@pytest.mark.world
def test_markup_is_escaped(role: Role, rita: Membership) -> None:
    post(role, rita, **{"line-0-hint": "<script>alert(1)</script>"})
    response = signed_in(rita).get(address(role, "reference_check"))
    assert "<script>alert(1)" not in response.content.decode()
    assert lines(response)[0][3] == "<script>alert(1)</script>"
