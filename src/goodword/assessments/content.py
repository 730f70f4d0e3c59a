"""What a version of a test holds, as the type of its kind."""

from functools import lru_cache
from typing import Any

from goodword.assessments.kinds.custom.content import QuestionSet, read_questions
from goodword.assessments.kinds.judgement.content import JudgementSet, read_judgement
from goodword.assessments.kinds.reasoning.content import Forms, read_forms
from goodword.assessments.kinds.scales.content import Instrument, parse_pack
from goodword.assessments.models import Test, TestVersion

type Content = Instrument | JudgementSet | QuestionSet | Forms


def content_of(version: TestVersion) -> Content:
    """The content, read from its JSON. A published version is read once a process; no query beside its test's.

    Of a version that was fetched without its content (`deferred`), that is read from the database the first time.
    """
    if version.published_at is None:
        return read(version.test.kind, version.content)
    return _read_once(version.pk, version.test.kind, _Held(version))


def read(kind: str, data: Any) -> Content:
    """Content out of JSON. Raises `ReadingError` with a sentence on what is wrong."""
    match kind:
        case Test.Kind.SCALES:
            return parse_pack(data)
        case Test.Kind.JUDGEMENT:
            return read_judgement(data)
        case Test.Kind.QUESTIONS:
            return read_questions(data)
        case Test.Kind.REASONING:
            return read_forms(data)
    raise LookupError(f"There are no tests of the kind “{kind}”.")


class _Held:
    """Carries the row past the cache's key: a version that was published never changes."""

    def __init__(self, version: TestVersion) -> None:
        self.version = version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=512)
def _read_once(pk: int, kind: str, held: _Held) -> Content:
    del pk
    return read(kind, held.version.content)
