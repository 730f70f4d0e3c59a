"""A role with tests of all kinds, and candidates who completed them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from goodword.accounts.models import Organisation
from goodword.assessments.attempts.answers import next_item, save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.parts import begin_part, needs_start
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.builtin import REASONING, WORK_STYLE
from goodword.assessments.kinds.builtin import content as builtin_content
from goodword.assessments.kinds.custom_questions.items import CustomQuestion
from goodword.assessments.kinds.judgement.items import SituationItem
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.items import ReasoningTask, calibration_answers
from goodword.assessments.kinds.scales.items import Statement
from goodword.assessments.models import (
    Assessment,
    AssessmentPart,
    Attempt,
    AttemptPart,
    Calibration,
    Marking,
    Score,
    Test,
    TestVersion,
    Upload,
)
from goodword.assessments.psychometrics import rasch, strata
from goodword.assessments.psychometrics.abilities import ability
from goodword.assessments.psychometrics.strata import Calibrations, Pool, Stratum
from goodword.assessments.queries import answers_of, content_of, items_of
from goodword.candidates.models import Application
from goodword.roles.models import Role, Step
from tests.assessments.support import add_answers, assigned, part_of, save_answers
from tests.support import factories
from tests.support.worlds import whole_world

NOW = factories.NOW
ALL = ("scales", "reasoning", "judgement", "questions")

#: a choice with a correct answer, a text with a rubric, a text to read, a file
OWN: dict[str, Any] = {
    "kind": "questions",
    "id": "own",
    "version": "1",
    "language": "en",
    "name": "Questions of ours",
    "instructions": "",
    "questions": [
        {
            "type": "single_choice",
            "id": "harness",
            "text": "How often is a harness checked?",
            "choices": [
                {"value": "daily", "label": "Before each use"},
                {"value": "yearly", "label": "Once a year"},
            ],
        },
        {"type": "long_text", "id": "storm", "text": "A storm comes up. What do you do?"},
        {"type": "short_text", "id": "start", "text": "When could you start?"},
        {
            "type": "file",
            "id": "licence",
            "text": "Your licence, please",
            "types": ["pdf"],
            "required": False,
        },
    ],
    "rubrics": [
        {
            "question": "storm",
            "criteria": [
                {
                    "id": "safe",
                    "text": "Keeps people safe",
                    "points": 5,
                    "anchors": "5: all come down at once",
                },
                {"id": "tells", "text": "Tells the others", "points": 3},
            ],
        }
    ],
    "right": {"harness": ["daily"]},
}


def assessment_of_all(role: Role, *, kinds: Sequence[str] = ALL, **values: Any) -> Assessment:
    """A published assessment with one test of each of these kinds. "own_judgement": the built-in situations as the
    organisation's own set; "few_situations": four of them. "keyed_questions", "open_questions": some of the questions.
    """
    step = Step.objects.of(role.organisation).get(role=role, kind="assessment")
    number = Assessment.objects.of(role.organisation).filter(step=step).count() + 1
    by = role.owner
    two_raters = values.pop("two_raters", False)
    weights = values.pop("weights", {})
    made = Assessment.objects.create(
        **{
            "organisation": role.organisation,
            "step": step,
            "number": number,
            "created_at": NOW,
            "created_by": by,
            "published_at": NOW,
        }
        | values
    )
    for order, kind in enumerate(kinds, start=1):
        version, form, minutes = _test(role.organisation, kind)
        AssessmentPart.objects.create(
            organisation=role.organisation,
            assessment=made,
            order=order,
            test=version.test,
            number=version.number,
            form=form,
            minutes=minutes,
            requirement=f"Needed for {kind}",
            requirement_by="Rita Recruiter",
            requirement_at=NOW,
            weight=weights.get(kind),
            two_raters=two_raters,
        )
    return made


def taken(
    of: Application,
    *,
    value: int = 4,
    solve: int = 1,
    harness: str = "daily",
    now: datetime = NOW,
    **device: str,
) -> Attempt:
    """A completed attempt: statements and actions rated `value`, every `solve`th task solved."""
    attempt = assigned(of, now=now)
    return take(attempt, value=value, solve=solve, harness=harness, now=now, **device)


@whole_world
def take(
    attempt: Attempt,
    *,
    value: int = 4,
    solve: int = 1,
    harness: str = "daily",
    storm: str = "I call everybody down and tell the office.",
    file: str = "licence-of-ada.pdf",
    now: datetime = NOW,
    **device: str,
) -> Attempt:
    """Complete an assigned attempt in the same way. `storm`: the written answer; `file`: the upload."""
    of = attempt.step_request.application
    own = {"harness": harness, "storm": storm, "start": "On 1 May", "licence": file}
    for part in list(AttemptPart.objects.of(of.organisation).filter(attempt=attempt).order_by("order")):
        _answer(attempt, part.order, value=value, solve=solve, own=own, now=now)
        finish_part(attempt_id=attempt.pk, order=part.order, now=now)
        if device:
            AttemptPart.objects.of(of.organisation).filter(pk=part.pk).update(**device)
    return fresh(attempt)


def answer_all_parts(attempt: Attempt, *, now: datetime) -> None:
    """Answer all parts, and finish all but the last."""
    own = {"harness": "daily", "storm": "All come down.", "start": "On 1 May", "licence": "licence.pdf"}
    last = attempt.parts.count()
    for order in range(1, last + 1):
        _answer(attempt, order, value=4, solve=1, own=own, now=now)
        if order < last:
            finish_part(attempt_id=attempt.pk, order=order, now=now)


def fresh(attempt: Attempt) -> Attempt:
    rows = Attempt.objects.of(attempt.organisation)
    return rows.select_related(
        "organisation", "step_request__step", "step_request__application", "assessment"
    ).get(pk=attempt.pk)


def pooled(found: rasch.CalibrationResult, language: str = "en", device: str = "computer") -> Calibrations:
    pool = Pool(strata={Stratum(language, device): found.n}, calibration=found)
    return Calibrations(pools=(pool,), comparisons=(), left_out={})


def calibrated(attempt: Attempt) -> Calibration:
    """Calibrate the role's reasoning test with 240 people and issue the ability."""
    organisation = attempt.organisation
    [part] = (
        AttemptPart.objects.of(organisation)
        .select_related("attempt", "part", "version__test")
        .filter(attempt=attempt, version__test__kind="reasoning")
    )
    given, answers = [item for item in items_of(part) if isinstance(item, ReasoningTask)], answers_of(part)
    cells = sorted({(item.drawn.family, item.drawn.level) for item in given})
    found = rasch.CalibrationResult(
        cells={(family, level): rasch.Difficulty(0.25 * level - 1, 0.2, 60) for family, level in cells},
        sd=1.1,
        n=240,
        iterations=12,
        reliability=0.78,
    )
    made = Calibration.objects.create(
        organisation=organisation,
        test=part.version.test,
        version=part.version.number,
        number=3,
        content=strata.to_json(pooled(found, part.attempt.language, part.device)),
        n=240,
        created_at=NOW,
    )
    part.part.calibration = made
    part.part.save(update_fields=["calibration"])
    estimate = ability(found, calibration_answers(given, answers))
    assert estimate is not None
    Score.objects.of(organisation).filter(part=part, scale="").update(
        ability=estimate.theta,
        ability_se=estimate.se,
        ability_low=estimate.low,
        ability_high=estimate.high,
    )
    return made


