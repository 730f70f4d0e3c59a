"""A page of questions as a form: input is kept, errors are at their input, all text is escaped."""

from collections.abc import Mapping

import pytest
from django.template.loader import render_to_string

from goodword.core.validation import Json
from goodword.questionnaires.builtin import load
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.questions import fill_placeholders, pages, parse
from goodword.questionnaires.types import Question, Stated
from tests.questionnaires.samples import KINDS, STATED, question

NOTHING_STATED = Stated()


def _posted(asked: Question, data: Mapping[str, object], stated: Stated = STATED) -> QuestionForm:
    return QuestionForm([asked], data=data, stated=stated)


def _errors(form: QuestionForm) -> dict[str, list[str]]:
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


@pytest.mark.parametrize(
    ("kind", "data", "stored"),
    [
        ("rating", {"q-it": "4"}, {"level": 4, "not_able": False, "comment": ""}),
        ("rating", {"q-it": "not_able"}, {"level": None, "not_able": True, "comment": ""}),
        ("agreement", {"q-it": "5"}, {"level": 5, "not_able": False, "comment": ""}),
        ("agreement", {"q-it": "not_able"}, {"level": None, "not_able": True, "comment": ""}),
        ("adjectives", {"q-it": ["green", "red"]}, ["red", "green"]),
        ("between", {"q-it": "2"}, {"place": 2, "not_able": False}),
        ("between", {"q-it": "not_able"}, {"place": None, "not_able": True}),
        ("number", {"q-it": "12"}, 12),
        ("date", {"q-it_day": "4", "q-it_month": "3", "q-it_year": "2021"}, "2021-03-04"),
        (
            "period",
            {"q-it-from_month": "4", "q-it-from_year": "2021", "q-it-ongoing": "on"},
            {"from": "2021-04", "to": None},
        ),
        (
            "period",
            {
                "q-it-from_month": "4",
                "q-it-from_year": "2021",
                "q-it-to_month": "12",
                "q-it-to_year": "2022",
            },
            {"from": "2021-04", "to": "2022-12"},
        ),
        ("single_choice", {"q-it": "red"}, "red"),
        ("multiple_choice", {"q-it": ["blue", "red"]}, ["red", "blue"]),
        (
            "ranking",
            {"q-it-red": "2", "q-it-green": "3", "q-it-blue": "1"},
            ["blue", "red", "green"],
        ),
        ("yes_no_unsure", {"q-it": "no", "q-it-comment": "So."}, {"answer": "no", "comment": "So."}),
        ("would_work_again", {"q-it": "yes"}, {"answer": "yes", "comment": ""}),
        ("long_text", {"q-it": " a\x00b\r\nc "}, "ab\nc"),
        ("short_text", {"q-it": "a"}, "a"),
        ("relationship_confirm", {"q-it": "confirmed"}, {"answer": "confirmed", "relationship": "manager"}),
        (
            "relationship_confirm",
            {"q-it": "corrected", "q-it-relationship": "client"},
            {"answer": "corrected", "relationship": "client"},
        ),
        ("dates_confirm", {"q-it": "confirmed"}, {"answer": "confirmed", "from": "2021-03", "to": "2023-08"}),
        (
            "dates_confirm",
            {"q-it": "corrected", "q-it-from_month": "4", "q-it-from_year": "2021", "q-it-ongoing": "on"},
            {"answer": "corrected", "from": "2021-04", "to": None},
        ),
        ("title_confirm", {"q-it": "unsure", "q-it-title": "left over"}, {"answer": "unsure", "title": ""}),
    ],
)
def test_a_valid_form_returns_the_value_and_shows_it_again(
    kind: str, data: Mapping[str, object], stored: Json
) -> None:
    asked = question(kind)
    form = _posted(asked, data)
    assert form.is_valid()
    assert form.answers == {"it": stored}
    again = QuestionForm([asked], saved={"it": stored}, stated=STATED)
    shown = {part: field.value() for part, field in again.blocks[0].parts.items()}
    resent = _posted(asked, {f"q-it{part}": value for part, value in _flat(kind, shown).items()})
    assert resent.is_valid()
    assert resent.answers == {"it": stored}


def _flat(kind: str, shown: Mapping[str, object]) -> dict[str, object]:
    """Values of parts as a browser sends them: dates in pieces, empty boxes left out."""
    sent: dict[str, object] = {}
    for part, value in shown.items():
        name = f"-{part}" if part else ""
        if part in {"from", "to"} or kind == "date":
            pieces = dict(zip(("year", "month", "day"), str(value or "").split("-"), strict=False))
            sent |= {f"{name}_{piece}": number.lstrip("0") for piece, number in pieces.items()}
        elif value:
            sent[name] = value
    return sent


