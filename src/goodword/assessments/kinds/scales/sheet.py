"""The technical sheet of statements on an answer scale."""

from dataclasses import replace

from django.utils.translation import gettext

from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.published_norms import NormGroup
from goodword.assessments.kinds.scales.scoring import SCORING_VERSION, needed_answers
from goodword.assessments.kinds.technical_sheet import (
    Known,
    ScaleFacts,
    TechnicalSheet,
    common_limits,
    no_validity,
    norms_sentence,
    reliability_sentence,
)


def scales_sheet(instrument: Instrument, form: str, known: Known) -> TechnicalSheet:
    """The sheet for one form. Raises `FormError` for an unknown form."""
    items = instrument.items_of(form)
    published = tuple(group for group in instrument.norms if group.form == form)
    return TechnicalSheet(
        title=instrument.name,
        version=instrument.version,
        language=instrument.language,
        form=instrument.form_label(form),
        construct=_construct(instrument),
        n_items=len(items),
        minutes=instrument.minutes(form),
        scales=_scales(instrument, form),
        answer_scale=tuple((option.value, option.label) for option in instrument.response_scale),
        scoring=_scoring(instrument, form),
        scoring_version=SCORING_VERSION,
        reliability=reliability_sentence(known.groups),
        norms=norms_sentence(
            list(published),
            known.groups,
            without=gettext(
                "A mean shows where the answers lie on the answer scale, not how they compare with others'."
            ),
        ),
        validity=no_validity(),
        limits=_limits(),
        licence=instrument.licence,
        source=instrument.source,
        published_norms=tuple(_named(group, instrument) for group in published),
        own_norms=known.groups,
    )


def _named(group: NormGroup, instrument: Instrument) -> NormGroup:
    """The group with its scales in the instrument's order and by their names."""
    norms = dict(group.scales)
    return replace(group, scales=tuple((scale.name, norms[scale.id]) for scale in instrument.scales))


def _construct(instrument: Instrument) -> str:
    names = ", ".join(scale.construct or scale.name for scale in instrument.scales)
    return gettext("What people say about themselves on %(count)s scales: %(names)s.") % {
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


def _limits() -> tuple[str, ...]:
    return (
        gettext("It shows how people describe themselves, which can differ from how others see them."),
        gettext("Answers can be tailored to please. Nothing here detects that reliably."),
        gettext("Neither end of a scale is better; what suits depends on the job."),
        gettext("Small differences mean nothing, especially in a short form."),
        *common_limits(),
    )
