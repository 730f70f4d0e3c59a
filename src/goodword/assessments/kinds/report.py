"""Common parts of the results and reports of all kinds of test. Texts that only members read aren't translated."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NotRequired, Protocol, Self, TypedDict

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.scores import NormedScore, NormedScoreDetails, ReliabilityDetails
from goodword.assessments.kinds.scores import figure as figure_text
from goodword.assessments.kinds.technical_sheet import TechnicalSheet
from goodword.assessments.models import AttemptPart
from goodword.core.report_blocks import Block, BlockLink, Details, DrawnScore, Labelled, Table
from goodword.core.text import Catalogue, Phrases, language_name, written_day

type Moment = Callable[[datetime], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    text: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult(ABC):
    kind: str
    order: int
    title: str
    sheet: TechnicalSheet
    requirement: Requirement | None
    scoring_version: str
    weight: int | None = None
    #: whether items, item responses and keys were removed, for readers without a login
    items_left_out: bool = False
    #: whether a member ended the part before the candidate had finished
    cut_short: bool = False

    @abstractmethod
    def without_items(self) -> Self:
        """Return the result for readers without a login: without items, item responses and keys."""

    @abstractmethod
    def for_candidate(self) -> "CandidateResult":
        """The candidate's view, in the active language, without comparison with other people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateResult:
    """A part as the candidate sees it. Kinds add fields; `template` renders them."""

    template: str
    title: str


def requirement_of(part: AttemptPart) -> Requirement | None:
    planned = part.part
    if not planned.requirement:
        return None
    return Requirement(text=planned.requirement, who=planned.requirement_by, at=planned.requirement_at)


class RequirementData(TypedDict):
    text: str
    who: str
    when: str


class SheetData(TypedDict):
    reliability: str
    validity: str
    limits: str


#: in the order in which reports name them
CARELESSNESS: Final = ("straight_line", "contradiction", "fast")


@dataclass(frozen=True, slots=True)
class CarelessSigns:
    """Which checks of `CARELESSNESS` were possible for a part, and which signs were found."""

    checked: tuple[str, ...]
    found: tuple[str, ...]


class PartHead(TypedDict):
    name: str
    construct: str
    version: str
    scoring_version: str
    items_n: int
    requirement: RequirementData | None
    sheet: SheetData
    #: signs of careless responding (flags.raising.careless_signs), since schema 5; earlier data may say "too_few"
    validity: NotRequired[list[str]]
    #: the checks made; missing in older snapshots
    validity_checked: NotRequired[list[str]]
    #: as in `PartResult`; missing in older snapshots
    cut_short: NotRequired[bool]


class NormedScoreFigures(TypedDict):
    """`n` people, of whom `below` score lower and `equal` the same. `error`: the standard error of measurement; None if
    the band is from the person's own answers.

    `coefficient`: "omega", "alpha" or a `ReliabilitySource` ("": unknown), from `reliability_n` people.
    """

    score: float
    n: int
    below: int
    equal: int
    sd: float
    error: float | None
    coefficient: str
    reliability_n: int
    made_at_text: str


class NormedScoreData(TypedDict):
    """The 90% band on the score's scale and as percentiles. `norms`: the number of the norms.

    `n` first attempts in `language` (its name) on one `device` ("phone", "computer", "": unknown).
    """

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


class ReportFigure(TypedDict):
    """A numeric result. `name`: its scale or category; empty for the whole test.

    The 90% band is on the scale of `value`. Percentiles refer to a norm group of `group_size` people; without norms
    they are None. The mean distance from a key is only a description, without band or percentile.
    """

    name: str
    value: float | None
    out_of: int | None
    band_low: float | None
    band_high: float | None
    percentile: int | None
    percentile_low: int | None
    percentile_high: int | None
    group_size: int | None


def figure(
    name: str,
    value: float | None,
    *,
    out_of: int | None = None,
    normed: NormedScoreData | None = None,
    band: tuple[float, float] | None = None,
) -> ReportFigure:
    """`band`: only used without norms."""
    low, high = (normed["low"], normed["high"]) if normed else band or (None, None)
    return {
        "name": name,
        "value": value,
        "out_of": out_of,
        "band_low": low,
        "band_high": high,
        "percentile": normed["percentile"] if normed else None,
        "percentile_low": normed["percentile_low"] if normed else None,
        "percentile_high": normed["percentile_high"] if normed else None,
        "group_size": normed["n"] if normed else None,
    }


