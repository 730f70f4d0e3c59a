"""Drafts and published versions of a role's assessment."""

from typing import Any

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.builtin import REASONING, WORK_STYLE
from goodword.assessments.kinds.reasoning.content import VERSION as REASONING_VERSION
from goodword.assessments.kinds.reasoning.content import builtin_forms
from goodword.assessments.models import Assessment, AssessmentPart, Calibration, Test, TestVersion
from goodword.assessments.plans.editing import PartChoice, add_part, begin_draft, change_part
from goodword.assessments.plans.publishing import publish
from goodword.assessments.plans.versions import content_of_number, draft_of, scales_of, whole_form
from goodword.assessments.psychometrics import SCORING
from goodword.roles.models import Step
from tests.support import factories

NOW = factories.NOW
JUDGEMENT = "judgement_customer"
SERVES = "Explains an offer to somebody who is cross"


def step_of(org: Organisation | None = None) -> Step:
    """The assessment of a new role."""
    return factories.step(factories.role(org or factories.organisation()), "assessment")


def prepared() -> tuple[Step, Membership]:
    """The assessment of a new role and a recruiter, in an organisation with the built-in tests."""
    step = factories.step(factories.role(factories.organisation(), title="Window Washer"), "assessment")
    for key in (WORK_STYLE, REASONING, JUDGEMENT):
        builtin(step.organisation, key)
    return step, factories.member(step.organisation, name="Rita Hansen")


def builtin(org: Organisation, key: str) -> Test:
    """A built-in test as the organisation's row."""
    return ensure_builtin(org, key, now=NOW)


def earlier_reasoning(org: Organisation) -> Test:
    """As stored by an organisation before the current version."""
    test = Test.objects.create(
        organisation=org, kind="reasoning", key=REASONING, title="Reasoning", created_at=NOW
    )
    forms = {form: builtin_forms()["forms"][form] for form in ("standard_20", "short_12", "figureless_20")}
    TestVersion.objects.create(
        organisation=org,
        test=test,
        number="1",
        language="",
        content={"kind": "reasoning", "version": "1", "forms": forms},
        created_at=NOW,
        published_at=NOW,
    )
    return test


def calibration(
    test: Test, *, number: int = 1, version: str = REASONING_VERSION, rule: str = SCORING["rasch"]
) -> Calibration:
    """Norms for no language or device. `rule`: version of the scoring rule."""
    empty = {"rule": rule, "pools": [], "comparisons": [], "left_out": []}
    return Calibration.objects.create(
        organisation=test.organisation,
        test=test,
        version=version,
        number=number,
        content=empty,
        n=300,
        created_at=NOW,
    )


def questions(
    org: Organisation, *, key: str = "own", languages: tuple[str, ...] = ("en",), **more: Any
) -> Test:
    """Custom questions in these languages; one has a correct answer unless `right` is false."""
    test = Test.objects.create(
        organisation=org, kind="questions", key=key, title=f"Questions {key}", created_at=NOW
    )
    for language in languages:
        publish_version(test, language=language, **more)
    return test


def publish_version(test: Test, *, number: str = "1", language: str = "en", **more: Any) -> TestVersion:
    """One version of custom questions in one language."""
    choices = [{"value": "a", "label": "One"}, {"value": "b", "label": "Two"}]
    content = {
        "kind": "questions",
        "id": test.key,
        "version": number,
        "language": language,
        "name": test.title,
        "instructions": "",
        "questions": [{"type": "single_choice", "id": "q1", "text": "One or two?", "choices": choices}],
        "rubrics": [],
        "right": {"q1": ["a"]},
        **more,
    }
    return TestVersion.objects.create(
        organisation=test.organisation,
        test=test,
        number=number,
        language=language,
        content=content,
        created_at=NOW,
        published_at=NOW,
    )


#: the default form of work style: every scale except emotional stability
DEFAULT_FORM = "short20:extraversion,agreeableness,conscientiousness,openness"


def drafted(step: Step, *keys: str, by: Membership) -> Assessment:
    """A draft with these built-in tests."""
    begin_draft(step=step, by=by, now=NOW, empty=True)
    for key in keys:
        put_in(step, builtin(step.organisation, key))
    return draft(step)


def put_in(step: Step, test: Test) -> AssessmentPart:
    return add_part(step=step, test_id=test.pk, revision=draft(step).revision)


def draft(step: Step) -> Assessment:
    found = draft_of(step)
    assert found is not None
    return found


def parts(assessment: Assessment) -> list[AssessmentPart]:
    rows = AssessmentPart.objects.of(assessment.organisation).select_related("test")
    return list(rows.filter(assessment=assessment).order_by("order"))


def as_it_is(part: AssessmentPart, **changes: Any) -> PartChoice:
    """The part's current settings with these changes."""
    known = {name: getattr(part, name) for name in ("number", "minutes", "requirement", "two_raters")}
    content = content_of_number(part.test, part.number)
    known["form"] = whole_form(content, part.form)
    known["scales"] = tuple(scale.id for scale in scales_of(content, part.form))
    known["confirms_health"] = part.health_confirmed_at is not None
    return PartChoice(**{**known, "norms": part.norms_id, "calibration": part.calibration_id, **changes})


def changed(step: Step, part: AssessmentPart, *, by: Membership, **changes: Any) -> AssessmentPart:
    return change_part(
        step=step,
        part_id=part.pk,
        choice=as_it_is(part, **changes),
        revision=draft(step).revision,
        by=by,
        now=NOW,
    )


def published(step: Step, *keys: str, by: Membership) -> Assessment:
    """A published assessment of built-in tests that share one requirement."""
    made = drafted(step, *keys, by=by)
    missing = {part.pk: SERVES for part in parts(made)}
    return publish(step=step, revision=made.revision, by=by, now=NOW, requirements=missing)


def rows(step: Step) -> list[Any]:
    """All rows of a role's assessment that can change."""
    assessments = Assessment.objects.of(step.organisation).filter(step=step).order_by("pk")
    fresh = Step.objects.of(step.organisation).filter(pk=step.pk)
    return [
        *assessments.values(),
        *AssessmentPart.objects.of(step.organisation).order_by("pk").values(),
        *fresh.values(),
    ]


__all__ = [
    "JUDGEMENT",
    "NOW",
    "REASONING",
    "REASONING_VERSION",
    "SERVES",
    "WORK_STYLE",
    "as_it_is",
    "builtin",
    "calibration",
    "changed",
    "draft",
    "drafted",
    "earlier_reasoning",
    "parts",
    "publish_version",
    "published",
    "put_in",
    "questions",
    "rows",
    "step_of",
]
