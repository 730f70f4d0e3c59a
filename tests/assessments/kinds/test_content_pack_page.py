"""The page about content packs: its examples are valid, and it lists all fields."""

import json
import re
from dataclasses import fields
from pathlib import Path

from goodword.assessments.kinds.content import Criterion, PublishedNormGroup, Scale
from goodword.assessments.kinds.custom_questions.content import (
    CustomQuestions,
    custom_questions_to_json,
    read_custom_questions,
)
from goodword.assessments.kinds.judgement.content import (
    Action,
    JudgementSet,
    Situation,
    read_judgement,
    to_json,
)
from goodword.assessments.kinds.scales.content import Instrument, parse_pack
from goodword.assessments.kinds.scales.content import to_json as pack_to_json

PAGE = (Path(__file__).parents[3] / "docs" / "content-packs.md").read_text("utf-8")
PACK, JUDGEMENT, QUESTIONS = (
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
)


def test_documented_examples_are_read_and_written() -> None:
    assert pack_to_json(parse_pack(PACK)) == PACK
    assert to_json(read_judgement(JUDGEMENT)) == JUDGEMENT
    questions = read_custom_questions(QUESTIONS)
    exported = custom_questions_to_json(questions)
    assert {name: exported[name] for name in QUESTIONS if name != "questions"} == {
        name: value for name, value in QUESTIONS.items() if name != "questions"
    }
    assert read_custom_questions(exported) == questions


def test_every_field_is_named_on_the_page() -> None:
    named = {
        field.name
        for kind in (
            Instrument,
            Scale,
            PublishedNormGroup,
            JudgementSet,
            Situation,
            Action,
            CustomQuestions,
            Criterion,
        )
        for field in fields(kind)
    }
    assert sorted(name for name in named if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE) == []
