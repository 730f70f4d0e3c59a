from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.builtin import WORK_STYLE
from goodword.assessments.kinds.comparison import (
    NO_VALUE,
    ComparedPart,
    Comparison,
    ComparisonCell,
    percentiles_note,
)
from goodword.assessments.kinds.content import Criterion, FormOffer, Scale
from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.items import FixedItems, Item, OnBreak
from goodword.assessments.kinds.packs import (
    LONGEST_SCALE,
    MOST_ANSWERS,
    MOST_ITEMS,
    MOST_SCALES,
    PackError,
    at_most,
)
from goodword.assessments.kinds.requirements import mentions, stems
from goodword.assessments.kinds.scales.content import Instrument, parse_pack, to_json
from goodword.assessments.kinds.scales.items import (
    ResponsePatterns,
    item_values,
    mail_line,
    overview_line,
    practice_statement,
    response_patterns,
    scale_scores,
    statements,
)
from goodword.assessments.kinds.scales.report import ScalesReport
from goodword.assessments.kinds.scales.results import ScalesResult, scales_result, scales_sheet
from goodword.assessments.kinds.scores import (
    ComputedScore,
    Respondent,
    ScaleReliability,
    issued_normed_score,
    reliability_by_items,
)
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.models.library import LONGEST_FORM
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.totals import Solved
from goodword.core.text import rounded
from goodword.core.validation import Json

_CUES: Final = stems("""
    organi[sz], structur, reliab, deadline, detail, thorough, careful, accura, plan, priorit, independen,
    autonom, self-, proactiv, initiative, driven, team, collaborat, cooperat, communicat, relationship,
    empath, listen, persua, convinc, client, customer, stakeholder, curio, creativ, open to, adapt, flexib,
    keep(?:s|ing)? (?:promises|commitments|what), follow(?:s|ing)? (?:up|through), strukturier, zuverlässig,
    sorgfält, genau, gewissenhaft, selbst, eigen(?:initiative|ständig|verantwort), kommunik, kund, neugier,
    kreativ, einfühl, teamfäh, rigo?u, fiab, équipe, communi, relation, créati, curieu, soigneu
""")