class KindReport[R: PartResult, P: Mapping[str, Any]](Protocol):
    phrases: Catalogue
    #: keys of the phrases on the method, in order
    method: tuple[str, ...]
    #: whether candidates describe themselves, so no end of a scale is better
    is_self_report: bool

    def freeze(self, result: R, head: PartHead, moment: Moment) -> P:
        """The frozen data of a part; `moment` formats a time."""

    def without_person(self, part: P) -> P:
        """The data without the candidate's answers and scores, in the same shape."""

    def blocks(self, part: P, words: Phrases, result: R | None = None) -> list[Block]:
        """The full result. With `result` (on screen), it expands to the answers and figures behind it."""

    def scores(self, part: P, words: Phrases) -> list[DrawnScore]:
        """Return the scores for page 1 of the report."""

    def assumed_precision(self, part: P, words: Phrases) -> str:
        """A sentence about the precision of scores without a norm group, or "" if it is stated beside them."""

    def figures(self, part: P) -> list[ReportFigure]:
        """Numbers for the export of a role's results."""

    def outcome(self, part: P, words: Phrases) -> str:
        """The result in one line, for members."""

    def overview(self, part: P, words: Phrases) -> list[Block]:
        """The result in one small block, for members; empty if `outcome` is enough."""

    def normed_scores(self, part: P, words: Phrases) -> Iterator[tuple[str, NormedScoreData]]:
        """Normed scores by name."""

    def front_norms(self, part: P) -> list[tuple[str, NormedScoreData | None]]:
        """Name and normed score of each score on page 1 that can have norms. The name of an only score is ""."""

    def detail_blocks(self, part: P, words: Phrases) -> list[Block]:
        pass


def percentile_text(normed: NormedScoreData | None) -> str:
    """The percentile with its 90% band in brackets; empty without a norm group."""
    if normed is None:
        return ""
    return gettext("percentile %(middle)s (%(low)s to %(high)s)") % {
        "middle": normed["percentile"],
        "low": normed["percentile_low"],
        "high": normed["percentile_high"],
    }


def freeze_normed_score(normed: NormedScore | None, moment: Moment) -> NormedScoreData | None:
    if normed is None:
        return None
    kept: NormedScoreData = {
        "low": normed.low,
        "high": normed.high,
        "percentile": normed.percentile,
        "percentile_low": normed.percentile_low,
        "percentile_high": normed.percentile_high,
        "n": normed.n,
        "language": language_name(normed.language),
        "device": normed.device,
        "norms": normed.norms,
        "reliability": normed.reliability,
    }
    if normed.behind is not None:
        kept["figures"] = _figures(normed.behind, moment)
    return kept


def _figures(behind: NormedScoreDetails, moment: Moment) -> NormedScoreFigures:
    return {
        "score": behind.score,
        "n": behind.n,
        "below": behind.below,
        "equal": behind.equal,
        "sd": behind.sd,
        "error": behind.error,
        "coefficient": _coefficient(behind.reliability),
        "reliability_n": behind.reliability.n,
        "made_at_text": moment(behind.created_at),
    }


def _coefficient(reliability: ReliabilityDetails) -> str:
    if reliability.omega is not None:
        return "omega"
    return "alpha" if reliability.alpha is not None else reliability.way


def sheet_rows(part: PartHead, words: Phrases) -> list[tuple[str, str]]:
    sheet = part["sheet"]
    return [
        (words("measures"), part["construct"]),
        (words("reliability"), sheet["reliability"]),
        (words("validity"), sheet["validity"]),
        (words("limits"), sheet["limits"]),
    ]


def sheet_details(part: PartHead, result: PartResult, words: Phrases) -> Details:
    return Details(words("sheet"), [Labelled([*sheet_rows(part, words), *_more_of_sheet(result.sheet)])])


def percentile_score(normed: NormedScoreData, words: Phrases, *, value: str, unit: str) -> DrawnScore:
    at, low, high = normed["percentile"], normed["percentile_low"], normed["percentile_high"]
    place = words("percentile_is", at=at, low=low, high=high)
    return DrawnScore(
        label="",
        value=value,
        note=f"{unit}\n{place}",
        alt=f"{value} {unit}. {place}",
        axis=(0, 100),
        at=at,
        band=(low, high),
    )


def _more_of_sheet(sheet: TechnicalSheet) -> list[tuple[str, str]]:
    minutes = ngettext("about %(n)s minute", "about %(n)s minutes", sheet.minutes) % {"n": sheet.minutes}
    version = gettext("Scoring version %(version)s.") % {"version": sheet.scoring_version}
    return [
        (gettext("Items"), f"{sheet.n_items}, {minutes}"),
        (gettext("Scoring"), f"{sheet.scoring} {version}"),
        (gettext("Norms"), sheet.norms),
        (gettext("Source and licence"), f"{sheet.source}. {sheet.licence}."),
    ]


