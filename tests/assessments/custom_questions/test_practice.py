"""Practice before custom questions: an everyday example of the first question's type."""

from copy import deepcopy
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from goodword.assessments.attempts.parts import choose_language
from goodword.assessments.kinds.custom_questions.content import read_custom_questions
from goodword.assessments.kinds.custom_questions.items import example_for
from goodword.assessments.models import Attempt
from goodword.assessments.models import TestVersion as Version  # pytest would collect "Test…"
from tests.assessments.custom_questions.support import CHOICE, FILE, NOW, TEXT, WORD, asked, content
from tests.assessments.once import once
from tests.assessments.support import rows, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

LEVELS = [{"value": n, "label": f"Level {n}", "example": f"Example {n}"} for n in range(1, 6)]
WORDS = [{"value": word, "label": word.title()} for word in ("calm", "quick", "exact", "kind")]
#: each possible type of first question, and its example
KINDS: list[tuple[dict[str, Any], str]] = [
    ({"type": "single_choice", "choices": CHOICE["choices"]}, "Which season do you like best?"),
    (
        {"type": "multiple_choice", "choices": WORDS, "least": 2, "most": 2},
        "Which of these are in the room with you? Choose all that apply.",
    ),
    ({"type": "adjectives", "choices": WORDS, "pick": 2}, "Which words describe today's weather?"),
    ({"type": "ranking", "choices": WORDS}, "Which season do you like best, and which least?"),
    ({"type": "yes_no_unsure", "comment": False}, "Did it rain yesterday where you are?"),
    ({"type": "number", "unit": "EUR", "least": 5}, "About how many minutes do you spend on breakfast?"),
    ({"type": "date"}, "What is today's date?"),
    ({"type": "period"}, "In which months did summer start and end last year?"),
    ({"type": "short_text"}, "What day of the week is it?"),
    ({"type": "long_text"}, "What is the weather like today? One sentence is enough."),
    ({"type": "rating", "competency": "Care", "levels": LEVELS}, "How warm is it where you are?"),
    ({"type": "agreement", "competency": "Care"}, "I like to start the day with a cup of tea."),
    ({"type": "between", "left": "Plans", "right": "Tries"}, "Which do you prefer in the morning?"),
]
IDS = [str(question["type"]) for question, _ in KINDS]


def first(question: dict[str, Any]) -> dict[str, Any]:
    whole = {"id": "first", "text": "How do you work?", **question}
    return {"questions": [whole, CHOICE], "rubrics": [], "right": {}}


@time_machine.travel(NOW, tick=False)
def one_of_each() -> dict[str, Attempt]:
    return {str(question["type"]): asked(**first(question)) for question, _ in KINDS}


made = once(one_of_each)


@pytest.fixture
def by_kind(db: None, made: dict[str, Attempt]) -> dict[str, Attempt]:
    """An attempt for each type of first question."""
    return deepcopy(made)


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(response: Any) -> str:
    return " ".join(soup(response).get_text(" ").split())


def filled(page: BeautifulSoup) -> dict[str, Any]:
    """A valid answer for each field on the page."""
    form = page.select_one("main form.item")
    assert form is not None
    given: dict[str, Any] = {}
    for box in form.select("input[type=radio], input[type=checkbox][value]"):
        name = str(box["name"])
        if box["type"] == "radio":
            given.setdefault(name, box["value"])
        else:
            given[name] = [*given.get(name, []), box["value"]][:2]
    for place, box in enumerate(form.select("select")):
        options = [str(tag["value"]) for tag in box.select("option") if tag.get("value")]
        given[str(box["name"])] = options[place % len(options)]
    for box in form.select("textarea, input:not([type=radio], [type=checkbox], [type=hidden])"):
        given[str(box["name"])] = "2025" if str(box["name"]).endswith("year") else "12"
    return given


@pytest.mark.matrix
@pytest.mark.parametrize(("question", "example"), KINDS, ids=IDS)
def test_the_example_matches_the_first_question_and_is_not_saved(
    by_kind: dict[str, Attempt], question: dict[str, Any], example: str
) -> None:
    attempt = by_kind[question["type"]]
    where = f"/p/{token_of(attempt)}/assessment/"
    browser = Client()
    before = rows(attempt)
    assert soup(browser.get(where)).select("main a.button--primary")[0].get_text() == "Start with an example"
    page = browser.get(f"{where}1/practice/1/")
    assert example in words(page)
    assert "For practice only. Nothing is saved." in words(page)
    sent = browser.post(f"{where}1/practice/1/", filled(soup(page)))
    assert (sent.status_code, sent.headers.get("Location")) == (302, f"{where}1/item/1/")
    assert rows(attempt) == before


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(("question", "example"), KINDS, ids=IDS)
@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_example_is_in_the_candidates_language(
    by_kind: dict[str, Attempt], question: dict[str, Any], example: str, language: str
) -> None:
    attempt = by_kind[question["type"]]
    english = Version.objects.of(attempt.organisation).get()
    Version.objects.create(
        organisation=attempt.organisation,
        test=english.test,
        number="1",
        language=language,
        content=content(language, **first(question)),
        created_at=NOW,
        published_at=NOW,
    )
    choose_language(attempt_id=attempt.pk, language=language, now=NOW)
    page = Client().get(f"/p/{token_of(attempt)}/assessment/1/practice/1/")
    asking = soup(page).select_one("main form.item")
    assert (page.status_code, asking is not None, example in words(page)) == (200, True, False)
    assert soup(page).select_one("html")["lang"] == language  # type: ignore[index]


