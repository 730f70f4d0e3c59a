"""The focus after a row of an editor's form was added, moved or removed, which loads the page anew."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from goodword.accounts.models import Membership
from tests.assessments.custom_questions import answered as custom
from tests.assessments.judgement import support as judgement
from tests.questionnaires.editor.support import LED, SIZE, made, url
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme Bikes"))


@pytest.fixture
def works(rita: Membership) -> Client:
    return signed_in(rita)


def focused(works: Client, where: str, sent: dict[str, str]) -> str:
    """The label of the button, or the name of the input, that gets the focus; empty if nothing does."""
    page = BeautifulSoup(works.post(where, sent).content, "html.parser")
    found = page.select("main [autofocus]")
    assert len(found) <= 1
    return "".join(str(tag.get("aria-label") or tag["name"]) for tag in found)


@pytest.mark.parametrize(
    ("button", "target"),
    [
        ({"row_up": "2"}, "Move action 2 up"),
        ({"row_up": "1"}, "Move action 1 down"),
        ({"row_down": "0"}, "Move action 2 down"),
        ({"row_down": "1"}, "Move action 3 up"),
        ({"row_out": "0"}, "action_0"),
        ({"row_out": "2"}, "action_1"),
        ({"more_rows": "yes"}, "action_3"),
        ({"row_up": "x"}, ""),
        ({}, ""),
    ],
)
def test_the_focus_follows_an_action(
    rita: Membership, works: Client, button: dict[str, str], target: str
) -> None:
    test = judgement.own(rita)
    sent = {"rows": "3", "action_0": "Call."} | button
    assert focused(works, judgement.url("judgement_situation_new", test), sent) == target


def test_the_focus_follows_an_answer_of_a_question(rita: Membership, works: Client) -> None:
    where = url("questionnaire_question", made(rita, LED, SIZE), "size")
    sent = {"rows": "3", "choice_0": "Few", "choice_1": "Many"}
    assert focused(works, where, sent | {"row_down": "0"}) == "Move answer 2 down"
    assert focused(works, where, sent | {"more_rows": "yes"}) == "choice_3"


def test_the_focus_follows_a_criterion_of_a_rubric(rita: Membership, works: Client) -> None:
    where = custom.url("custom_question_marking", custom.own(rita), "why")
    sent = {"rows": "2", "text_0": "Clear", "points_0": "2"}
    assert focused(works, where, sent | {"row_up": "1"}) == "Move criterion 1 down"
    assert focused(works, where, sent | {"row_out": "1"}) == "text_0"
