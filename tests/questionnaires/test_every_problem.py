"""Errors name all wrong parts of an answer."""

import pytest

from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.questions import parse
from goodword.ui.fields import error_links

ORDER = {
    "type": "ranking",
    "id": "order",
    "text": "What comes first?",
    "choices": [{"value": one, "label": one.title()} for one in ("mail", "calls", "plan")],
}
PERIOD = {"type": "period", "id": "when", "text": "When was it?"}


@pytest.mark.parametrize(
    ("question", "typed", "found"),
    [
        (ORDER, {}, ["q-order-mail"]),
        (ORDER, {"q-order-calls": "1"}, ["q-order-mail", "q-order-plan"]),
        (ORDER, {"q-order-mail": "1", "q-order-calls": "1"}, ["q-order-calls", "q-order-plan"]),
        (PERIOD, {"q-when-from_month": "3", "q-when-to_year": "2021"}, ["q-when-from", "q-when-to"]),
        (PERIOD, {"q-when-from_month": "3", "q-when-from_year": "2021"}, ["q-when-to"]),
        (PERIOD, {"q-when-ongoing": "on"}, ["q-when-from"]),
        (
            PERIOD,
            {"q-when-from_month": "3", "q-when-from_year": "21", "q-when-to_month": "4"},
            ["q-when-from", "q-when-to"],
        ),
    ],
)
def test_every_wrong_part_has_a_message_and_a_link(
    question: dict[str, object], typed: dict[str, str], found: list[str]
) -> None:
    form = QuestionForm(parse((question,)), data=typed)
    assert [name for name in form.fields if form[name].errors] == [name[2:] for name in found]
    links = [link.target for link in error_links([form])]
    assert [link.removeprefix("id_").removesuffix("_0") for link in links] == found