@pytest.mark.world
def test_practice_needs_an_answer_or_can_be_skipped() -> None:
    attempt = asked(**first({"type": "single_choice", "choices": CHOICE["choices"]}))
    where = f"/p/{token_of(attempt)}/assessment/1/"
    response = Client().post(f"{where}practice/1/", {})
    assert response.status_code == 422
    assert len(soup(response).select(".error-summary")) == 1
    skip = [link for link in soup(response).select("main a.button") if link.get_text() == "Skip practice"]
    assert [link["href"] for link in skip] == [f"{where}item/1/"]


@pytest.mark.world
def test_practice_comes_before_the_clock_starts() -> None:
    attempt = asked(minutes=10, **first({"type": "number"}))
    where = f"/p/{token_of(attempt)}/assessment/1/"
    before = rows(attempt)
    page = Client().get(where)
    links = {link.get_text(): link["href"] for link in soup(page).select("main form a.button")}
    assert links["Practise first"] == f"{where}practice/1/"
    sent = Client().post(f"{where}practice/1/", filled(soup(Client().get(f"{where}practice/1/"))))
    assert sent.headers.get("Location") == f"{where}?practised=yes"
    buttons = [tag.get_text() for tag in soup(Client().get(sent["Location"])).select("main .button--primary")]
    assert buttons == ["Start the clock"]
    assert rows(attempt) == before


@pytest.mark.world
def test_without_practice_the_first_question_shows_the_instructions() -> None:
    attempt = asked(instructions="Have your papers ready.", questions=[FILE, TEXT], rubrics=[], right={})
    where = f"/p/{token_of(attempt)}/assessment/"
    shown = soup(Client().get(where)).select("main a.button--primary")[0]
    assert shown["href"] == f"{where}1/item/1/"
    assert "Have your papers ready." in words(Client().get(f"{where}1/item/1/"))
    assert "Have your papers ready." not in words(Client().get(f"{where}1/item/2/"))


@pytest.mark.world
def test_the_page_explains_a_first_question_for_a_file() -> None:
    attempt = asked(minutes=10, questions=[FILE, TEXT], rubrics=[], right={})
    where = f"/p/{token_of(attempt)}/assessment/"
    shown = soup(Client().get(where)).select("main a.button--primary")[0]
    assert shown["href"] == f"{where}1/"
    page = words(Client().get(f"{where}1/"))
    assert "The first question asks for a file of at most 1 MB." in page
    assert "Have it ready before you start the clock." in page
    assert Client().get(f"{where}1/practice/1/").status_code == 404


@pytest.mark.world
def test_a_later_file_question_is_not_explained() -> None:
    attempt = asked(minutes=10)
    page = words(Client().get(f"/p/{token_of(attempt)}/assessment/1/"))
    assert ("The first question asks for a file" in page, "Practise first" in page) == (False, True)


def test_an_example_does_not_require_many_words() -> None:
    many = [{"value": f"w{n}", "label": f"Word {n}"} for n in range(12)]
    found = read_custom_questions(content(**first({"type": "adjectives", "choices": many, "pick": 8})))
    example = example_for(found, name="practice")
    assert getattr(example, "pick", None) == 3


def test_question_types_for_referees_have_no_example() -> None:
    found = read_custom_questions(content(**first({"type": "would_work_again"})))
    assert example_for(found, name="practice") is None


@pytest.mark.world
@pytest.mark.parametrize(("questions", "said"), [([TEXT, WORD], False), ([TEXT, CHOICE], True)])
def test_the_sentence_about_taps_is_for_parts_in_which_a_tap_leads_on(
    questions: list[dict[str, Any]], said: bool
) -> None:
    where = f"/p/{token_of(asked(questions=questions, rubrics=[], right={}))}/assessment/1/"
    for page in ("practice/1/", "item/1/"):
        assert bool(soup(Client().get(where + page)).select("[data-taps]")) is said
