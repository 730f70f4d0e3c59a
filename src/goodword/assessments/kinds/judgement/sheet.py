"""The technical sheet of a situational judgement set."""

from django.utils.formats import number_format
from django.utils.translation import gettext

from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.scoring import JUDGEMENT_SCORING_VERSION, smallest_distance
from goodword.assessments.kinds.packs import FULL_FORM
from goodword.assessments.kinds.scales.scoring import needed_answers
from goodword.assessments.kinds.technical_sheet import (
    Known,
    TechnicalSheet,
    common_limits,
    no_validity,
    norms_sentence,
    reliability_sentence,
)


def judgement_sheet(judgement: JudgementSet, known: Known) -> TechnicalSheet:
    """The sheet of a set, which has one form."""
    n_actions = len(judgement.actions)
    return TechnicalSheet(
        kind="judgement",
        title=judgement.name,
        version=judgement.version,
        language=judgement.language,
        form=judgement.form_label(FULL_FORM),
        construct=judgement.construct,
        n_items=len(judgement.scenarios),
        minutes=judgement.minutes(FULL_FORM),
        scales=(),
        answer_scale=tuple((option.value, option.label) for option in judgement.response_scale),
        scoring=gettext(
            "Each of the %(actions)s actions is rated on the answer scale. The score is the mean distance between "
            "the ratings and the key, in steps of that scale. Keys can lie halfway between two answers; the ratings "
            "nearest to this key have a distance of %(smallest)s. There is a score only if three quarters of the "
            "actions are rated: %(needed)s of %(actions)s."
        )
        % {"actions": n_actions, "needed": needed_answers(n_actions), "smallest": _smallest(judgement)},
        scoring_version=JUDGEMENT_SCORING_VERSION,
        reliability=reliability_sentence(known.groups),
        norms=norms_sentence(
            [],
            known.groups,
            without=gettext(
                "A distance shows how close the ratings are to the key, not how they compare with others'."
            ),
        ),
        validity=no_validity(),
        limits=(
            gettext(
                "The distance also reflects how a person uses the scale: somebody who keeps to its ends "
                "or its middle lies further from a key than somebody of the same judgement who uses all "
                "of it. Nothing corrects for that."
            ),
            gettext(
                "It is only as good as its key. Other experienced people might key some actions differently."
            ),
            gettext("It shows what somebody considers effective, not what they do."),
            gettext("Small differences mean nothing."),
            *common_limits(),
        ),
        licence=judgement.licence,
        source=judgement.source,
        more={gettext("Where the key comes from"): judgement.key_basis},
        own_norms=known.groups,
    )


def _smallest(judgement: JudgementSet) -> str:
    """The smallest possible score if all actions are rated: "0", "0.13"."""
    found = smallest_distance(judgement, [action.effectiveness for action in judgement.actions])
    return number_format(round(found, 2), 2) if found else "0"
