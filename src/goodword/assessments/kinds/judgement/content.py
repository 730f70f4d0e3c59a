"""A situational judgement set: situations, actions to rate, and their keys. JSON: `docs/content-packs.md`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from django.utils.translation import gettext, ngettext
from pydantic import ConfigDict, Field, FiniteFloat, Strict, TypeAdapter
from pydantic import StringConstraints as Limits

from goodword.assessments.kinds.content import FULL_FORM, FormOffer, Panel
from goodword.assessments.kinds.packs import (
    DECIDING_SECONDS,
    KNOWN_NAMES,
    OPTIONAL,
    TEXT,
    ResponseScale,
    check_rights,
    check_unique,
    read,
    wrong,
)
from goodword.assessments.psychometrics.profiles import LEAST_GROUPS
from goodword.core.text import reading_seconds, whole_minutes, written_figure

KIND: Final = "judgement"
FEWEST_ACTIONS: Final = 2
#: experts whose ratings a panel's key needs
LEAST_EXPERTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A possible action. `effectiveness` is the key on the answer scale, with at most two decimals."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    id: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    text: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    effectiveness: Annotated[FiniteFloat, Strict()]
    reason: Annotated[str, OPTIONAL, Limits(max_length=500)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    id: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    text: Annotated[str, TEXT, Limits(min_length=1, max_length=1000)]
    actions: Annotated[tuple[Action, ...], Field(min_length=FEWEST_ACTIONS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementSet:
    """One version in one language. Translations of a version share ids and keys; action ids are unique in the set.

    `key_basis` explains how the key was set; `construct` describes in a sentence what the set measures.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", title="Judgement set")

    kind: Literal["judgement"]
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
    situations: Annotated[tuple[Situation, ...], Field(min_length=1)]
    #: set when a version is published, never read from a file
    panel: Panel | None = None

    @property
    def is_for_practice(self) -> bool:
        """Whether results are for practice only, because the key wasn't set by a panel whose ratings agree."""
        return self.panel is None or not self.panel.agrees

    @property
    def is_too_short_for_norms(self) -> bool:
        """Whether there are too few situations for a band, so that candidates can't be compared by their
        correlations."""
        return len(self.situations) < LEAST_GROUPS

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for situation in self.situations for action in situation.actions)

    def offers(self) -> tuple[FormOffer, ...]:
        return (
            FormOffer(id=FULL_FORM, name="", items=len(self.situations), minutes=self.minutes(FULL_FORM)),
        )

    def form_label(self, form_id: str) -> str:
        del form_id
        n = len(self.situations)
        return ngettext("%(n)s situation", "%(n)s situations", n) % {"n": n}

    def count(self, form_id: str) -> int:
        del form_id
        return len(self.situations)

    def minutes(self, form_id: str) -> int:
        del form_id
        return whole_minutes(
            reading_seconds(self.instructions)
            + sum(
                reading_seconds(situation.text)
                + sum(reading_seconds(action.text) + DECIDING_SECONDS for action in situation.actions)
                for situation in self.situations
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
    """Parse a set. Raises `PackError` with a sentence that names the field."""
    check_rights(data, _WHOLE, what="situations")
    judgement = read(SET, data, whole=_WHOLE)
    check_unique(_WHOLE, "situation", [situation.id for situation in judgement.situations])
    check_unique(_WHOLE, "action", [action.id for action in judgement.actions])
    lowest, highest = judgement.lowest, judgement.highest
    for number, situation in enumerate(judgement.situations, start=1):
        for place, action in enumerate(situation.actions, start=1):
            key = action.effectiveness
            if not lowest <= key <= highest or round(key, 2) != key:
                raise wrong(
                    f"action {place} of situation {number} of {_WHOLE}",
                    f"needs an effectiveness from {lowest} to {highest}, with at most two decimals",
                )
    return judgement


def check_keys(judgement: JudgementSet) -> None:
    """Raise `PackError` if the keys don't differ in any situation, since correlations would be undefined."""
    if all(
        len({action.effectiveness for action in situation.actions}) == 1 for situation in judgement.situations
    ):
        raise wrong(_WHOLE, "needs a situation whose actions have different keys")


def to_json(judgement: JudgementSet) -> dict[str, Any]:
    plain = asdict(judgement)
    if judgement.panel is None:
        del plain["panel"]
    for key in ("response_scale", "situations"):
        plain[key] = list(plain[key])
    for situation in plain["situations"]:
        situation["actions"] = list(situation["actions"])
    return plain


def without_key(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content for a file: without keys, their reasons and the panel. Keys set by a panel are private to the
    organisation."""
    situations = [
        {
            **situation,
            "actions": [{"id": action["id"], "text": action["text"]} for action in situation["actions"]],
        }
        for situation in content["situations"]
    ]
    return {**{name: value for name, value in content.items() if name != "panel"}, "situations": situations}


def schema() -> dict[str, Any]:
    found = SET.json_schema()
    del found["properties"]["panel"], found["$defs"]["Panel"]
    return found


def panel_basis(panel: Panel) -> str:
    return gettext(
        "Set by a panel of %(experts)s experts, who rated all actions independently; the key is the mean of their "
        "ratings. Agreement of this mean (intraclass correlation): %(icc)s, 95%% interval %(low)s to %(high)s."
    ) % {
        "experts": panel.experts,
        "icc": decimals(panel.icc_average),
        "low": decimals(panel.icc_average_interval[0]),
        "high": decimals(panel.icc_average_interval[1]),
    }


def decimals(value: float) -> str:
    return written_figure(value)