def marked(attempt: Attempt, *, name: str, now: datetime = NOW, comment: str = "", **points: int) -> Marking:
    """Mark the answer about the storm as this rater."""
    [part] = AttemptPart.objects.of(attempt.organisation).filter(
        attempt=attempt, version__test__kind="questions"
    )
    return Marking.objects.create(
        organisation=attempt.organisation,
        part=part,
        item="storm",
        rater=factories.member(attempt.organisation, name=name),
        points=points,
        comment=comment,
        marked_at=now,
    )


def _answer(
    attempt: Attempt, order: int, *, value: int, solve: int, own: Mapping[str, str], now: datetime
) -> None:
    given: dict[str, Any] = {"attempt_id": attempt.pk, "order": order, "now": now}
    if needs_start(part_of(attempt, order)):
        begin_part(**given, device="computer")
    part = part_of(attempt, order)
    items = items_of(part)
    values: dict[str, Any] = {}
    for number, item in enumerate(items, start=1):
        match item:
            case Statement():
                values[item.id] = value
            case SituationItem():
                values[item.id] = {action.id: value for action in item.situation.actions}
            case ReasoningTask():
                wrong = next(option.id for option in item.drawn.options if option.id != item.drawn.key)
                values[item.id] = wrong if number % solve else item.drawn.key
            case CustomQuestion():
                save_answer(**given, item_id=item.id, value=_own(part, item.id, own=own))
            case _:
                raise TypeError(f"no answer to {item.id}")
    if part.seconds is None:
        save_answers(attempt, order, values, now=now)
        return
    # timed: the last task through the domain, the earlier ones as rows
    last = items[-1].id
    add_answers(part, {name: value for name, value in values.items() if name != last}, now=now)
    rows = AttemptPart.objects.of(part.organisation).filter(pk=part.pk)
    rows.update(at=len(items), shown_at=now, seen_at=now)
    save_answer(**given, item_id=last, value=values[last])
    next_item(attempt_id=attempt.pk, order=order, number=len(items), now=now)


