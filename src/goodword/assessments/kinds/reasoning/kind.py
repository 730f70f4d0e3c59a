from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.comparison import (
    NO_VALUE,
    ComparedPart,
    Comparison,
    ComparisonCell,
    percentiles_note,
    rank_of_all,
)
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.generated import SEEDS, GeneratedItem
from goodword.assessments.kinds.items import Item, OnBreak, questions_mail_line, questions_overview_line
from goodword.assessments.kinds.reasoning.content import (
    ReasoningTest,
    draw,
    forms_to_json,
    read_forms,
    replacement,
)
from goodword.assessments.kinds.reasoning.families import category_name, family_name, generate, load_of
from goodword.assessments.kinds.reasoning.items import (
    CATEGORIES,
    ReasoningTask,
    calibration_answers,
    introduction,
    practice_tasks,
    reasoning_reliability,
    reasoning_scores,
    solved_by_category,
)
from goodword.assessments.kinds.reasoning.report import ReasoningReport
from goodword.assessments.kinds.reasoning.results import (
    ReasoningResult,
    ability_of,
    precision_of,
    reasoning_result,
)
from goodword.assessments.kinds.reasoning.sheet import hundredths, precision_of_form, reasoning_sheet
from goodword.assessments.kinds.reasoning.words.task_texts import rule_in_words, show
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
from goodword.assessments.models import AttemptPart, Score, Test
from goodword.assessments.psychometrics.rasch import CalibrationResult, CellAnswer
from goodword.assessments.psychometrics.totals import Solved
from goodword.core.validation import Json

_CUES: Final = stems("""
    analy, logi, problem, problèm, complex, komplex, data, daten, donn[ée]es, numer, numbers, zahlen,
    chiffres, quantitat, learn, lern, apprend, patterns, think, denk, abstra
""")


