"""Evidence about the scores: chapters 1, 2, 3 and 5."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.kinds.health import health_scales
from goodword.assessments.kinds.technical_sheet import KeyFacts, OwnScale
from goodword.assessments.manual.facts import ManualFacts, ManualTopic, from_sheet, none_yet, topic
from goodword.assessments.models import AttemptPart
from goodword.assessments.psychometrics.norms import BAND_WIDTH, LEAST
from goodword.assessments.psychometrics.strata import StrataComparison, Stratum
from goodword.assessments.psychometrics.validity import Estimate
from goodword.core.report_blocks import Block, Prose, Table
from goodword.core.text import written_count, written_figure
from goodword.questionnaires.editor.descriptions import language_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A run of `bench/recovery.py`, as recorded in docs/scoring.md. `rmse` and `bias` of difficulties, in logits;
    `covered`: per cent of 90% intervals of abilities that contained the true value."""

    people: int
    form: str
    rmse: float
    bias: float
    covered: float


RECOVERY: Final = Recovery(people=800, form="standard_20", rmse=0.109, bias=0.002, covered=90.1)


def validity(facts: ManualFacts) -> Sequence[ManualTopic]:
    return (
        topic(
            _("What it measures, and what it is for"),
            facts.sheet.construct,
            _(
                "It is meant for hiring, together with other information, where a requirement of the role calls for "
                "it. Goodword has no pass mark and rejects nobody."
            ),
        ),
        topic(_("Limits"), *facts.sheet.limits),
        none_yet(
            _("Test content"),
            _("No expert ratings of how well the content covers what it measures are recorded."),
        ),
        _response_processes(facts),
        _internal_structure(facts),
        _relations(facts),
        none_yet(
            _("Consequences of testing"),
            _(
                "Settings > Fairness compares selection rates of groups that you upload, and stores no groups."
            ),
        ),
    )


def _relations(facts: ManualFacts) -> ManualTopic:
    heading = _("Relations to other variables")
    if not facts.related:
        return from_sheet(heading, facts.sheet.validity)
    rows = [
        [
            f"{criterion.name} ({criterion.scale})",
            row.predictor.scale or _("Overall"),
            written_count(row.n),
            _with_interval(row.validity.observed),
            _with_interval(row.validity.corrected) if row.validity.corrected else "–",
        ]
        for criterion, row in facts.related
        if row.validity is not None
    ]
    text = _(
        "Correlations with managers' ratings after hire, in this organisation, with 95% intervals; also corrected "
        "for range restriction, assuming that people were selected on this score. Ratings are not perfectly reliable, "
        "which is not corrected. Languages and devices are pooled; results and ratings are compared within roles."
    )
    table = Table(
        [_("Rated"), _("Score"), _("People"), _("Correlation"), _("For all applicants")],
        rows,
        caption=heading,
    )
    return ManualTopic(heading=heading, blocks=(Prose([text]), table))


def _with_interval(of: Estimate) -> str:
    return _("%(r)s (%(low)s to %(high)s)") % {
        "r": written_figure(of.r),
        "low": written_figure(of.low, of.low_places),
        "high": written_figure(of.high, of.high_places),
    }


def _response_processes(facts: ManualFacts) -> ManualTopic:
    heading = _("Response processes")
    if not facts.sheet.cells:
        return none_yet(heading, _("How candidates understand and answer the items has not been studied."))
    rows = [
        [
            cell.family,
            str(cell.level),
            written_figure(cell.guessing.chance, 3),
            f"{written_figure(cell.guessing.learned, 3)} "
            + _("(%(low)s to %(high)s)")
            % {
                "low": written_figure(cell.guessing.low, 3),
                "high": written_figure(cell.guessing.high, 3),
            },
            written_figure(cell.guessing.crossed, 3),
        ]
        for cell in facts.sheet.cells
    ]
    return ManualTopic(
        heading=heading,
        blocks=(
            Prose(
                [
                    _(
                        "Guessing from the options alone, measured on generated tasks: a learning guesser that sees "
                        "only the options, and the best of several strategies for ruling options out."
                    ),
                    _("None yet from candidates: how they solve the tasks has not been studied."),
                ]
            ),
            Table(
                [
                    _("Family"),
                    _("Level"),
                    _("Chance"),
                    _("Learning guesser (95%)"),
                    _("Gain by elimination"),
                ],
                rows,
                caption=_("Guessing from the options"),
            ),
        ),
    )


def _internal_structure(facts: ManualFacts) -> ManualTopic:
    return none_yet(_("Internal structure"), facts.kind.internal_structure())


def reliability(facts: ManualFacts) -> Sequence[ManualTopic]:
    topics = [from_sheet(_("Reliability"), facts.sheet.reliability, *_own_norms(facts, errors=True))]
    if precision := facts.sheet.more.get(_("What it can distinguish")):
        topics.append(topic(_("What it can distinguish"), precision))
    if facts.sheet.cells:
        topics.append(topic(_("Recovery in simulations"), _recovery()))
    topics.append(none_yet(_("Stability over time"), _("Nobody takes the test twice for that purpose.")))
    if facts.kind.rubrics(facts.content):
        topics.append(none_yet(_("Agreement of raters"), _("How well raters agree is not known.")))
    if facts.sheet.key is not None:
        topics.append(_experts(facts.sheet.key))
    topics.append(
        topic(
            _("Consistency of decisions"), _("Doesn't apply: there is no cut score that could sort people.")
        )
    )
    return topics


