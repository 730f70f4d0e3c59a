"""An organisation with answers to all kinds of test, whose candidates stated personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from goodword.accounts.models import Organisation
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.generated import to_json
from goodword.assessments.models import (
    Adjustment,
    Answer,
    AttemptPart,
    Calibration,
    DrawnItem,
    Marking,
    NormGroup,
    NormSet,
    Test,
    TestVersion,
    Upload,
)
from goodword.assessments.psychometrics import rasch, strata
from goodword.assessments.psychometrics.norms import norm_table
from goodword.assessments.psychometrics.norms import to_json as to_table
from goodword.assessments.scoring import score_part
from goodword.candidates.models import Application, Candidate
from tests.assessments.all_kinds import pooled
from tests.assessments.builtins import load
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.norms.people import CELLS, form_of, keyed, scale_answers, solves
from tests.support import factories

NOW: Final = factories.NOW
#: used as personal data everywhere; must not appear in any output
PLANTED: Final = ("Zsuzsanna", "Kovacsova", "zsuzsi@planted.example", "I grew up in Planttown", "planted-cv")

JUDGEMENT: Final[dict[str, Any]] = {
    "kind": "judgement",
    "id": "own_situations",
    "version": "1",
    "language": "en",
    "name": "Situations",
    "licence": "Ours",
    "source": "Written by us",
    "construct": "Judgement at a counter.",
    "instructions": "Say how effective each is.",
    "response_scale": [{"value": value, "label": f"Step {value}"} for value in range(1, 6)],
    "key_basis": "Three people who do the job.",
    "situations": [
        {
            "id": f"s{number}",
            "text": "A customer waits.",
            "actions": [
                {"id": f"s{number}a", "text": "Greet them.", "effectiveness": 4.5, "reason": ""},
                {"id": f"s{number}b", "text": "Go on sorting.", "effectiveness": 2.0, "reason": ""},
            ],
        }
        for number in (1, 2)
    ],
}
QUESTIONS: Final[dict[str, Any]] = {
    "kind": "questions",
    "id": "custom_questions",
    "version": "1",
    "language": "en",
    "name": "Questions",
    "instructions": "",
    "questions": [
        {
            "type": "single_choice",
            "id": "tool",
            "text": "Which one cuts?",
            "choices": [{"value": "saw", "label": "Saw\u2028here"}, {"value": "glue", "label": "Glue"}],
        },
        {"type": "long_text", "id": "story", "text": "Tell us."},
        {"type": "number", "id": "phone", "text": "A number.", "required": False},
        {"type": "file", "id": "cv", "text": "Hand in.", "types": ["pdf"], "megabytes": 5},
    ],
    "rubrics": [],
    "right": {"tool": ["saw"]},
}


@dataclass(frozen=True, kw_only=True)
class World:
    """The organisation, and one with planted name, address and words."""

    organisation: Organisation
    planted: Application


def own_test(organisation: Organisation, kind: str, content: dict[str, Any]) -> Test:
    """A published test of the organisation's own."""
    test = Test.objects.create(
        organisation=organisation, kind=kind, key=content["id"], title=content["name"], created_at=NOW
    )
    TestVersion.objects.create(
        organisation=organisation,
        test=test,
        number=content["version"],
        language="en",
        content=content,
        created_at=NOW,
        published_at=NOW,
    )
    return test


def number(test: Test) -> str:
    return TestVersion.objects.of(test.organisation).filter(test=test).latest("pk").number


def world() -> World:
    """Several people took one test; one person took all four, with norms and a calibration."""
    organisation = factories.organisation()
    role = role_of(organisation)
    (who,) = applications(role, 1)
    Candidate.objects.of(organisation).filter(pk=who.candidate_id).update(
        first_name=PLANTED[0], last_name=PLANTED[1], email=PLANTED[2], remote_id=4711
    )
    Application.objects.of(organisation).filter(pk=who.pk).update(remote_id=4712, status="hired")
    for parts in (_style(organisation, who), _reasoning(organisation, who), _own(organisation, who)):
        for part in parts:
            score_part(part)
    return World(organisation=organisation, planted=who)


