"""Writes the JSON Schemas of hand-written files: `python scripts/schemas.py`. A test rejects outdated ones."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import without_database

from goodword.assessments.kinds.custom_questions.content import QuestionPack
from goodword.assessments.kinds.judgement import content as judgement
from goodword.assessments.kinds.scales.content import ContentPack
from goodword.questionnaires.editor.files import file_schema
from goodword.workspace.comparison.files import results_schema

assert without_database  # the registry of kinds imports models

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs/schemas"
SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "content-pack.json": ContentPack.model_json_schema,
    "custom-questions.json": QuestionPack.model_json_schema,
    "judgement-set.json": judgement.schema,
    "questionnaire.json": file_schema,
    "role-results.json": results_schema,
}


def text_of(schema: Callable[[], dict[str, Any]]) -> str:
    """The text of a schema's file."""
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema()}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Write all."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in SCHEMAS.items():
        (FOLDER / name).write_text(text_of(schema), "utf-8")
        print(FOLDER / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
