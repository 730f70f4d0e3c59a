from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.comparison import (
    NO_VALUE,
    ComparedPart,
    Comparison,
    ComparisonCell,
    percentiles_note,
)
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.items import FixedItems, Item, OnBreak
from goodword.assessments.kinds.judgement.content import (
    JudgementSet,
    check_keys,
    read_judgement,
    to_json,
    without_key,
)
from goodword.assessments.kinds.judgement.items import (
    WITHIN,
    judge,
    judgement_scores,
    mail_line,
    overview_line,
    practice_situation,
    profile,
    ratings,
    situation_items,
)
from goodword.assessments.kinds.judgement.panelists import forget
from goodword.assessments.kinds.judgement.report import JudgementReport
from goodword.assessments.kinds.judgement.results import (
    JudgementResult,
    judgement_result,
    judgement_sheet,
)
from goodword.assessments.kinds.packs import MOST_ANSWERS, MOST_ITEMS, PackError, at_most
from goodword.assessments.kinds.requirements import mentions, stems
from goodword.assessments.kinds.scores import (
    ALL,
    ComputedScore,
    Respondent,
    ScaleReliability,
    issued_normed_score,
)
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.kinds.whole_forms import WholeForms
from goodword.assessments.models import AttemptPart, Panelist, Score, Test
from goodword.assessments.psychometrics.profiles import split_half
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.totals import Solved
from goodword.core.rows import locked_to_delete
from goodword.core.text import rounded
from goodword.core.validation import Json

_CUES: Final = stems("""
    customer, client, kund, conflict, konflikt, conflit, difficult, schwierig, difficile, negotiat,
    verhandl, négoci, stakeholder, decision, decide, entscheid, décision, priorit, escalat, complain,
    beschwerde, réclamation, lead, manag, führ, encadr, judg, urteil, jugement
""")


