"""A situational judgement set: situations of work, actions to rate, and how effective each is keyed to be.

It is one JSON file: `kind ("judgement"), id, version, language, name, licence, source, construct, instructions,
response_scale, key_basis, scenarios`. `docs/content-packs.md` describes each field.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import ngettext

from goodword.assessments.kinds.packs import (
    DECIDING_SECONDS,
    FULL_FORM,
    FormOffer,
    PackError,
    ResponseOption,
    check_rights,
    read_response_scale,
    unique,
    whole_minutes,
)
from goodword.core.json_reading import Reader
from goodword.questionnaires.timing import reading_seconds

KIND: Final = "judgement"
FEWEST_ACTIONS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that somebody could do. `effectiveness` is the key, on the answer scale in half steps; `reason` says
    why it is keyed so, and may be empty in sets from outside."""

    id: str
    text: str
    effectiveness: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A situation, and the actions that are rated in it, in the order shown."""

    id: str
    text: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementSet:
    """All of one version in one language. Translations of a version share ids and keys.

    `key_basis` says in plain words how the key came about, `construct` in one sentence what the set is about. Ids of
    actions are unique in the whole set.
    """

    id: str
    version: str
    language: str
    name: str
    licence: str
    source: str
    construct: str
    instructions: str
    response_scale: tuple[ResponseOption, ...]
    key_basis: str
    scenarios: tuple[Scenario, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions of all scenarios, in order."""
        return tuple(action for scenario in self.scenarios for action in scenario.actions)

    def offers(self) -> tuple[FormOffer, ...]:
        """The only form."""
        return (FormOffer(id=FULL_FORM, name="", items=len(self.scenarios), minutes=self.minutes(FULL_FORM)),)

    def form_label(self, form_id: str) -> str:
        """The form in words."""
        del form_id
        n = len(self.scenarios)
        return ngettext("%(n)s situation", "%(n)s situations", n) % {"n": n}

    def count(self, form_id: str) -> int:
        """How many situations there are."""
        del form_id
        return len(self.scenarios)

    def minutes(self, form_id: str) -> int:
        """About how long the set takes."""
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
        """The lowest value of the answer scale."""
        return self.response_scale[0].value

    @property
    def highest(self) -> int:
        """The highest value of the answer scale."""
        return self.response_scale[-1].value


def read_judgement(data: object) -> JudgementSet:
    """A judgement set out of JSON. Raises `PackError` with a sentence that names the place.

    Checked are: licence and source; the answer scale rises one by one; each scenario has at least two actions; ids are
    unique; each key lies on the answer scale in half steps; it is said how the key came about.
    """
    reader = Reader(data, where="the judgement set", error=PackError)
    if reader.text("kind", default="") != KIND:
        raise reader.wrong(f"needs “{KIND}” under “kind”")
    check_rights(reader, what="scenarios")
    scale = read_response_scale(reader)
    scenarios = tuple(_scenario(entry, scale) for entry in reader.objects("scenarios", each="scenario"))
    unique(reader, "scenario", [scenario.id for scenario in scenarios])
    unique(reader, "action", [action.id for scenario in scenarios for action in scenario.actions])
    judgement = JudgementSet(
        id=reader.text("id", longest=60),
        version=reader.text("version", longest=20),
        language=reader.text("language", longest=10),
        name=reader.text("name", longest=200),
        licence=reader.text("licence"),
        source=reader.text("source"),
        construct=reader.text("construct"),
        instructions=reader.text("instructions", longest=1000),
        response_scale=scale,
        key_basis=reader.text("key_basis", longest=1000),
        scenarios=scenarios,
    )
    reader.done()
    return judgement


def to_json(judgement: JudgementSet) -> dict[str, Any]:
    """The set as plain JSON in the published form; `read_judgement` gives it back."""
    plain = asdict(judgement)
    for key in ("response_scale", "scenarios"):
        plain[key] = list(plain[key])
    for scenario in plain["scenarios"]:
        scenario["actions"] = list(scenario["actions"])
    return {"kind": KIND, **plain}


def _scenario(reader: Reader, scale: tuple[ResponseOption, ...]) -> Scenario:
    actions = tuple(
        _action(entry, lowest=scale[0].value, highest=scale[-1].value)
        for entry in reader.objects("actions", each="action")
    )
    if len(actions) < FEWEST_ACTIONS:
        raise reader.wrong("needs at least two actions to rate")
    scenario = Scenario(
        id=reader.text("id", longest=20), text=reader.text("text", longest=1000), actions=actions
    )
    reader.done()
    return scenario


def _action(reader: Reader, *, lowest: int, highest: int) -> Action:
    effectiveness = reader.number("effectiveness")
    if not lowest <= effectiveness <= highest or not (2 * effectiveness).is_integer():
        raise reader.wrong(f"needs an effectiveness from {lowest} to {highest}, in half steps")
    action = Action(
        id=reader.text("id", longest=20),
        text=reader.text("text"),
        effectiveness=effectiveness,
        reason=reader.text("reason", default=""),
    )
    reader.done()
    return action