def _own(part: AttemptPart, question: str, *, own: Mapping[str, str]) -> Any:
    if question != "licence":
        return own[question]
    upload = Upload.objects.create(
        organisation=part.organisation,
        part=part,
        item=question,
        name=own[question],
        content_type="application/pdf",
        size=12_000,
        sha256="0" * 64,
        content=b"%PDF-1.7",
        uploaded_at=NOW,
    )
    return {"upload": upload.pk}


def _test(organisation: Organisation, kind: str) -> tuple[TestVersion, str, int | None]:
    if kind == "questions":
        return _own_version(organisation), "", None
    if kind in {"keyed_questions", "open_questions"}:
        return _own_version(organisation, _some_questions(kind)), "", None
    if kind == "own_judgement":
        return own_situations(organisation), "", None
    if kind == "few_situations":
        return own_situations(organisation, "few_situations", n=4), "", None
    key = {"scales": WORK_STYLE, "reasoning": REASONING, "judgement": "judgement_customer"}[kind]
    test = ensure_builtin(organisation, key, now=NOW)
    version = TestVersion.objects.of(organisation).filter(test=test).order_by("language").first()
    assert version is not None  # created above
    if kind == "reasoning":
        content = content_of(version)
        assert isinstance(content, ReasoningTest)
        return version, min(content.forms, key=lambda form: content.forms[form].n), 20
    return version, "short20" if kind == "scales" else "", None


def _some_questions(kind: str) -> dict[str, Any]:
    """Those with a right answer, or the others."""
    keyed = kind == "keyed_questions"
    chosen = [question for question in OWN["questions"] if (question["id"] in OWN["right"]) == keyed]
    return OWN | {
        "id": kind,
        "questions": chosen,
        "rubrics": [] if keyed else OWN["rubrics"],
        "right": OWN["right"] if keyed else {},
    }


#: nine experts whose mean ratings make a key
PANEL: dict[str, Any] = {
    "experts": 9,
    "icc_single": 0.62,
    "icc_single_interval": [0.48, 0.75],
    "icc_average": 0.94,
    "icc_average_interval": [0.89, 0.96],
    "wide": 3,
    "keyed_by": "Rita Recruiter",
    "keyed_on": "2026-03-01",
}


def own_situations(organisation: Organisation, key: str = "own_situations", *, n: int = 8) -> TestVersion:
    """With the first `n` situations."""
    found = builtin_content("judgement_customer", language="en")
    found |= {"id": key, "panel": PANEL, "situations": found["situations"][:n]}
    return _own_version(organisation, found, kind=Test.Kind.JUDGEMENT)


def _own_version(
    organisation: Organisation, found: dict[str, Any] = OWN, *, kind: Test.Kind = Test.Kind.CUSTOM_QUESTIONS
) -> TestVersion:
    test, _ = Test.objects.of(organisation).get_or_create(
        key=found["id"],
        defaults={
            "organisation": organisation,
            "kind": kind,
            "title": found["name"],
            "created_at": NOW,
        },
    )
    version, _ = TestVersion.objects.of(organisation).get_or_create(
        test=test,
        number="1",
        language="en",
        defaults={"organisation": organisation, "content": found, "created_at": NOW, "published_at": NOW},
    )
    return version


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)
