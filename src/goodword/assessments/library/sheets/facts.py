"""What a technical sheet holds, and what an organisation's own answers have added to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from goodword.assessments.library.instrument import NormGroup
from goodword.assessments.psychometrics.rasch import Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFacts:
    """One scale of a form: its words, and how many items are keyed each way."""

    name: str
    construct: str
    description: str
    low_label: str
    low_text: str
    high_label: str
    high_text: str
    n_items: int
    n_plus: int
    n_minus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """A family of generated items at one level: how many a form has, what must be seen to solve one, how hard it is.

    `start` and `difficulty` are in logits; the latter, with its standard error and the answers behind it, is None
    until the organisation's answers have been enough to calibrate by.
    """

    category: str
    family: str
    level: int
    n: int
    load: str
    start: float
    difficulty: float | None = None
    se: float | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScale:
    """One score of a norm group: where a group of people lies on it, and how reliable it is in their answers.

    `reliability` is None where it is not known; `alpha` and `omega` where it does not come from items that all have
    answered. `reliability_n` people gave the answers behind it.
    """

    name: str
    n: int
    mean: float
    sd: float
    reliability: float | None
    alpha: float | None = None
    omega: float | None = None
    reliability_n: int = 0
    #: by which way: "items", "halves" or "calibration"; "" where that was not written down
    way: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGroup:
    """A norm group made of the organisation's own first attempts; `number` counts the sets of a version and form."""

    number: int
    version: str
    form: str
    language: str
    device: str
    n: int
    made_at: datetime
    scales: tuple[OwnScale, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCalibration:
    """A calibration of a version: the newest one, or the one that a role fixed."""

    id: int
    number: int
    made_at: datetime
    found: Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an organisation's own answers tell of a version and form: nothing, at first."""

    groups: tuple[OwnGroup, ...] = ()
    calibration: OwnCalibration | None = None


NOTHING = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalSheet:
    """All that a person needs to judge a test. Every text is plain and in the active language.

    Of `scales`, `cells` and `more` each kind fills what it has: `more` is further facts, each under its heading.
    """

    title: str
    version: str
    language: str
    form: str
    construct: str
    n_items: int
    minutes: int
    scales: tuple[ScaleFacts, ...]
    answer_scale: tuple[tuple[int, str], ...]
    scoring: str
    scoring_version: str
    reliability: str
    norms: str
    validity: str
    limits: tuple[str, ...]
    licence: str
    source: str
    kind: str = "scales"
    cells: tuple[CellFacts, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)
    #: norm groups that came with a content pack
    published_norms: tuple[NormGroup, ...] = ()
    own_norms: tuple[OwnGroup, ...] = ()
