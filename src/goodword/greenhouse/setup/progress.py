"""The list that fills while a key is tried."""

from dataclasses import dataclass

from goodword.greenhouse.models import Permission
from goodword.greenhouse.setup.permissions import state_of
from goodword.greenhouse.setup.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A permission and, as the components name it, what is known of it so far."""

    name: str
    state: str


def lines(trial: Trial) -> list[Line]:
    """All permissions in order. A refusal before anything has worked may yet be the key's: it is not called missing."""
    found = []
    for number, permission in enumerate(trial.permissions):
        known = number < len(trial.results)
        state = (
            shown_state(state_of(trial.results[number]), required=permission.required) if known else "waiting"
        )
        if state == "missing" and not trial.works:
            state = "untested"
        found.append(Line(name=permission.name, state=state))
    return found


def shown_state(state: str, *, required: bool) -> str:
    """What is only advised and missing is no error."""
    return "lacking" if state == Permission.State.MISSING and not required else state