def _experts(key: KeyFacts) -> ManualTopic:
    heading, panel = _("Agreement of the experts behind the key"), key.panel
    if panel is None:
        return none_yet(heading, _("The key was not set by a panel of experts."))
    rows = [
        [name, written_figure(icc), written_figure(low), written_figure(high)]
        for name, icc, (low, high) in (
            (_("One expert"), panel.icc_single, panel.icc_single_interval),
            (
                _("Mean of %(n)s experts") % {"n": panel.experts},
                panel.icc_average,
                panel.icc_average_interval,
            ),
        )
    ]
    weak = _("Their agreement is weak on %(n)s of %(all)s actions.") % {
        "n": panel.wide,
        "all": key.actions,
    }
    text = [weak]
    if panel.invited is not None:
        text.append(
            _(
                "Experts invited: %(invited)s; finished: %(finished)s; declined: %(declined)s; removed: %(removed)s. "
                "Actions left out after they were rated: %(left_out)s. Leaving out actions on which experts disagree "
                "raises the agreement."
            )
            % {
                "invited": panel.invited,
                "finished": panel.experts,
                "declined": panel.declined,
                "removed": panel.removed,
                "left_out": panel.left_out,
            }
        )
    if not panel.agrees:
        text.append(_("They agree too little for decisions."))
    return ManualTopic(
        heading=heading,
        blocks=(
            Prose(text),
            Table(
                [_("Ratings of"), _("Intraclass correlation"), _("95% from"), _("to")], rows, caption=heading
            ),
        ),
    )


def _recovery() -> str:
    return _(
        "From simulated answers of %(people)s people who guess, the calibration found the difficulties of the form "
        "%(form)s with a root mean square error of %(rmse)s logits and a bias of %(bias)s; the 90%% intervals of "
        "abilities contained the true value in %(covered)s%% of cases. Simulations assume that the model holds."
    ) % {
        "people": written_count(RECOVERY.people),
        "form": RECOVERY.form,
        "rmse": written_figure(RECOVERY.rmse, 3),
        "bias": written_figure(RECOVERY.bias, 3),
        "covered": written_figure(RECOVERY.covered, 1),
    }


def fairness(facts: ManualFacts) -> Sequence[ManualTopic]:
    return (
        topic(_("Access"), *_access(facts)),
        _differential_functioning(facts),
        none_yet(
            _("Differences by sex, age, ethnicity or disability"),
            _(
                "Goodword doesn't record sex, age or ethnicity, and keeps requests for adjustments apart from results, "
                "so it can't compute them. Norms are never split by sex, race or age."
            ),
        ),
        _health(facts),
    )


def _access(facts: ManualFacts) -> list[str]:
    found = [
        _(
            "Before a clock starts, candidates can ask for extra time or an accessible version. The request goes to a "
            "person outside the hiring team if there is one; results and reports don't mention it."
        ),
        _(
            "Candidates' pages can be used with the keyboard and are checked by automated accessibility tests (axe)."
        ),
    ]
    other = facts.kind.figureless_form(facts.content, facts.form)
    if other and other != facts.form:
        found.append(
            _("A form without figures can be taken instead: %(form)s.")
            % {"form": facts.content.form_label(other)}
        )
    return found


def _differential_functioning(facts: ManualFacts) -> ManualTopic:
    heading = _("Differential functioning by language and device")
    if not facts.kind.is_generated:
        return none_yet(heading, _("Items have not been compared between languages or types of device."))
    if not facts.comparisons:
        return none_yet(
            heading,
            _(
                "A calibration compares each language and type of device that has enough people with the largest."
            ),
        )
    return ManualTopic(
        heading=heading,
        blocks=(
            Prose(
                [
                    _(
                        "Mantel-Haenszel, by family and level; ETS classes: A negligible, B moderate, C large. Groups "
                        "with a large difference are calibrated separately."
                    )
                ]
            ),
            Table(
                [_("Compared"), _("With"), "A", "B", "C", _("Calibrated together")],
                [_compared(comparison) for comparison in facts.comparisons],
                caption=heading,
            ),
        ),
    )


def _compared(found: StrataComparison) -> list[str]:
    sizes = Counter(effect.size for effect in found.effects.values())
    return [
        stratum_name(found.focal),
        stratum_name(found.reference),
        *(str(sizes[size]) for size in ("A", "B", "C")),
        _("Yes") if found.alike else _("No"),
    ]


