"""The sheet of an organisation's own questions."""

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.packs import FULL_FORM
from goodword.assessments.kinds.technical_sheet import (
    Known,
    TechnicalSheet,
    common_limits,
    norms_sentence,
    reliability_sentence,
)
from goodword.assessments.psychometrics.versions import SCORING


def questions_sheet(questions: QuestionSet, known: Known) -> TechnicalSheet:
    """The sheet of a set of questions, which has one form."""
    return TechnicalSheet(
        kind="questions",
        title=questions.name,
        version=questions.version,
        language=questions.language,
        form=questions.form_label(FULL_FORM),
        construct=gettext(
            "Questions your organisation wrote. What the answers measure is not known: nobody has studied it."
        ),
        n_items=len(questions.questions),
        minutes=questions.minutes(FULL_FORM),
        scales=(),
        answer_scale=(),
        scoring=_scoring(questions),
        scoring_version=SCORING["solved"],
        reliability=reliability_sentence(known.groups),
        norms=norms_sentence(
            [], known.groups, without=gettext("Answers are read one by one and not compared with anybody's.")
        ),
        validity=gettext(
            "None yet. If an answer counts, say why on the role: which job requirement it assesses."
        ),
        limits=(
            gettext(
                "Two people who mark one answer can differ: look at both, and at the rubric, before you rely on it."
            ),
            gettext(
                "Asking everybody the same questions in the same words is fairer, but still not a "
                "measurement."
            ),
            *common_limits(),
        ),
        licence=gettext("Your own"),
        source=gettext("Written by your organisation, or imported by it"),
        more=_raters(questions),
        own_norms=known.groups,
    )


def _scoring(questions: QuestionSet) -> str:
    n, right, marked = len(questions.questions), len(questions.right), len(questions.rubrics)
    told = []
    if right:
        told.append(
            gettext(
                "%(right)s of %(n)s questions have a right answer; the score is how many of these were "
                "answered correctly. A question with several right choices counts only if exactly those "
                "were chosen."
            )
            % {"right": right, "n": n}
        )
    if marked:
        told.append(
            gettext("%(marked)s of %(n)s questions are marked by people using a rubric.")
            % {"marked": marked, "n": n}
        )
    if left := n - right - marked:
        told.append(
            ngettext(
                "%(left)s question has no score and is only read.",
                "%(left)s questions have no score and are only read.",
                left,
            )
            % {"left": left}
        )
    return " ".join(told)


def _raters(questions: QuestionSet) -> dict[str, str]:
    if not questions.rubrics:
        return {}
    most = sum(one.points for criteria in questions.rubrics.values() for one in criteria)
    return {
        gettext("Raters"): gettext(
            "One person marks each answer by its rubric, or two where the role requires it; neither of "
            "two sees the other's marks before both have finished. At most %(most)s points over all "
            "rubrics. How well raters agree is not known."
        )
        % {"most": most}
    }
