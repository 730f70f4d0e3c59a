"""What the results and reports of all kinds of test have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NotRequired, Protocol, Self, TypedDict

from django.utils.translation import get_language_info

from goodword.assessments.kinds.scores import NormedScore, NormedScoreDetails, ReliabilityDetails
from goodword.assessments.kinds.technical_sheet import TechnicalSheet
from goodword.assessments.models import AttemptPart
from goodword.core.report_blocks import Block, Heading, Labelled, Section, Words

type Moment = Callable[[datetime], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The requirement of the job that a test serves: who said so, and when."""

    text: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult(ABC):
    """What the results of all kinds have: title and technical sheet of the test, and the requirement that it serves.

    `weight` is its weight in a weighted total, None where it has none.
    """

    kind: str
    order: int
    title: str
    sheet: TechnicalSheet
    requirement: Requirement | None
    scoring_version: str
    weight: int | None = None
    #: whether items, single answers and keys were removed, for readers without a login
    items_left_out: bool = False
    #: for members' pages
    template: ClassVar[str]

    @abstractmethod
    def without_items(self) -> Self:
        """Without test items, answers to single items and scoring keys, for readers without a login."""

    @abstractmethod
    def for_candidate(self) -> "CandidateResult":
        """What its candidate reads, in the active language. It compares them with nobody, and no end of a scale is
        better than the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateResult:
    """A part as its candidate reads it; kinds add their own fields, which the template knows by `kind`."""

    kind: str
    title: str


def requirement_of(part: AttemptPart) -> Requirement | None:
    """The requirement that was named for a part, as it was when it was assigned."""
    planned = part.part
    if not planned.requirement:
        return None
    return Requirement(text=planned.requirement, who=planned.requirement_by, at=planned.requirement_at)


class RequirementData(TypedDict):
    """The requirement of the job that a test serves: what, who named it, and when (as text)."""

    text: str
    who: str
    when: str


class SheetData(TypedDict):
    """The technical sheet of a test in plain words."""

    reliability: str
    validity: str
    limits: str


class PartHead(TypedDict):
    """What the parts of all kinds have in common."""

    name: str
    construct: str
    version: str
    scoring_version: str
    items_n: int
    requirement: RequirementData | None
    sheet: SheetData


class NormedScoreFigures(TypedDict):
    """The figures of a normed score: of `n` people with a score, `below` have a lower one than `score` and `equal`
    the same; `sd` is the group's, `error` the standard error of measurement, both on the score's own scale.

    The reliability is the `coefficient` "omega", "alpha", "halves" or "calibration" ("" where that is not known), from
    `reliability_n` people.
    """

    score: float
    n: int
    below: int
    equal: int
    sd: float
    error: float
    coefficient: str
    reliability_n: int
    made_at_text: str


class NormedScoreData(TypedDict):
    """A score in its norm group: the 90 % band on the score's own scale, and as percentiles. Of `n` first
    attempts in `language` (its name) on a class of `device` ("phone", "computer", or "" for unknown); `norms` is the
    number of the norms. `figures` are of schema 4."""

    low: float
    high: float
    percentile: int
    percentile_low: int
    percentile_high: int
    n: int
    language: str
    device: str
    norms: int
    reliability: float | None
    figures: NotRequired[NormedScoreFigures]


class KindReport[R: PartResult, P: Mapping[str, Any]](Protocol):
    """The report of a kind of test. `R` is the type of its result, `P` that of its frozen data."""

    #: phrases on the method, in order
    method: tuple[str, ...]
    #: whether candidates describe themselves; then no end of a scale is better
    is_self_report: bool

    def freeze(self, result: R, head: PartHead, moment: Moment) -> P:
        """The frozen data of a part; `moment` writes a time as text."""

    def without_person(self, part: P) -> P:
        """The data without what the candidate answered and scored; its shape stays."""

    def answered(self, part: P) -> int:
        """How many items were answered."""

    def sections(self, part: P, words: Words) -> list[Section]:
        """The result and the technical sheet."""

    def normed_scores(self, part: P, words: Words) -> Iterator[tuple[str, NormedScoreData]]:
        """The scores that were compared with a norm group, with their names."""

    def detail_blocks(self, part: P, words: Words) -> list[Block]:
        """Further figures that the result was computed from."""


def freeze_normed_score(standing: NormedScore | None, moment: Moment) -> NormedScoreData | None:
    """A normed score as a report stores it."""
    if standing is None:
        return None
    kept: NormedScoreData = {
        "low": standing.low,
        "high": standing.high,
        "percentile": standing.percentile,
        "percentile_low": standing.percentile_low,
        "percentile_high": standing.percentile_high,
        "n": standing.n,
        "language": get_language_info(standing.language)["name_local"],
        "device": standing.device,
        "norms": standing.norms,
        "reliability": standing.reliability,
    }
    if standing.behind is not None:
        kept["figures"] = _figures(standing.behind, moment)
    return kept


def _figures(behind: NormedScoreDetails, moment: Moment) -> NormedScoreFigures:
    """The figures of a percentile and its band; the rows of the norm table stay with the norms."""
    return {
        "score": behind.score,
        "n": behind.n,
        "below": behind.below,
        "equal": behind.equal,
        "sd": behind.sd,
        "error": behind.error,
        "coefficient": _coefficient(behind.reliability),
        "reliability_n": behind.reliability.n,
        "made_at_text": moment(behind.made_at),
    }


def _coefficient(reliability: ReliabilityDetails) -> str:
    """Which figure the reliability is: omega, and alpha only where there is no omega."""
    if reliability.omega is not None:
        return "omega"
    return "alpha" if reliability.alpha is not None else reliability.way


def sheet_blocks(part: PartHead, words: Words) -> list[Block]:
    """The technical sheet of a test."""
    sheet = part["sheet"]
    return [
        Heading(words("sheet")),
        Labelled(
            [
                (words("measures"), part["construct"]),
                (words("reliability"), sheet["reliability"]),
                (words("validity"), sheet["validity"]),
                (words("limits"), sheet["limits"]),
            ]
        ),
    ]


def normed_score_text(standing: NormedScoreData, words: Words, *, by_distance: bool = False) -> str:
    """The percentiles of a score with their group, and its band, in two or three sentences.

    `by_distance`: the score is a distance from a key, of which a low percentile is near to it.
    """
    group = group_text(standing, words)
    low, high = standing["percentile_low"], standing["percentile_high"]
    if by_distance:
        place = words("normed_score_distance", low=100 - high, high=100 - low, group=group)
    else:
        place = words("normed_score", low=low, high=high, group=group)
    sentences = [
        place,
        words(
            "normed_score_band", low=words.number(standing["low"], 1), high=words.number(standing["high"], 1)
        ),
    ]
    if standing["reliability"] is not None:
        sentences.append(words("normed_score_reliability", value=words.number(standing["reliability"], 2)))
    return " ".join(sentences)


def group_text(standing: NormedScoreData, words: Words) -> str:
    """Whom a score is compared with: "132 first attempts in English on computers, norms 2"."""
    return words(
        {"phone": "group_phone", "computer": "group_computer"}.get(standing["device"], "group_any"),
        n=standing["n"],
        language=standing["language"],
        norms=standing["norms"],
    )