@pytest.mark.parametrize(
    ("kind", "data", "errors"),
    [
        ("rating", {}, {"it": ["Choose the level that fits best, or that you can't judge this."]}),
        ("agreement", {}, {"it": ["Choose how much you agree, or that you can't judge this."]}),
        ("adjectives", {"q-it": ["red"]}, {"it": ["Choose 1 more (2 in all)."]}),
        ("between", {}, {"it": ["Choose the position that fits best, or that you can't judge this."]}),
        ("number", {"q-it": "some"}, {"it": ["Enter a number in figures, for example 12."]}),
        (
            "date",
            {"q-it_day": "31", "q-it_month": "2", "q-it_year": "2021"},
            {"it": ["That date doesn't exist. Please check it."]},
        ),
        ("period", {}, {"it-from": ["Enter the first month, with the year."]}),
        (
            "period",
            {"q-it-from_month": "4", "q-it-from_year": "2021", "q-it-to_month": "5"},
            {"it-to": ["Enter the year as well as the month."]},
        ),
        ("long_text", {"q-it": " "}, {"it": ["Please write something here. One sentence is enough."]}),
        (
            "yes_no_unsure",
            {"q-it": "no", "q-it-comment": "x" * 2_001},
            {"it-comment": ["This is 1 character over the limit of 2,000. Please shorten it."]},
        ),
        (
            "dates_confirm",
            {"q-it": "corrected", "q-it-from_month": "4", "q-it-from_year": "2021"},
            {"it-to": ["Enter the last month, with the year, or tick that it's ongoing."]},
        ),
        (
            "title_confirm",
            {"q-it": "corrected", "q-it-title": ""},
            {"it-title": ["Enter the job title as you know it."]},
        ),
    ],
)
def test_errors_are_attached_to_their_inputs(
    kind: str, data: Mapping[str, object], errors: dict[str, list[str]]
) -> None:
    form = _posted(question(kind), data)
    assert not form.is_valid()
    assert _errors(form) == errors


def test_an_unstated_relationship_is_asked_with_one_list() -> None:
    form = _posted(question("relationship_confirm"), {}, NOTHING_STATED)
    assert _errors(form) == {"it-relationship": ["Choose the relationship."]}
    assert form.blocks[0].main is None


def test_unstated_dates_cannot_be_confirmed() -> None:
    form = QuestionForm([question("dates_confirm")], stated=NOTHING_STATED)
    assert form.fields["it"].choices == [("corrected", "I know the dates"), ("unsure", "I'm not sure")]  # type: ignore[attr-defined]  # the field is a choice field


def test_rejected_text_is_kept_and_escaped() -> None:
    typed = "<b>bold</b> " + "x" * 10_000
    form = _posted(question("long_text"), {"q-it": typed})
    assert not form.is_valid()
    page = render_to_string("questionnaires/questions.html", {"form": form})
    assert page.count("&lt;b&gt;bold&lt;/b&gt; xxx") == 1
    assert page.count("<b>bold") == 0


def test_valid_answers_are_kept_when_another_one_fails() -> None:
    form = QuestionForm(
        [question("short_text", id="good"), question("short_text", id="bad")], data={"q-good": "kept"}
    )
    assert not form.is_valid()
    assert form.answers == {"good": "kept"}


def test_field_names_of_questions_and_parts_do_not_collide() -> None:
    asked = [question("yes_no_unsure", id="it"), question("short_text", id="it_comment")]
    form = QuestionForm(asked, data={"q-it": "yes", "q-it-comment": "one", "q-it_comment": "two"})
    assert form.is_valid()
    assert form.answers == {"it": {"answer": "yes", "comment": "one"}, "it_comment": "two"}


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_texts_are_escaped_once(kind: str) -> None:
    stated = Stated(relationship="manager", title="<i>Lead</i> & co", from_month="2021-03")
    asked = fill_placeholders(
        [question(kind, text="Is {candidate}?", help="Of {candidate}")], candidate="<u>Zoë</u> & Söhne"
    )
    page = render_to_string("questionnaires/questions.html", {"form": QuestionForm(asked, stated=stated)})
    assert page.count("<u>") + page.count("<i>") + page.count("&amp;lt;") + page.count("&amp;amp;") == 0
    assert page.count("&lt;u&gt;Zoë&lt;/u&gt; &amp; Söhne") == 2


