"""Whether two languages of one version are the same test: the same ids, keys and answer values in the same order."""

from collections.abc import Mapping, Sequence
from typing import Final

from goodword.assessments.library.instrument import Instrument
from goodword.assessments.library.judgement import JudgementSet
from goodword.assessments.library.pack_file import Imported
from goodword.assessments.library.questions import QuestionSet, questions_to_json
from goodword.questionnaires.reading import Json

#: what is translated
_WORDS: Final = frozenset(
    {"text", "help", "self_text", "label", "example", "left", "right", "unit", "competency", "anchors"}
)


def difference(one: Imported, other: Imported) -> str:
    """What differs but must not, in a word or two ("the items"); empty if nothing does."""
    if type(one) is not type(other):
        return "the kind of test"
    first, second = _shape(one), _shape(other)
    return next((name for name in first if first[name] != second[name]), "")


def _shape(content: Imported) -> Mapping[str, object]:
    match content:
        case Instrument():
            return {
                "the scales": [scale.id for scale in content.scales],
                "the items": [(item.id, item.scale, item.keyed) for item in content.items],
                "the short forms": [(form.id, form.item_ids) for form in content.short_forms],
                "the answer scale": [option.value for option in content.response_scale],
            }
        case JudgementSet():
            return {
                "the situations": [scenario.id for scenario in content.scenarios],
                "the actions or their keys": [(one.id, one.effectiveness) for one in content.actions],
                "the answer scale": [option.value for option in content.response_scale],
            }
        case QuestionSet():
            plain = questions_to_json(content)
            return {
                "the questions": _without_words(plain["questions"]),
                "the rubrics": _without_words(plain["rubrics"]),
                "the right answers": plain["right"],
            }


def _without_words(value: Json) -> object:
    if isinstance(value, Mapping):
        return {name: _without_words(entry) for name, entry in value.items() if name not in _WORDS}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_words(entry) for entry in value]
    return value