def normed_score_details(normed: NormedScore | None) -> list[Block]:
    behind = normed.behind if normed is not None else None
    if normed is None or behind is None:
        return []
    rows = [(gettext("Group"), _group(normed, behind)), _place(behind)]
    formula = behind.reliability.formula
    rows.append(
        (
            gettext("Reliability"),
            f"{behind.reliability.figures}. {formula}." if formula else f"{behind.reliability.figures}.",
        )
    )
    if behind.error is not None:
        rows.append(
            (
                gettext("Standard error of measurement"),
                f"{behind.error_text}. "
                + gettext(
                    "The standard deviation of the group × √(1 − reliability): how much a score typically varies by "
                    "chance."
                ),
            )
        )
    rows.append((gettext("90% band"), _band(normed, behind)))
    blocks: list[Block] = [Labelled(rows), _norm_table(behind)]
    full = ngettext("Full table, %(n)s score", "Full table, %(n)s scores", behind.all_rows)
    query = f"?table={behind.table}#{behind.table}"
    blocks.append(
        BlockLink(
            full % {"n": behind.all_rows},
            page="test_norms",
            pk=behind.test,
            query=query,
            may_work=True,
        )
    )
    return [Details(gettext("How this was calculated"), blocks)]


def _group(normed: NormedScore, behind: NormedScoreDetails) -> str:
    text = gettext("%(group)s of version %(version)s in the same form, created %(day)s.") % {
        "group": normed.group_words,
        "version": behind.version,
        "day": written_day(timezone.localtime(behind.created_at)),
    }
    if behind.n == normed.n:
        return text
    return f"{text} {gettext('%(n)s of them have a score here.') % {'n': behind.n}}"


def _place(behind: NormedScoreDetails) -> tuple[str, str]:
    values = {
        "below": behind.below,
        "equal": behind.equal,
        "score": behind.score_text,
        "share": behind.share_text,
        "percentile": behind.percentile,
    }
    bounded = f" {gettext('Limited to 1 to 99.')}" if behind.is_bounded else ""
    text = gettext(
        "%(below)s people in the group scored lower than %(score)s, %(equal)s the same. Half of the ties count as "
        "lower (mid-rank): %(share)s, which is percentile %(percentile)s."
    )
    return gettext("Percentile"), text % values + bounded


def _band(normed: NormedScore, behind: NormedScoreDetails) -> str:
    ends = gettext("Its ends are at percentiles %(low)s and %(high)s.") % {
        "low": normed.percentile_low,
        "high": normed.percentile_high,
    }
    if behind.error is None:
        band = gettext("%(low)s to %(high)s") % {
            "low": figure_text(normed.low),
            "high": figure_text(normed.high),
        }
        return f"{band}. {own_band_rule()} {ends}"
    rule = gettext("If only chance varied, nine of ten repeated scores would lie in this band.")
    return f"{behind.band_text}. {rule} {ends}"


def own_band_rule() -> str:
    return gettext(
        "From this person's answers alone: how much the correlation changes if each situation in turn is left out "
        "(jackknife, on Fisher's z). Nine in ten such bands contain the correlation over very many similar situations."
    )


def _norm_table(behind: NormedScoreDetails) -> Table:
    own = gettext("%(score)s, this score")
    return Table(
        [gettext("Score"), gettext("People"), gettext("Percentile")],
        [
            [
                own % {"score": row.score_text} if row.own else row.score_text,
                str(row.people),
                str(row.percentile),
            ]
            for row in behind.rows
        ],
        caption=gettext("Norm table around this score"),
        shows_caption=True,
        own=[number for number, row in enumerate(behind.rows) if row.own],
    )


def normed_score_text(normed: NormedScoreData, words: Phrases, *, places: int = 1) -> str:
    """The normed score in two or three sentences. `places`: decimals of the band."""
    low, high = words.number(normed["low"], places), words.number(normed["high"], places)
    sentences = [
        words(
            "normed_score",
            low=normed["percentile_low"],
            high=normed["percentile_high"],
            group=group_text(normed, words),
        ),
        words("normed_score_band", low=low, high=high),
    ]
    if normed["reliability"] is not None:
        sentences.append(words("normed_score_reliability", value=words.number(normed["reliability"], 2)))
    return " ".join(sentences)


def group_text(normed: NormedScoreData, words: Phrases) -> str:
    return words(
        {"phone": "group_phone", "computer": "group_computer"}.get(normed["device"], "group_any"),
        n=normed["n"],
        language=normed["language"],
        norms=normed["norms"],
    )