def test_every_page_of_the_built_in_template_is_rendered() -> None:
    asked = fill_placeholders(load().questions, candidate="Ada")
    radios = []
    for page in pages(asked):
        form = QuestionForm(page, stated=STATED)
        radios.append(render_to_string("questionnaires/questions.html", {"form": form}).count('type="radio"'))
    # relationship 2, dates 3, title 3; five levels or places and "can't judge"; none for words and texts; work again 4
    assert radios == [8, 12, 12, 6, 6, 4]


def test_a_rating_shows_every_level_and_the_chosen_one() -> None:
    value: Json = {"level": 2, "not_able": False, "comment": ""}
    form = QuestionForm([question("rating")], saved={"it": value})
    page = render_to_string("questionnaires/questions.html", {"form": form})
    assert [page.count(f"Example {level}") for level in (1, 2, 3, 4, 5)] == [1] * 5
    assert page.count(" checked") == 1
    assert page.count('value="2" checked') == 1


def test_the_error_summary_links_to_the_inputs() -> None:
    form = QuestionForm([question("rating"), question("long_text", id="more")], data={})
    page = render_to_string("questionnaires/questions.html", {"form": form})
    assert [page.count(f'href="#{target}"') for target in ("id_q-it_0", "id_q-more")] == [1, 1]
    assert [page.count(f'id="{target}"') for target in ("id_q-it_0", "id_q-more")] == [1, 1]


def test_rejected_input_is_kept() -> None:
    asked = [question("adjectives", id="words"), question("number", id="many"), question("date", id="day")]
    data = {"q-words": ["red", "green", "blue"], "q-many": "a <b>", "q-day_day": "x", "q-day_year": "<i>"}
    form = QuestionForm(asked, data=data)
    assert not form.is_valid()
    page = render_to_string("questionnaires/questions.html", {"form": form})
    kept = (" checked", 'value="a &lt;b&gt;"', 'value="x"', 'value="&lt;i&gt;"')
    assert [page.count(text) for text in kept] == [3, 1, 1, 1]


@pytest.mark.parametrize(
    ("kind", "changes", "hint"),
    [
        ("adjectives", {"pick": 2}, "As you saw it. Choose exactly 2."),
        ("multiple_choice", {"most": 1}, "As you saw it. Choose exactly 1."),
        ("multiple_choice", {"most": 2}, "As you saw it. Choose at most 2."),
        ("multiple_choice", {"least": 2}, "As you saw it. Choose at least 2."),
        ("multiple_choice", {}, "As you saw it. Choose all that apply."),
    ],
)
def test_the_hint_says_how_many_answers_to_choose(kind: str, changes: dict[str, int], hint: str) -> None:
    form = QuestionForm([question(kind, help="As you saw it.", **changes)])
    assert form.fields["it"].help_text == hint


def test_places_between_statements_have_labels_for_screen_readers() -> None:
    page = render_to_string("questionnaires/questions.html", {"form": QuestionForm([question("between")])})
    heard = ("Much more like: Plans first", "A little more like: Starts at once", ">Both equally</span>")
    assert [page.count(text) for text in heard] == [1, 1, 2]
    assert page.count('aria-hidden="true">Plans first</p>') == 1


def test_statements_of_one_competency_share_a_heading() -> None:
    asked = [
        question("agreement", id=name, competency=competency)
        for name, competency in (("a", "Care"), ("b", "Care"), ("c", "Pace"), ("d", ""))
    ]
    assert [block.heading for block in QuestionForm(asked).blocks] == ["Care", "", "Pace", ""]


def test_a_number_is_described_by_unit_hint_and_error() -> None:
    form = QuestionForm([question("number", unit="hours <b>", help="A week.")], data={"q-it": "x"})
    page = render_to_string("questionnaires/questions.html", {"form": form})
    assert page.count('aria-describedby="id_q-it_unit id_q-it_helptext id_q-it_error"') == 1
    assert page.count('id="id_q-it_unit">hours &lt;b&gt;</span>') == 1


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({"least": 0}, "numeric"),
        ({"least": 0, "decimals": 1}, "decimal"),
        ({"least": -5}, "text"),
        ({}, "text"),
    ],
)
def test_input_mode_fits_the_number(changes: dict[str, int], mode: str) -> None:
    form = QuestionForm([question("number", **changes)])
    assert form.fields["it"].widget.attrs["inputmode"] == mode


def test_a_conditional_question_is_rendered_like_any_other() -> None:
    asked = parse(
        [
            {"id": "first", "type": "yes_no_unsure", "text": "?"},
            {"id": "then", "type": "date", "text": "?", "when": {"question": "first", "is": ["yes"]}},
        ]
    )
    form = QuestionForm(asked[1:], data={"q-then_day": "1", "q-then_month": "2", "q-then_year": "2024"})
    assert form.is_valid()
    assert form.answers == {"then": "2024-02-01"}
