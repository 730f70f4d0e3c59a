"""A situational judgement set: situations, actions to rate, and their keys. JSON: `docs/content-packs.md`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from django.utils.translation import ngettext
from pydantic import ConfigDict, Field, FiniteFloat, Strict, TypeAdapter
from pydantic import StringConstraints as Limits

from goodword.assessments.kinds.packs import (
    DECIDING_SECONDS,
    FULL_FORM,
    KNOWN_NAMES,
    OPTIONAL,
    TEXT,
    FormOffer,
    ResponseScale,
    check_rights,
    check_unique,
    read,
    whole_minutes,
    wrong,
)
from goodword.questionnaires.timing import reading_seconds

KIND: Final = "judgement"
FEWEST_ACTIONS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A possible action. `effectiveness` is the key, on the answer scale in half steps."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    id: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    text: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    effectiveness: Annotated[FiniteFloat, Strict()]
    reason: Annotated[str, OPTIONAL, Limits(max_length=500)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    id: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    text: Annotated[str, TEXT, Limits(min_length=1, max_length=1000)]
    actions: Annotated[tuple[Action, ...], Field(min_length=FEWEST_ACTIONS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementSet:
    """One version in one language. Translations of a version share ids and keys; action ids are unique in the set.

    `key_basis` says in plain words how the key was set, `construct` in one sentence what the set measures.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", title="Judgement set")

    kind: Literal["judgement"] = KIND
    id: Annotated[str, TEXT, Limits(min_length=1, max_length=60)]
    version: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    language: Annotated[str, TEXT, Limits(min_length=1, max_length=10)]
    name: Annotated[str, TEXT, Limits(min_length=1, max_length=200)]
    licence: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    source: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    construct: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    instructions: Annotated[str, TEXT, Limits(min_length=1, max_length=1000)]
    response_scale: ResponseScale
    key_basis: Annotated[str, TEXT, Limits(min_length=1, max_length=1000)]
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1)]

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for scenario in self.scenarios for action in scenario.actions)

    def offers(self) -> tuple[FormOffer, ...]:
        return (FormOffer(id=FULL_FORM, name="", items=len(self.scenarios), minutes=self.minutes(FULL_FORM)),)

    def form_label(self, form_id: str) -> str:
        del form_id
        n = len(self.scenarios)
        return ngettext("%(n)s situation", "%(n)s situations", n) % {"n": n}

    def count(self, form_id: str) -> int:
        del form_id
        return len(self.scenarios)

    def minutes(self, form_id: str) -> int:
        del form_id
        return whole_minutes(
            reading_seconds(self.instructions)
            + sum(
                reading_seconds(scenario.text)
                + sum(reading_seconds(action.text) + DECIDING_SECONDS for action in scenario.actions)
                for scenario in self.scenarios
            )
        )

    @property
    def lowest(self) -> int:
        return self.response_scale[0].value

    @property
    def highest(self) -> int:
        return self.response_scale[-1].value


SET: Final = TypeAdapter(JudgementSet)
_WHOLE: Final = "the judgement set"


def read_judgement(data: object) -> JudgementSet:
    """A judgement set from JSON. Raises `PackError` with a sentence that names the field."""
    if isinstance(data, Mapping) and "kind" not in data:
        raise wrong(_WHOLE, f"needs “{KIND}” under “kind”")
    check_rights(data, _WHOLE, what="scenarios")
    judgement = read(SET, data, whole=_WHOLE)
    check_unique(_WHOLE, "scenario", [scenario.id for scenario in judgement.scenarios])
    check_unique(_WHOLE, "action", [action.id for action in judgement.actions])
    lowest, highest = judgement.lowest, judgement.highest
    for number, scenario in enumerate(judgement.scenarios, start=1):
        for place, action in enumerate(scenario.actions, start=1):
            key = action.effectiveness
            if not lowest <= key <= highest or not (2 * key).is_integer():
                raise wrong(
                    f"action {place} of scenario {number} of {_WHOLE}",
                    f"needs an effectiveness from {lowest} to {highest}, in half steps",
                )
    return judgement


def to_json(judgement: JudgementSet) -> dict[str, Any]:
    """The set as JSON, which `read_judgement` reads back."""
    plain = asdict(judgement)
    for key in ("response_scale", "scenarios"):
        plain[key] = list(plain[key])
    for scenario in plain["scenarios"]:
        scenario["actions"] = list(scenario["actions"])
    return plain