class _Reasoning(WholeForms):
    may_be_timed = True
    is_generated = True
    works_offline = False
    on_break = OnBreak.REPLACED
    is_confidential = True
    takes_files = False
    has_solutions = True
    asks_before_replacing = False
    can_be_looked_up = True
    has_rubrics = False
    offers_open_text = False
    can_be_verified = True
    listing_template = "assessments/library/samples.html"
    editor_page, copy_page = "", ""
    overview_line = staticmethod(questions_overview_line)
    mail_line = staticmethod(questions_mail_line)
    introduction = staticmethod(introduction)
    report = ReasoningReport()

    def heading(self) -> str:
        return gettext("Reasoning")

    def summary(self) -> str:
        return gettext("Right or wrong, timed, generated for each candidate.")

    def items_in_words(self, n: int) -> str:
        return ngettext("%(n)s task", "%(n)s tasks", n) % {"n": n}

    def moves_on_by_tap(self, content: ReasoningTest, *, timed: bool) -> bool:
        del content, timed
        return False

    def parse(self, data: Any) -> ReasoningTest:
        return read_forms(data)

    def dump(self, content: ReasoningTest) -> dict[str, Any]:
        return forms_to_json(content)

    def export(self, content: ReasoningTest, *, own: bool) -> dict[str, Any]:
        del own
        return self.dump(content)

    def check_import(self, content: ReasoningTest) -> None:
        del content

    def texts(self, content: ReasoningTest) -> Iterator[tuple[str, str]]:
        del content
        yield from ()

    def structure(self, content: ReasoningTest) -> Mapping[str, object]:
        del content
        return {}

    def listing(self, content: ReasoningTest, *, form: str, language: str, seed: int) -> Mapping[str, object]:
        return {"seed": seed, "samples": list(_samples(content, form, language, seed))}

    def scale_name(self, content: ReasoningTest, scale: str) -> str:
        del content
        return category_name(scale) if scale else ""

    def only_describes(self, scale: str) -> bool:
        del scale
        return False

    def rubrics(self, content: ReasoningTest) -> Mapping[str, tuple[Criterion, ...]]:
        del content
        return {}

    def draw(self, content: ReasoningTest, form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
        return draw(content.blueprint(form), seed=seed)

    def redraw(
        self, content: ReasoningTest, item: GeneratedItem, *, seed: int, taken: Sequence[GeneratedItem]
    ) -> GeneratedItem:
        del content
        return replacement(item, seed=seed, taken=taken)

    def figureless_form(self, content: ReasoningTest, form: str) -> str:
        return content.without_figures(form)

    def items(
        self, content: ReasoningTest, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        del content, form
        return tuple(ReasoningTask(id=key, drawn=item, language=language) for key, item in drawn)

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        del answers
        return tuple(items)

    def has_conditions(self, content: ReasoningTest) -> bool:
        del content
        return False

    def is_right_or_wrong(self, content: ReasoningTest) -> bool:
        del content
        return True

    def scores(
        self,
        content: ReasoningTest,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: CalibrationResult | None,
    ) -> Iterator[ComputedScore]:
        del content, form
        return reasoning_scores(items, answers, calibration)

    def response_patterns(self, content: ReasoningTest, form: str, answers: Mapping[str, Json]) -> None:
        del content, form, answers

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        del part
        return solved_by_category(scores)

    def reliability(
        self,
        content: ReasoningTest,
        *,
        form: str,
        people: Sequence[Respondent],
        calibration: CalibrationResult | None,
    ) -> dict[str, ScaleReliability]:
        del content, form
        return reasoning_reliability(people, calibration)

    def result(
        self,
        part: AttemptPart,
        content: ReasoningTest,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> ReasoningResult | None:
        if not scores:
            return None
        return reasoning_result(part, content, items=items, answers=answers, scores=scores, known=known)

    def comparison(self, content: ReasoningTest, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
        return compare(content, parts, form=form)

    def translated(self, content: ReasoningTest, other: ReasoningTest) -> ReasoningTest:
        del other
        return content

    def sheet(self, content: ReasoningTest, form: str, known: Known) -> TechnicalSheet:
        return reasoning_sheet(content, form, known)

    def help_on_forms(self, content: ReasoningTest) -> str:
        forms = [
            gettext("%(order)s with %(n)s tasks%(figures)s")
            % {
                "order": _in_order(content, form.id),
                "n": form.items,
                "figures": "" if form.figures else gettext(" without figures"),
            }
            for form in content.offers()
        ]
        return gettext(
            "The more able of two candidates solves more tasks in this many of 100 cases (assumed): %(list)s."
        ) % {"list": ", ".join(forms)}

    def advice_on_ranking(self, content: ReasoningTest, form: str, *, title: str) -> str:
        longer = content.longer(form) if form in content.forms else ""
        if not longer:
            return ""
        return gettext(
            "If you rank by “%(test)s”, use its form with %(n)s tasks: of any two candidates, the more able one solves "
            "more in %(more)s of 100 cases, instead of %(found)s (assumed difficulties)."
        ) % {
            "test": title,
            "n": content.count(longer),
            "more": _in_order(content, longer),
            "found": _in_order(content, form),
        }

    def internal_structure(self) -> str:
        return gettext("That one ability lies behind all families is assumed, and has not been tested.")

    def can_assess(self, sentence: str, *, key: str) -> bool:
        del key
        return mentions(_CUES, sentence)

    def calibration_answers(self, items: Sequence[Item], answers: Mapping[str, Json]) -> list[CellAnswer]:
        return calibration_answers(items, answers)

    def forget_draft(self, test: Test) -> None:
        del test

    def practice(self, content: ReasoningTest, *, form: str, language: str) -> tuple[Item, ...]:
        return practice_tasks(content, form=form, language=language)


REASONING: Final = _Reasoning()


def _in_order(content: ReasoningTest, form: str) -> int:
    """Return in how many of 100 pairs of candidates the more able one solves more tasks."""
    return hundredths(precision_of_form(content.blueprint(form), None)[0].in_order)


def _samples(content: ReasoningTest, form: str, language: str, seed: int) -> Iterator[Mapping[str, object]]:
    for place, entry in enumerate(content.blueprint(form).entries):
        item = generate(entry.family, seed=(seed + place) % SEEDS, level=entry.level)
        shown = show(item, language)
        yield {
            "family": family_name(entry.family),
            "level": entry.level,
            "n": entry.n,
            "load": load_of(entry.family, entry.level),
            "shown": shown,
            "options": [(option, option.id == item.key) for option in shown.options],
            "rule": rule_in_words(item, language),
        }


def compare(content: ReasoningTest, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
    categories = [category for category in CATEGORIES if any(category in part.scores for part in parts)]
    return Comparison(
        columns=(gettext("Solved in total"), *(category_name(category) for category in categories)),
        cells=lambda part: tuple(_solved(part.part, part.scores.get(scale)) for scale in (ALL, *categories)),
        rank=rank_of_all(parts),
        precision=_precision(content, form) if form in content.forms else "",
    )


def _solved(part: AttemptPart, score: Score | None) -> ComparisonCell:
    if score is None:
        return NO_VALUE
    counts = {"solved": round(score.value or 0), "given": score.items}
    ability, precision = ability_of(score), precision_of(part, score)
    notes = [gettext("ability %(ability)s") % {"ability": ability.words}] if ability else []
    if not ability:
        notes.append(percentiles_note(issued_normed_score(score)) or (precision.words if precision else ""))
    return ComparisonCell(text=gettext("%(solved)s of %(given)s") % counts, note=", ".join(notes))


def _precision(content: ReasoningTest, form: str) -> str:
    found, _ = precision_of_form(content.blueprint(form), None)
    figures = {"three": hundredths(found.better[3])}
    text = gettext(
        "Of two candidates three tasks apart, the one who solved more is the more able in %(three)s of 100 cases "
        "(assumed difficulties)."
    )
    longer = content.longer(form)
    if longer:
        text += " " + gettext(
            "If you rank by this test, use the form with %(n)s tasks for the next version of the assessment."
        )
        figures["n"] = content.count(longer)
    return text % figures