def _style(organisation: Organisation, who: Application) -> list[AttemptPart]:
    test = ensure_builtin(organisation, "work_style", now=NOW)
    before = published(role_of(organisation), (test, number(test), "short20"))
    scored = finished(before, applications(before.step.role, 4), answers=scale_answers)
    norms = norms_of(test, "short20", {scale.id: (2.0, 3.5, 4.5) for scale in load().scales})
    assert who.role is not None
    after = published(who.role, (test, number(test), "short20"), norms=norms)
    parts = finished(after, [who], answers=lambda _: keyed((2, 4, 5, 3)))
    Adjustment.objects.create(
        organisation=organisation, attempt=parts[0].attempt, asked_at=NOW, text=PLANTED[3]
    )
    return parts + scored[:2]


def norms_of(test: Test, form: str, scores: Mapping[str, Sequence[float]]) -> NormSet:
    """A norm group (computer, English) in which 50 people reached each of these scores."""
    made = NormSet.objects.create(
        organisation=test.organisation, test=test, version=number(test), form=form, number=1, created_at=NOW
    )
    NormGroup.objects.create(
        organisation=test.organisation,
        norm_set=made,
        language="en",
        device="computer",
        n=150,
        tables={scale: to_table(norm_table([*values] * 50, 0.8)) for scale, values in scores.items()},
    )
    return made


def _reasoning(organisation: Organisation, who: Application) -> list[AttemptPart]:
    test = ensure_builtin(organisation, "reasoning", now=NOW)
    before = published(role_of(organisation), (test, number(test), "standard_20"))
    finished(before, applications(before.step.role, 10), answers=solves, items=form_of)
    found = rasch.CalibrationResult(
        cells={cell: rasch.Difficulty(0.7 * (cell[1] - 2), 0.15, 400) for cell in CELLS},
        sd=1.2,
        n=200,
        iterations=9,
        reliability=0.7,
    )
    calibration = Calibration.objects.create(
        organisation=organisation,
        test=test,
        version=number(test),
        number=1,
        content=strata.to_json(pooled(found)),
        n=200,
        created_at=NOW,
    )
    assert who.role is not None
    after = published(
        who.role,
        (test, number(test), "standard_20"),
        norms=norms_of(test, "standard_20", {"": (3, 6, 9)}),
        calibration=calibration,
    )
    (part,) = finished(after, [who], answers=solves, items=form_of)
    DrawnItem.objects.create(
        organisation=organisation,
        part=part,
        position=3,
        item="3x",
        content=to_json(form_of(9)[2]),
        voided_at=NOW,
    )
    return [part]


def _own(organisation: Organisation, who: Application) -> list[AttemptPart]:
    judgement = own_test(organisation, "judgement", JUDGEMENT)
    questions = own_test(organisation, "questions", QUESTIONS)
    assert who.role is not None
    rated = finished(
        published(who.role, (judgement, "1", "full")),
        [who],
        answers=lambda _: {"s1": {"s1a": 5, "s1b": 1}, "s2": {"s2a": 3, "s2b": 3}},
    )
    (answered,) = finished(
        published(who.role, (questions, "1", "full")),
        [who],
        answers=lambda _: {"tool": "saw", "story": PLANTED[3], "phone": 4930555},
    )
    upload = Upload.objects.create(
        organisation=organisation,
        part=answered,
        item="cv",
        name=f"{PLANTED[4]}.pdf",
        content_type="application/pdf",
        size=4,
        sha256="0" * 64,
        content=PLANTED[4].encode(),
        uploaded_at=NOW,
    )
    Answer.objects.create(
        organisation=organisation, part=answered, item="cv", value={"upload": upload.pk}, answered_at=NOW
    )
    Marking.objects.create(
        organisation=organisation,
        part=answered,
        item="story",
        rater=factories.member(organisation),
        points={},
        comment=PLANTED[3],
        marked_at=NOW,
    )
    return [*rated, answered]
