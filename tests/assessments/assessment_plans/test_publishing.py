"""Publishing an assessment, and refusing an incomplete one."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.kinds.builtin import newest
from goodword.assessments.kinds.judgement.drafts import without_open_text
from goodword.assessments.models import AssessmentPart, Attempt, Test
from goodword.assessments.plans.editing import InvalidSetting, begin_draft
from goodword.assessments.plans.publishing import Settings, Unfinished, change_settings, publish
from goodword.assessments.plans.versions import (
    built_by_member,
    current_assessment,
    planned_parts,
    versions_of,
)
from goodword.drafts.versions import StaleDraft
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import Step
from tests.assessments.assessment_plans.support import (
    DEFAULT_FORM,
    JUDGEMENT,
    NOW,
    REASONING,
    SERVES,
    WORK_STYLE,
    changed,
    draft,
    drafted,
    parts,
    prepared,
    published,
    put_in,
    questions,
    rows,
)
from tests.assessments.once import once
from tests.assessments.support import assigned
from tests.support import factories

pytestmark = pytest.mark.django_db


shared = once(prepared)


@pytest.fixture
def step(db: None, shared: tuple[Step, Membership]) -> Step:
    return deepcopy(shared[0])


@pytest.fixture
def rita(step: Step, shared: tuple[Step, Membership]) -> Membership:
    return deepcopy(shared[1])


def test_publishing_makes_the_open_text_version_of_a_set_once(step: Step, rita: Membership) -> None:
    published(step, JUDGEMENT, WORK_STYLE, by=rita)
    [made] = Test.objects.of(step.organisation).filter(open_text_of__isnull=False)
    assert (made.created_by, not without_open_text().exists()) == (None, True)
    published(step, JUDGEMENT, by=rita)
    assert Test.objects.of(step.organisation).filter(open_text_of__isnull=False).get() == made


def settle(step: Step, **values: Any) -> None:
    change_settings(step=step, settings=Settings(**{"weights": {}, **values}), revision=draft(step).revision)


def given(attempt: Attempt) -> list[tuple[str, str, int | None]]:
    found = attempt.parts.order_by("order").select_related("version__test")
    return [(part.version.test.key, part.form, part.seconds) for part in found]


@pytest.mark.world
def test_a_new_version_is_used_for_new_invitations_only(step: Step, rita: Membership) -> None:
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    early = assigned(factories.application(step.role))
    made = drafted(step, WORK_STYLE, REASONING, by=rita)
    style, reasoning = parts(made)
    changed(step, style, by=rita, form="full", scales=("openness",), requirement="Works in a team")
    changed(step, reasoning, by=rita, minutes=25, requirement="Finds faults")
    found = publish(step=step, revision=draft(step).revision, by=rita, now=NOW)
    late = assigned(factories.application(step.role))
    assert (given(early), given(late)) == (
        [(WORK_STYLE, DEFAULT_FORM, None)],
        [(WORK_STYLE, "full:openness", None), (REASONING, "standard_20", 1500)],
    )
    assert (early.assessment.number, late.assessment, found.published_by) == (1, found, rita)
    assert [assessment.number for assessment in versions_of(step)] == [2, 1]


@pytest.mark.world
def test_the_default_test_asks_the_chosen_scales_until_others_are_chosen(
    step: Step, rita: Membership
) -> None:
    forms = []
    for scales in (["openness"], ["openness", "agreeableness"]):
        set_requirement(step=step, text="Sells windows", scales=scales, by=rita, now=NOW)
        step.refresh_from_db()
        forms.append(given(assigned(factories.application(step.role))))
    assert forms == [
        [(WORK_STYLE, "short20:openness", None)],
        [(WORK_STYLE, "short20:agreeableness,openness", None)],
    ]


@pytest.mark.world
def test_the_step_gets_the_requirements_of_all_tests(step: Step, rita: Membership) -> None:
    made = drafted(step, WORK_STYLE, REASONING, JUDGEMENT, by=rita)
    one, two, three = parts(made)
    texts = {one.pk: "Works in a team", two.pk: "Finds faults", three.pk: "Works in a team"}
    publish(step=step, revision=made.revision, by=rita, now=NOW, requirements=texts)
    step.refresh_from_db()
    assert (step.requirement, step.requirement_by) == ("Works in a team; Finds faults", rita.user.name)


@pytest.mark.world
def test_publishing_is_audited(step: Step, rita: Membership) -> None:
    found = published(step, WORK_STYLE, REASONING, by=rita)
    [entry] = AuditEntry.objects.of(step.organisation).filter(action="assessment.published")
    assert (entry.member, entry.details) == (
        rita,
        {"role": step.role_id, "assessment": found.pk, "version": 1, "tests": [WORK_STYLE, REASONING]},
    )


def test_an_assessment_without_tests_cannot_be_published(step: Step, rita: Membership) -> None:
    made = drafted(step, by=rita)
    before = rows(step)
    with pytest.raises(Unfinished) as refused:
        publish(step=step, revision=made.revision, by=rita, now=NOW)
    [problem] = refused.value.problems
    assert problem.sentence == "Add a test before you publish."
    assert rows(step) == before


@pytest.mark.world
def test_every_test_needs_a_requirement(step: Step, rita: Membership) -> None:
    made = drafted(step, WORK_STYLE, REASONING, by=rita)
    style, reasoning = parts(made)
    before = rows(step)
    with pytest.raises(Unfinished) as refused:
        publish(
            step=step,
            revision=made.revision,
            by=rita,
            now=NOW,
            requirements={style.pk: SERVES, reasoning.pk: " "},
        )
    assert [(problem.field, problem.sentence) for problem in refused.value.problems] == [
        (
            f"requirement_{reasoning.pk}",
            "Enter which job requirement “Reasoning” assesses.",
        )
    ]
    assert rows(step) == before


def test_a_stale_draft_is_not_published(step: Step, rita: Membership) -> None:
    made = drafted(step, WORK_STYLE, by=rita)
    changed(step, parts(made)[0], by=rita, requirement=SERVES)
    before = rows(step)
    with pytest.raises(StaleDraft):
        publish(step=step, revision=made.revision, by=rita, now=NOW)
    assert rows(step) == before


@pytest.mark.world
def test_a_default_created_in_between_does_not_supersede_the_draft(step: Step, rita: Membership) -> None:
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    made = drafted(step, REASONING, by=rita)
    step.refresh_from_db()
    with transaction.atomic():
        by_itself = current_assessment(step, now=NOW)
    assert (made.number, by_itself.number) == (1, 2)
    missing = {part.pk: SERVES for part in parts(made)}
    found = publish(step=step, revision=made.revision, by=rita, now=NOW, requirements=missing)
    assert (found.number, current_assessment(step, now=NOW), built_by_member(step)) == (3, found, found)


@pytest.mark.parametrize("outdated", [{"form": "short20"}, {"number": "1"}])
def test_an_outdated_default_is_renewed_for_new_invitations(
    step: Step, rita: Membership, outdated: dict[str, str]
) -> None:
    """Assessments created before scales could be chosen use all five, including emotional stability."""
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    step.refresh_from_db()
    first = current_assessment(step, now=NOW)
    assert current_assessment(step, now=NOW) == first
    AssessmentPart.objects.of(step.organisation).update(**outdated)
    renewed = current_assessment(step, now=NOW)
    [part] = parts(renewed)
    assert (renewed.number, part.number, part.form) == (2, newest(WORK_STYLE)[0], DEFAULT_FORM)
    assert current_assessment(step, now=NOW) == renewed


def test_a_member_s_own_version_is_not_renewed(step: Step, rita: Membership) -> None:
    found = published(step, WORK_STYLE, by=rita)
    AssessmentPart.objects.of(step.organisation).update(number="1", form="short20")
    assert current_assessment(step, now=NOW) == found


@pytest.mark.world
def test_a_new_step_requirement_does_not_replace_a_built_assessment(step: Step, rita: Membership) -> None:
    found = published(step, REASONING, by=rita)
    set_requirement(step=step, text="Something else", by=rita, now=NOW)
    step.refresh_from_db()
    assert current_assessment(step, now=NOW) == found


@pytest.mark.world
def test_a_total_needs_a_test_with_right_answers(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, JUDGEMENT, by=rita)
    before = rows(step)
    for total in ("categories", "weights"):
        with pytest.raises(InvalidSetting, match="needs a test with right and wrong answers") as refused:
            settle(step, total=total)
        assert refused.value.field == "total"
    assert rows(step) == before


@pytest.mark.world
def test_a_total_without_its_test_is_not_published(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, by=rita)
    part = put_in(step, questions(step.organisation))
    settle(step, total="categories")
    changed(step, parts(draft(step))[0], by=rita, requirement=SERVES)
    part.delete()
    with pytest.raises(Unfinished, match="A total needs a test with right and wrong answers"):
        publish(step=step, revision=draft(step).revision, by=rita, now=NOW)


@pytest.mark.world
def test_weights_need_a_reason_and_a_value_for_each_test(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, REASONING, by=rita)
    own = put_in(step, questions(step.organisation))
    style, reasoning, _ = parts(draft(step))
    full = {reasoning.pk: 2, own.pk: 1}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"weights": full}, "total_reason"),
        ({"weights": full, "total_reason": "  "}, "total_reason"),
        ({"weights": {own.pk: 1}, "total_reason": "Both matter"}, f"weight_{reasoning.pk}"),
        ({"weights": full | {own.pk: 0}, "total_reason": "Both matter"}, f"weight_{own.pk}"),
    ]
    before = rows(step)
    for values, field in wrong:
        with pytest.raises(InvalidSetting) as refused:
            settle(step, total="weights", **values)
        assert refused.value.field == field
    assert rows(step) == before
    settle(step, total="weights", weights=full | {style.pk: 9}, total_reason="Faults cost more")
    assert [part.weight for part in parts(draft(step))] == [None, 2, 1]
    assert draft(step).total_reason == "Faults cost more"
    settle(step, total="off", weights=full, total_reason="Faults cost more")
    assert ([part.weight for part in parts(draft(step))], draft(step).total_reason) == (
        [None, None, None],
        "",
    )


def test_questions_without_a_correct_answer_do_not_count_in_totals(step: Step, rita: Membership) -> None:
    begin_draft(step=step, by=rita, now=NOW, empty=True)
    put_in(step, questions(step.organisation, right={}))
    assert [part.right_or_wrong for part in planned_parts(draft(step))] == [False]
    with pytest.raises(InvalidSetting):
        settle(step, total="categories")


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"total": "sum"}, "total"),
        ({"more_time": 33}, "more_time"),
        ({"retake_months": 13}, "retake_months"),
        ({"retake_months": -1}, "retake_months"),
    ],
)
def test_a_setting_out_of_bounds_is_refused(
    step: Step, rita: Membership, values: dict[str, Any], field: str
) -> None:
    drafted(step, REASONING, by=rita)
    before = rows(step)
    with pytest.raises(InvalidSetting) as refused:
        settle(step, **values)
    assert refused.value.field == field
    assert rows(step) == before


@pytest.mark.world
def test_republishing_all_scales_of_an_earlier_version_requires_confirming_the_warning(
    step: Step, rita: Membership
) -> None:
    first = published(step, WORK_STYLE, by=rita)
    AssessmentPart.objects.of(step.organisation).filter(assessment=first).update(form="short20")
    made = begin_draft(step=step, by=rita, now=NOW)
    [part] = parts(made)
    assert part.form == "short20"
    with pytest.raises(Unfinished, match="measures emotional stability"):
        publish(step=step, revision=made.revision, by=rita, now=NOW)
    assert parts(first)[0].form == "short20"
    changed(step, part, by=rita, confirms_health=True)
    again = publish(step=step, revision=draft(step).revision, by=rita, now=NOW)
    assert [(one.form, one.health_confirmed_by) for one in parts(again)] == [("short20", rita.user.name)]