def _health(facts: ManualFacts) -> ManualTopic:
    heading = _("Content about health")
    if facts.kind.is_generated:
        return topic(heading, _("Doesn't apply: the tasks are generated and are not about people's lives."))
    version = facts.version
    warning = (
        [
            _(
                "The form includes emotional stability, which can count as a question about health before an offer (42 "
                "U.S.C. 12112(d); GDPR, article 9). A role gets it only if somebody selects it and confirms a warning."
            )
        ]
        if health_scales(facts.content, facts.form)
        else []
    )
    if not facts.health:
        return topic(heading, *warning, _("The word list finds no text that may relate to health."))
    found = ngettext(
        "The word list finds %(n)s text that may relate to health.",
        "The word list finds %(n)s texts that may relate to health.",
        facts.health,
    ) % {"n": facts.health}
    signed = (
        _("%(who)s has signed them off: %(why)s")
        % {"who": version.signed_off_by, "why": version.signed_off_why}
        if version.signed_off_at
        else ""
    )
    return topic(heading, *warning, f"{found} {signed}".strip())


def scores(facts: ManualFacts) -> Sequence[ManualTopic]:
    topics = [
        topic(
            _("Scores"),
            facts.sheet.scoring,
            _("Version of the scoring rule: %(version)s.") % {"version": facts.sheet.scoring_version},
        )
    ]
    if facts.sheet.cells:
        topics.append(_difficulties(facts))
    return (
        *topics,
        from_sheet(_("Norms"), facts.sheet.norms, *_published_norms(facts), *_own_norms(facts, errors=False)),
        topic(_("People for norms so far"), _so_far(facts)),
        topic(_("Linking of scores"), _linking(facts)),
        topic(_("Cut scores"), _("There are none. Goodword has no pass mark.")),
    )


def _difficulties(facts: ManualFacts) -> ManualTopic:
    rows = [
        [
            cell.family,
            str(cell.level),
            f"{written_figure(cell.difficulty)} ± {written_figure(cell.se)}"
            if cell.difficulty is not None and cell.se is not None
            else written_figure(cell.start, 1),
            _("assumed") if cell.answers is None else written_count(cell.answers),
        ]
        for cell in facts.sheet.cells
    ]
    return ManualTopic(
        heading=_("Difficulties"),
        blocks=(
            Prose([facts.sheet.more.get(_("How hard they are"), "")]),
            Table(
                [_("Family"), _("Level"), _("Difficulty in logits, with its standard error"), _("Answers")],
                rows,
                caption=_("Difficulties"),
            ),
        ),
    )


def _so_far(facts: ManualFacts) -> str:
    rule = _("Norms need %(least)s first attempts in one language on one type of device.") % {"least": LEAST}
    groups = [
        _("%(group)s: %(n)s") % {"group": stratum_name(stratum), "n": written_count(n)}
        for stratum, n in facts.first_attempts.items()
    ]
    return f"{rule} {_('So far')}: {'; '.join(groups) or _('none')}."


def _linking(facts: ManualFacts) -> str:
    common = _("Scores of different versions, forms or languages are not linked and must not be compared.")
    if facts.known.calibration is None:
        return common
    return f"{common} " + _("Ability estimates from the same calibration and groups are on a common scale.")


def _published_norms(facts: ManualFacts) -> list[Block]:
    return [
        Table(
            [_("Scale"), _("Mean"), _("Standard deviation")],
            [
                [facts.quoted(name), written_figure(norm.mean), written_figure(norm.sd)]
                for name, norm in group.scales
            ],
            caption=_("%(name)s, %(n)s people") % {"name": group.name, "n": written_count(group.n)},
            shows_caption=True,
        )
        for group in facts.sheet.published_norms
    ]


def _own_norms(facts: ManualFacts, *, errors: bool) -> list[Block]:
    header = (
        [_("Score"), _("Reliability"), _("People"), _("Standard error"), _("90% band")]
        if errors
        else [_("Score"), _("People"), _("Mean"), _("Standard deviation")]
    )
    return [
        Table(
            header,
            [
                [
                    facts.quoted(scale.name) if scale.name else _("Overall"),
                    *(_errors(scale) if errors else _spread(scale)),
                ]
                for scale in group.scales
            ],
            caption=_("Norms %(number)s: %(group)s")
            % {
                "number": group.number,
                "group": stratum_name(Stratum(group.language, group.device)),
            },
            shows_caption=True,
        )
        for group in facts.sheet.own_norms
    ]


def _spread(scale: OwnScale) -> list[str]:
    return [
        written_count(scale.n),
        written_figure(scale.mean),
        written_figure(scale.sd),
    ]


def _errors(scale: OwnScale) -> list[str]:
    if scale.reliability is None or scale.reliability <= 0:
        return [_("Not known"), written_count(scale.reliability_n), "–", "–"]
    error = scale.sd * sqrt(1 - scale.reliability)
    return [
        written_figure(scale.reliability),
        written_count(scale.reliability_n),
        written_figure(error),
        f"± {written_figure(BAND_WIDTH * error)}",
    ]


def stratum_name(stratum: Stratum) -> str:
    devices = {
        AttemptPart.Device.PHONE.value: _("%(language)s, on a phone"),
        AttemptPart.Device.COMPUTER.value: _("%(language)s, on a computer"),
    }
    named = devices.get(stratum.device, _("%(language)s, on an unknown device"))
    return named % {"language": language_name(stratum.language)}
