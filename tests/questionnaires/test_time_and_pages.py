"""The minutes said beforehand, the pages, and the names filled in."""

from goodword.questionnaires.builtin import load
from goodword.questionnaires.pages import pages
from goodword.questionnaires.timing import minutes, question_seconds
from goodword.questionnaires.wording import worded
from tests.questionnaires.samples import question


def test_seconds_follow_the_documented_sum() -> None:
    # 3 words at 200 a minute, 4 seconds to decide, 4 words at 36 a minute
    assert round(question_seconds(question("short_text")), 3) == round(0.9 + 4 + 4 * 60 / 36, 3)
    # an optional text is written half as long
    assert round(question_seconds(question("long_text", required=False)), 3) == round(
        0.9 + 10 + 12.5 * 60 / 36, 3
    )


def test_labels_that_have_come_before_are_not_read_again() -> None:
    once = question("rating", id="one", text="Well?")
    again = question("rating", id="two", text="Well?")
    # 1 word of text, 10 of labels, 10 of examples; the second time only the decision
    assert round(question_seconds(once), 1) == round(21 * 0.3 + 8, 1)
    assert minutes([once] * 3 + [again]) == 1


def test_the_general_template_takes_about_five_minutes() -> None:
    assert minutes(load().questions) == 5


def test_even_one_short_question_takes_a_minute() -> None:
    assert minutes([question("yes_no_unsure")]) == 1


def test_what_is_to_be_confirmed_shares_a_page_and_all_else_has_its_own() -> None:
    assert [[asked.id for asked in page] for page in pages(load().questions)] == [
        ["relationship", "dates", "title"],
        ["reliability"],
        ["quality"],
        ["teamwork"],
        ["communication"],
        ["problem_solving"],
        ["adjectives"],
        ["beginning"],
        ["strengths"],
        ["develop"],
        ["work_again"],
    ]


def test_names_are_filled_in_once_and_other_braces_stay() -> None:
    asked = question("rating", text="Was {candidate} at {company} {careful}?", help="{candidate}")
    filled = worded([asked], candidate="{company} & Sons", company="Acme")[0]
    assert (filled.text, filled.help) == ("Was {company} & Sons at Acme {careful}?", "{company} & Sons")