class _Scales(FixedItems):
    may_be_timed = False
    works_offline = True
    on_break = OnBreak.SKIPPED
    is_confidential = True
    takes_files = False
    asks_before_replacing = False
    can_be_looked_up = False
    has_rubrics = False
    offers_open_text = False
    can_be_verified = False
    listing_template = "assessments/library/statements.html"
    editor_page, copy_page = "", ""
    overview_line, mail_line = staticmethod(overview_line), staticmethod(mail_line)
    report = ScalesReport()

    def heading(self) -> str:
        return gettext("Work style and scales")

    def summary(self) -> str:
        return gettext("Self-report on scales; neither end is better.")

    def items_in_words(self, n: int) -> str:
        return ngettext("%(n)s statement", "%(n)s statements", n) % {"n": n}

    def moves_on_by_tap(self, content: Instrument, *, timed: bool) -> bool:
        del content, timed
        return True

    def parse(self, data: Any) -> Instrument:
        return parse_pack(data)

    def dump(self, content: Instrument) -> dict[str, Any]:
        return to_json(content)

    def export(self, content: Instrument, *, own: bool) -> dict[str, Any]:
        del own
        return self.dump(content)

    def check_import(self, content: Instrument) -> None:
        longest = max((scale.id for scale in content.scales), key=len)
        if len(longest) > LONGEST_SCALE:
            raise PackError(f"The id of the scale “{longest}” has more than {LONGEST_SCALE} characters.")
        at_most("scales", len(content.scales), MOST_SCALES)
        if len(content.longest_form_id()) > LONGEST_FORM:
            raise PackError(
                "The scale ids are too long in total. Shorten them; special letters count several times."
            )
        at_most("items", len(content.items), MOST_ITEMS)
        at_most("answers to choose from", len(content.response_scale), MOST_ANSWERS)

    def texts(self, content: Instrument) -> Iterator[tuple[str, str]]:
        yield from ((item.id, item.text) for item in content.items)

    def structure(self, content: Instrument) -> Mapping[str, object]:
        return {
            "the scales": [scale.id for scale in content.scales],
            "the items": [(item.id, item.scale, item.keyed) for item in content.items],
            "the short forms": [(form.id, form.item_ids) for form in content.short_forms],
            "the answer scale": [option.value for option in content.response_scale],
        }

    def listing(self, content: Instrument, *, form: str, language: str, seed: int) -> Mapping[str, object]:
        del language, seed
        names = {scale.id: scale.name for scale in content.scales}
        return {"statements": [(item, names[item.scale]) for item in content.items_of(form)]}

    def scale_name(self, content: Instrument, scale: str) -> str:
        return next((known.name for known in content.scales if known.id == scale), "")

    def offer(self, content: Instrument, form: str) -> FormOffer:
        return content.offer(form)

    def scales_of(self, content: Instrument, form: str) -> tuple[Scale, ...]:
        return content.scales_of(form)

    def narrowed(self, content: Instrument, form: str, scales: Collection[str]) -> str:
        return content.narrowed(form, scales)

    def whole_form(self, content: Instrument, form: str) -> str:
        return content.whole_form(form)

    def only_describes(self, scale: str) -> bool:
        del scale
        return False

    def rubrics(self, content: Instrument) -> Mapping[str, tuple[Criterion, ...]]:
        del content
        return {}

    def items(
        self, content: Instrument, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        del drawn, language
        return statements(content, form)

    def has_conditions(self, content: Instrument) -> bool:
        del content
        return False

    def is_right_or_wrong(self, content: Instrument) -> bool:
        del content
        return False

    def scores(
        self,
        content: Instrument,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: CalibrationResult | None,
    ) -> Iterator[ComputedScore]:
        del items, calibration
        return scale_scores(content, form, answers)

    def response_patterns(
        self, content: Instrument, form: str, answers: Mapping[str, Json]
    ) -> ResponsePatterns:
        return response_patterns(content, form, answers)

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        del scores, part
        return []

    def reliability(
        self,
        content: Instrument,
        *,
        form: str,
        people: Sequence[Respondent],
        calibration: CalibrationResult | None,
    ) -> dict[str, ScaleReliability]:
        del calibration
        return reliability_by_items([item_values(content, form, person.answers) for person in people])

    def result(
        self,
        part: AttemptPart,
        content: Instrument,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> ScalesResult | None:
        del items
        return scales_result(part, content, answers=answers, scores=scores, known=known) if scores else None

    def comparison(self, content: Instrument, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
        del parts
        return compare(content, form)

    def translated(self, content: Instrument, other: Instrument) -> Instrument:
        scales = {scale.id: scale for scale in other.scales}
        return replace(
            content,
            name=other.name,
            scales=tuple(scales.get(scale.id, scale) for scale in content.scales),
            response_scale=other.response_scale,
        )

    def sheet(self, content: Instrument, form: str, known: Known) -> TechnicalSheet:
        return scales_sheet(content, form, known)

    def internal_structure(self) -> str:
        return gettext(
            "That the statements belong to these scales has not been tested on answers. Alpha and omega assume "
            "one factor per scale."
        )

    def can_assess(self, sentence: str, *, key: str) -> bool:
        """Only *Work style*: what a content pack measures is unknown here."""
        return key == WORK_STYLE and mentions(_CUES, sentence)

    def practice(self, content: Instrument, *, form: str, language: str) -> tuple[Item, ...]:
        del form, language
        return (practice_statement(content),)


SCALES: Final = _Scales()


def compare(content: Instrument, form: str) -> Comparison:
    """Compare the scales that the form measures."""
    scales = content.scales_of(form)
    return Comparison(
        columns=tuple(scale.name for scale in scales),
        cells=lambda part: tuple(_mean(part.scores.get(scale.id)) for scale in scales),
        never_ranked=gettext("Neither end of a scale is better, so scores can't be sorted."),
    )


def _mean(score: Score | None) -> ComparisonCell:
    if score is None or score.value is None:
        return NO_VALUE
    return ComparisonCell(text=rounded(score.value, 1), note=percentiles_note(issued_normed_score(score)))
