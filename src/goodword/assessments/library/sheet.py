"""The technical sheet of an instrument: what is known about it, and what is not, in plain words.

It is generated from the instrument's data, so that it cannot claim more than is there.
"""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from goodword.assessments.library.instrument import FULL_FORM, Instrument, NormGroup
from goodword.assessments.library.scoring import SCORING_VERSION, needed_answers
from goodword.assessments.library.timing import minutes


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
class TechnicalSheet:
    """All that a person needs to judge an instrument. Every text is plain and in the active language."""

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


def technical_sheet(instrument: Instrument, form: str = FULL_FORM) -> TechnicalSheet:
    """The sheet for one form of an instrument. Raises `FormError` for an unknown form."""
    items = instrument.items_of(form)
    return TechnicalSheet(
        title=instrument.name,
        version=instrument.version,
        language=instrument.language,
        form=instrument.form(form).name or gettext("Full form, %(count)s items") % {"count": len(items)},
        construct=_construct(instrument),
        n_items=len(items),
        minutes=minutes(instrument, form),
        scales=_scales(instrument, form),
        answer_scale=tuple((option.value, option.label) for option in instrument.response_scale),
        scoring=_scoring(instrument, form),
        scoring_version=SCORING_VERSION,
        reliability=gettext(
            "None yet. It is computed from an organisation's own answers once there are enough, "
            "and shown with their number."
        ),
        norms=_norms([group for group in instrument.norms if group.form == form]),
        validity=gettext("None yet: no study is known here that relates these scores to work."),
        limits=_limits(),
        licence=instrument.licence,
        source=instrument.source,
    )


def _construct(instrument: Instrument) -> str:
    names = ", ".join(scale.construct or scale.name for scale in instrument.scales)
    return gettext("What a person says of themself on %(count)s scales: %(names)s.") % {
        "count": len(instrument.scales),
        "names": names,
    }


def _scales(instrument: Instrument, form: str) -> tuple[ScaleFacts, ...]:
    facts = []
    for scale in instrument.scales:
        keys = [item.keyed for item in instrument.items_of(form) if item.scale == scale.id]
        facts.append(
            ScaleFacts(
                name=scale.name,
                construct=scale.construct,
                description=scale.description,
                low_label=scale.low_label,
                low_text=scale.low_text,
                high_label=scale.high_label,
                high_text=scale.high_text,
                n_items=len(keys),
                n_plus=keys.count("+"),
                n_minus=keys.count("-"),
            )
        )
    return tuple(facts)


def _scoring(instrument: Instrument, form: str) -> str:
    items = instrument.items_of(form)
    fewest = min(sum(item.scale == scale.id for item in items) for scale in instrument.scales)
    return gettext(
        "Each scale is the mean of its answers, from %(low)s to %(high)s. Answers to items keyed “-” are "
        "turned round first (%(sum)s minus the answer). A scale has a mean only if three quarters of its "
        "items are answered: %(needed)s of %(fewest)s. There is no total."
    ) % {
        "low": instrument.lowest,
        "high": instrument.highest,
        "sum": instrument.lowest + instrument.highest,
        "needed": needed_answers(fewest),
        "fewest": fewest,
    }


def _norms(groups: list[NormGroup]) -> str:
    if not groups:
        return gettext(
            "None yet. A mean says how the answers fall on the answer scale, not how they compare."
        )
    lines = []
    for group in groups:
        people = ngettext("%(n)s person", "%(n)s people", group.n) % {"n": f"{group.n:,}"}
        lines.append(f"{group.name} ({people}). {group.source}. {group.caveat}.")
    return " ".join(lines)


def _limits() -> tuple[str, ...]:
    return (
        gettext("It shows how people describe themselves, which can differ from how others see them."),
        gettext("Answers can be shaped to please. Nothing here detects that for certain."),
        gettext("No end of a scale is better; what suits a job depends on the job."),
        gettext("Small differences mean nothing, and most of all in a short form."),
        gettext("Answers given in different languages or versions must not be compared."),
        gettext("It must not decide alone on anybody. Use it to prepare questions for an interview."),
        gettext("It is no measure of health and must not be read as one."),
    )
