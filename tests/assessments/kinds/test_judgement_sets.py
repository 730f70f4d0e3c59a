"""Judgement sets: the published format is accepted, and errors are explained."""

import pytest

from goodword.assessments.kinds.judgement.content import Action, Situation, read_judgement, to_json
from goodword.assessments.kinds.packs import PackError
from tests.assessments.builtins import load_judgement
from tests.assessments.kinds.judgements import small_set, with_action

EFFECTIVENESS = "needs an effectiveness from 1 to 5, with at most two decimals."


def test_a_set_in_the_published_form_is_read_whole() -> None:
    judgement = read_judgement(small_set())
    assert judgement.situations[1] == Situation(
        id="b",
        text="The printer is empty.",
        actions=(
            Action(id="b1", text="Use another one.", effectiveness=3.0, reason="It is quick."),
            Action(id="b2", text="Print it later.", effectiveness=2.0, reason="It is slow."),
        ),
    )
    assert [action.id for action in judgement.actions] == ["a1", "a2", "b1", "b2"]
    assert (judgement.lowest, judgement.highest, judgement.key_basis) == (1, 5, "Made up.")


def test_an_exported_set_reads_back_equal() -> None:
    assert to_json(read_judgement(small_set())) == small_set()
    built_in = load_judgement("judgement_customer", language="de")
    assert read_judgement(to_json(built_in)) == built_in


def test_a_reason_may_be_left_out() -> None:
    assert read_judgement(with_action(reason=None)).actions[3].reason == ""


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "The judgement set must be an object with named values."),
        (small_set(kind="scales"), "The judgement set needs 'judgement' under “kind”."),
        (
            small_set(licence=None),
            "The judgement set has no licence; say under which licence the situations may be used.",
        ),
        (
            small_set(source=None),
            "The judgement set has no source; say who wrote the situations and where they were published.",
        ),
        (small_set(key_basis=""), "The judgement set needs a text under “key_basis”."),
        (small_set(situations=[]), "The judgement set needs at least 1 entry under “situations”."),
        (small_set(keys=[]), "The judgement set has “keys”, which isn't a known field."),
        (
            small_set(response_scale=[{"value": 1, "label": "Bad"}]),
            "The judgement set needs an answer scale of at least two values, rising one by one.",
        ),
        (
            small_set(situations=[small_set()["situations"][0]] * 2),
            "The judgement set has the situation “a” twice.",
        ),
        (with_action(id="a1"), "The judgement set has the action “a1” twice."),
        (
            with_action(effectiveness=5.5),
            f"Action 2 of situation 2 of the judgement set {EFFECTIVENESS}",
        ),
        (
            with_action(effectiveness=2.255),
            f"Action 2 of situation 2 of the judgement set {EFFECTIVENESS}",
        ),
        (with_action(text=""), "Action 2 of situation 2 of the judgement set needs a text under “text”."),
        (
            with_action(best=True),
            "Action 2 of situation 2 of the judgement set has “best”, which isn't a known field.",
        ),
        (
            small_set(
                situations=[
                    {"id": "a", "text": "One.", "actions": small_set()["situations"][0]["actions"][:1]}
                ]
            ),
            "Situation 1 of the judgement set needs at least 2 entries under “actions”.",
        ),
    ],
)
def test_invalid_sets_are_refused_with_field_and_reason(data: object, sentence: str) -> None:
    with pytest.raises(PackError) as refused:
        read_judgement(data)
    assert str(refused.value) == sentence


def test_an_unknown_built_in_set_is_refused() -> None:
    with pytest.raises(LookupError) as refused:
        load_judgement("judgement_astronauts")
    assert refused.value.args == ("There is no such built-in pack, or not in this version.",)