class _Judgement(FixedItems, WholeForms):
    may_be_timed = True
    works_offline = True
    on_break = OnBreak.SKIPPED
    is_confidential = True
    takes_files = False
    asks_before_replacing = False
    can_be_looked_up = True
    has_rubrics = False
    offers_open_text = True
    can_be_verified = False
    listing_template = "assessments/library/situations.html"
    editor_page, copy_page = "judgement", "judgement_duplicate"
    overview_line, mail_line = staticmethod(overview_line), staticmethod(mail_line)
    report = JudgementReport()

    def heading(self) -> str:
        return gettext("Situational judgement")

    def summary(self) -> str:
        return gettext("Ratings of how effective actions are, compared with a key.")

    def items_in_words(self, n: int) -> str:
        return ngettext("%(n)s situation", "%(n)s situations", n) % {"n": n}

    def moves_on_by_tap(self, content: JudgementSet, *, timed: bool) -> bool:
        del content
        return not timed

    def parse(self, data: Any) -> JudgementSet:
        return read_judgement(data)

    def dump(self, content: JudgementSet) -> dict[str, Any]:
        return to_json(content)

    def export(self, content: JudgementSet, *, own: bool) -> dict[str, Any]:
        del own
        data = to_json(content)
        return data if content.panel is None else without_key(data)

    def check_import(self, content: JudgementSet) -> None:
        check_keys(content)
        at_most("actions", len(content.actions), MOST_ITEMS)
        at_most("answers to choose from", len(content.response_scale), MOST_ANSWERS)
        if content.panel is not None:
            raise PackError("A panel can't be imported. Remove “panel” from the file, and ask experts here.")

    def texts(self, content: JudgementSet) -> Iterator[tuple[str, str]]:
        for situation in content.situations:
            yield situation.id, situation.text
            yield from ((action.id, action.text) for action in situation.actions)

    def structure(self, content: JudgementSet) -> Mapping[str, object]:
        return {
            "the situations": [situation.id for situation in content.situations],
            "the actions or their keys": [(action.id, action.effectiveness) for action in content.actions],
            "the answer scale": [option.value for option in content.response_scale],
        }

    def listing(self, content: JudgementSet, *, form: str, language: str, seed: int) -> Mapping[str, object]:
        del form, language, seed
        return {"situations": content.situations}

    def scale_name(self, content: JudgementSet, scale: str) -> str:
        del content
        return (
            gettext("Correlation within situations")
            if scale == WITHIN
            else gettext("Mean distance from the key")
        )

    def only_describes(self, scale: str) -> bool:
        return scale == ALL

    def rubrics(self, content: JudgementSet) -> Mapping[str, tuple[Criterion, ...]]:
        del content
        return {}

    def items(
        self, content: JudgementSet, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        del form, drawn, language
        return situation_items(content)

    def has_conditions(self, content: JudgementSet) -> bool:
        del content
        return False

    def is_right_or_wrong(self, content: JudgementSet) -> bool:
        del content
        return False

    def scores(
        self,
        content: JudgementSet,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: CalibrationResult | None,
    ) -> Iterator[ComputedScore]:
        del form, calibration
        return judgement_scores(content, items, answers)

    def response_patterns(self, content: JudgementSet, form: str, answers: Mapping[str, Json]) -> None:
        del content, form, answers

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        del scores, part
        return []

    def reliability(
        self,
        content: JudgementSet,
        *,
        form: str,
        people: Sequence[Respondent],
        calibration: CalibrationResult | None,
    ) -> dict[str, ScaleReliability]:
        del form, calibration
        scored = [judge(content, ratings(person.answers)) for person in people]
        complete = [profile(score.actions) for score in scored if score.n_answered == score.n_actions]
        found = split_half(complete)
        return {WITHIN: ScaleReliability(value=found, way="splits", n=len(complete))}

    def result(
        self,
        part: AttemptPart,
        content: JudgementSet,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> JudgementResult | None:
        if not scores:
            return None
        return judgement_result(part, content, items=items, answers=answers, scores=scores, known=known)

    def comparison(self, content: JudgementSet, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
        del form
        return compare(content, parts)

    def translated(self, content: JudgementSet, other: JudgementSet) -> JudgementSet:
        return replace(
            content,
            name=other.name,
            construct=other.construct,
            key_basis=other.key_basis,
            response_scale=other.response_scale,
        )

    def sheet(self, content: JudgementSet, form: str, known: Known) -> TechnicalSheet:
        del form
        return judgement_sheet(content, known)

    def internal_structure(self) -> str:
        return gettext("The structure of the answers has not been studied.")

    def can_assess(self, sentence: str, *, key: str) -> bool:
        del key
        return mentions(_CUES, sentence)

    def forget_draft(self, test: Test) -> None:
        """Erase the experts with their mails and links."""
        forget(locked_to_delete(Panelist.objects.of(test.organisation).filter(test=test)))

    def practice(self, content: JudgementSet, *, form: str, language: str) -> tuple[Item, ...]:
        del form, language
        return (practice_situation(content),)


JUDGEMENT: Final = _Judgement()


def compare(content: JudgementSet, parts: Sequence[ComparedPart]) -> Comparison:
    """Rank results by their correlation with the key, if the key is good enough for decisions.

    Some percentiles are enough for that, since undefined and perfect correlations have none.
    """
    few = content.is_too_short_for_norms
    normed = not content.is_for_practice and not few
    ranked = normed and any(
        score.percentile is not None for part in parts if (score := part.scores.get(WITHIN)) is not None
    )
    return Comparison(
        columns=(gettext("Correlation within situations"), gettext("Mean distance from the key")),
        cells=lambda part: (
            _correlation(part.scores, normed=normed, ranked=ranked, few=few),
            _distance(part.scores.get(ALL)),
        ),
        rank=_correlation_of if ranked else None,
        never_ranked=_never_ranked(content),
        precision=gettext(
            "Sorted by the correlation. The distance also depends on how somebody uses the scale, so it is only "
            "descriptive."
        )
        if ranked
        else "",
    )


def _never_ranked(content: JudgementSet) -> str:
    if content.is_for_practice:
        return gettext(
            "For practice, not for decisions: the key of this set doesn't come from a panel of experts with "
            "sufficient agreement, so results can't be sorted."
        )
    if content.is_too_short_for_norms:
        return gettext("The set has too few situations for a band, so results can't be sorted.")
    return ""


def _correlation_of(compared: ComparedPart) -> float | None:
    score = compared.scores.get(WITHIN)
    return None if score is None else score.value


def _correlation(scores: Mapping[str, Score], *, normed: bool, ranked: bool, few: bool) -> ComparisonCell:
    score, distance = scores.get(WITHIN), scores.get(ALL)
    if score is None:
        return NO_VALUE
    if score.value is None:
        is_rated = distance is not None and distance.value is not None
        why = gettext("rated alike in each situation") if is_rated else gettext("too few actions rated")
        return ComparisonCell(text="–", note=f"{why}, {gettext('not sorted')}" if ranked else why)
    note = percentiles_note(issued_normed_score(score)) if normed else ""
    if few:
        note = gettext("too few situations for a band")
    elif not note and score.low is not None and score.high is not None:
        band = {"low": _hundredths(score.low), "high": _hundredths(score.high)}
        note = gettext("90%% band %(low)s to %(high)s") % band
    return ComparisonCell(text=_hundredths(score.value), note=note)


def _hundredths(value: float) -> str:
    return rounded(value, 2).replace("-", "−")


def _distance(score: Score | None) -> ComparisonCell:
    if score is None or score.value is None:
        return NO_VALUE
    return ComparisonCell(text=rounded(score.value, 1))
