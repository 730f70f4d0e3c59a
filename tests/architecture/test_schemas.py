"""The published JSON Schemas match the code and reject what imports reject."""

from typing import get_args

import pytest
import schemas

from goodword.questionnaires.types import Question


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_the_published_schema_is_current(name: str) -> None:
    assert (schemas.FOLDER / name).read_text("utf-8") == schemas.text_of(schemas.SCHEMAS[name])


def test_the_schema_has_every_question_type_and_forbids_other_properties() -> None:
    schema = schemas.SCHEMAS["questionnaire.json"]()
    types = schema["properties"]["languages"]["additionalProperties"]["items"]["discriminator"]["mapping"]
    assert len(types) == len(get_args(Question.__value__))
    objects = [one for one in schema["$defs"].values() if "properties" in one]
    assert all(one["additionalProperties"] is False for one in objects)


def test_the_schema_allows_untranslated_texts_of_a_draft() -> None:
    kinds = schemas.SCHEMAS["questionnaire.json"]()["$defs"]
    assert [name for name in ("Heading", "Label", "Statement", "Text") if "minLength" in kinds[name]] == []
