"""Editing the draft of a role's assessment."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from goodword.accounts.models import Membership
from goodword.assessments.kinds.builtin import newest
from goodword.assessments.models import Assessment, AssessmentPart, NormSet, Test
from goodword.assessments.plans.editing import (
    DOWN,
    DRAFTS,
    UP,
    InvalidSetting,
    add_part,
    begin_draft,
    change_part,
    move_part,
    remove_part,
)
from goodword.assessments.plans.versions import current_assessment, draft_of
from goodword.drafts.versions import NoDraft, StaleDraft
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import Step
from tests.assessments.assessment_plans.support import (
    DEFAULT_FORM,
    JUDGEMENT,
    NOW,
    REASONING,
    REASONING_VERSION,
    SERVES,
    WORK_STYLE,
    as_it_is,
    builtin,
    calibration,
    changed,
    draft,
    drafted,
    parts,
    prepared,
    publish_version,
    published,
    put_in,
    questions,
    rows,
)
from tests.assessments.once import once
from tests.support import factories

pytestmark = pytest.mark.django_db


shared = once(prepared)


@pytest.fixture
def step(db: None, shared: tuple[Step, Membership]) -> Step:
    return deepcopy(shared[0])


@pytest.fixture
def rita(step: Step, shared: tuple[Step, Membership]) -> Membership:
    return deepcopy(shared[1])


def norms(test: Test, *, number: int = 1, version: str = "4", form: str = DEFAULT_FORM) -> NormSet:
    return NormSet.objects.create(
        organisation=test.organisation, test=test, version=version, form=form, number=number, created_at=NOW
    )


def titles(step: Step) -> list[tuple[int, str]]:
    return [(part.order, part.test.key) for part in parts(draft(step))]


def test_a_first_draft_starts_with_the_default_assessment(step: Step, rita: Membership) -> None:
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    step.refresh_from_db()
    made = begin_draft(step=step, by=rita, now=NOW)
    [part] = parts(made)
    assert (part.test.key, part.number, part.form, part.minutes) == (WORK_STYLE, "4", DEFAULT_FORM, None)
    assert (part.requirement, part.requirement_by, part.requirement_at) == (
        "Sells windows",
        rita.user.name,
        NOW,
    )
    assert (made.number, made.created_by, made.published_at) == (1, rita, None)


@pytest.mark.world
def test_a_draft_starts_with_the_current_version(step: Step, rita: Membership) -> None:
    first = published(step, WORK_STYLE, REASONING, by=rita)
    Assessment.objects.of(step.organisation).update(more_time=50, shares_result=True, retake_months=3)
    made = begin_draft(step=step, by=rita, now=NOW)
    assert (made.number, made.more_time, made.shares_result, made.retake_months) == (2, 50, True, 3)
    columns = (
        "order",
        "test",
        "number",
        "form",
        "minutes",
        "requirement",
        "requirement_by",
        "requirement_at",
    )
    assert list(made.parts.order_by("order").values(*columns)) == list(
        first.parts.order_by("order").values(*columns)
    )
    assert {part.pk for part in parts(made)}.isdisjoint(part.pk for part in parts(first))


def test_a_draft_does_not_start_with_an_outdated_default(step: Step, rita: Membership) -> None:
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    step.refresh_from_db()
    current_assessment(step, now=NOW)
    AssessmentPart.objects.of(step.organisation).update(number="1", form="short20")
    [part] = parts(begin_draft(step=step, by=rita, now=NOW))
    assert (part.number, part.form) == (newest(WORK_STYLE)[0], DEFAULT_FORM)


def test_a_draft_can_start_empty(step: Step, rita: Membership) -> None:
    published(step, WORK_STYLE, by=rita)
    made = begin_draft(step=step, by=rita, now=NOW, empty=True)
    assert (parts(made), made.total) == ([], "off")


def test_starting_a_draft_twice_gives_the_same_draft(step: Step, rita: Membership) -> None:
    made = begin_draft(step=step, by=rita, now=NOW)
    assert begin_draft(step=step, by=factories.member(step.organisation), now=NOW, empty=True) == made
    assert len(parts(made)) == 1


@pytest.mark.world
def test_an_added_test_comes_last_with_proposed_settings(step: Step, rita: Membership) -> None:
    made = drafted(step, WORK_STYLE, REASONING, JUDGEMENT, by=rita)
    assert [(part.order, part.test.key, part.form, part.minutes) for part in parts(made)] == [
        (1, WORK_STYLE, DEFAULT_FORM, None),
        (2, REASONING, "standard_20", 20),
        (3, JUDGEMENT, "full", None),
    ]


def test_an_added_test_gets_the_newest_norms_and_calibration(step: Step, rita: Membership) -> None:
    test = builtin(step.organisation, REASONING)
    for number in (1, 2):
        newest = norms(test, number=number, version=REASONING_VERSION, form="standard_20")
        latest = calibration(test, number=number)
    drafted(step, by=rita)
    part = put_in(step, test)
    assert (part.norms, part.calibration) == (newest, latest)


def test_calibrations_by_an_earlier_rule_are_not_chosen(step: Step, rita: Membership) -> None:
    test = builtin(step.organisation, REASONING)
    old = calibration(test, number=2, rule="1")
    drafted(step, by=rita)
    part = put_in(step, test)
    assert part.calibration is None
    with pytest.raises(InvalidSetting) as refused:
        changed(step, part, by=rita, calibration=old.pk)
    assert refused.value.sentence.startswith("This calibration was made with an earlier rule")
    usable = calibration(test, number=1)
    assert changed(step, part, by=rita, calibration="newest").calibration == usable


def test_a_test_cannot_be_added_twice(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, by=rita)
    before = rows(step)
    with pytest.raises(InvalidSetting) as refused:
        put_in(step, builtin(step.organisation, WORK_STYLE))
    assert refused.value.sentence == "“Work style” is already in the assessment."
    assert rows(step) == before


def test_an_archived_test_cannot_be_added(step: Step, rita: Membership) -> None:
    drafted(step, by=rita)
    test = builtin(step.organisation, WORK_STYLE)
    Test.objects.of(step.organisation).update(archived_at=NOW)
    with pytest.raises(InvalidSetting, match="is no longer offered"):
        put_in(step, test)
    assert titles(step) == []


def test_a_test_of_another_organisation_cannot_be_added(step: Step, rita: Membership) -> None:
    drafted(step, by=rita)
    foreign = questions(factories.organisation())
    before = rows(step)
    with pytest.raises(LookupError):
        put_in(step, foreign)
    assert rows(step) == before


@pytest.mark.world
def test_tests_move_one_place_and_stop_at_the_ends(step: Step, rita: Membership) -> None:
    first, _, third = parts(drafted(step, WORK_STYLE, REASONING, JUDGEMENT, by=rita))
    assert move_part(step=step, part_id=third.pk, by=UP, revision=draft(step).revision) == 2
    assert titles(step) == [(1, WORK_STYLE), (2, JUDGEMENT), (3, REASONING)]
    assert move_part(step=step, part_id=first.pk, by=UP, revision=draft(step).revision) == 1
    assert move_part(step=step, part_id=first.pk, by=DOWN, revision=draft(step).revision) == 2
    assert titles(step) == [(1, JUDGEMENT), (2, WORK_STYLE), (3, REASONING)]


@pytest.mark.world
def test_removing_a_test_renumbers_the_rest(step: Step, rita: Membership) -> None:
    first, *_ = parts(drafted(step, WORK_STYLE, REASONING, JUDGEMENT, by=rita))
    remove_part(step=step, part_id=first.pk, revision=draft(step).revision)
    assert titles(step) == [(1, REASONING), (2, JUDGEMENT)]


def test_settings_are_saved_with_the_author_of_the_requirement(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    found = changed(step, part, by=rita, form="short_12", minutes=15, requirement=f" {SERVES} ")
    assert (found.form, found.minutes) == ("short_12", 15)
    assert (found.requirement, found.requirement_by, found.requirement_at) == (SERVES, rita.user.name, NOW)
    other = factories.member(step.organisation)
    change_part(
        step=step,
        part_id=part.pk,
        choice=as_it_is(found, minutes=None),
        revision=draft(step).revision,
        by=other,
        now=NOW + timedelta(days=1),
    )
    [now] = parts(draft(step))
    assert (now.minutes, now.requirement_by, now.requirement_at) == (None, rita.user.name, NOW)


def test_an_older_version_is_kept_until_the_newest_is_chosen(step: Step, rita: Membership) -> None:
    drafted(step, by=rita)
    part = put_in(step, test := questions(step.organisation))
    publish_version(test, number="2")
    assert changed(step, part, by=rita, requirement=SERVES).number == "1"
    assert changed(step, part, by=rita, number="2").number == "2"


@pytest.mark.world
def test_newest_norms_match_version_and_form(step: Step, rita: Membership) -> None:
    test = builtin(step.organisation, WORK_STYLE)
    some = "full:openness"
    old, full = norms(test), norms(test, form=some, number=7)
    [part] = parts(drafted(step, WORK_STYLE, by=rita))
    assert part.norms == old
    part = changed(step, part, by=rita, form="full", scales=("openness",), norms="newest")
    assert part.norms == full
    newer = norms(test, form=some, number=8)
    assert changed(step, part, by=rita, requirement=SERVES).norms == full
    assert changed(step, part, by=rita, norms="newest").norms == newer
    assert changed(step, part, by=rita, norms=None).norms is None
    several = changed(step, part, by=rita, scales=("openness", "agreeableness"), norms="newest")
    assert (several.form, several.norms) == ("full:agreeableness,openness", None)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("key", "changes", "field"),
    [
        (WORK_STYLE, {"number": "99"}, "number"),
        (WORK_STYLE, {"form": "standard_20"}, "form"),
        (WORK_STYLE, {"minutes": 5}, "minutes"),
        (WORK_STYLE, {"scales": ("openness", "nothing")}, "scales"),
        (WORK_STYLE, {"scales": ("emotional_stability",)}, "confirms_health"),
        (REASONING, {"minutes": 0}, "minutes"),
        (REASONING, {"minutes": 241}, "minutes"),
        (REASONING, {"two_raters": True}, "two_raters"),
        (REASONING, {"requirement": "x" * 1001}, "requirement"),
        (REASONING, {"norms": 10**8}, "norms"),
        (REASONING, {"calibration": 10**8}, "calibration"),
    ],
)
def test_invalid_settings_are_refused_at_their_field(
    step: Step, rita: Membership, key: str, changes: dict[str, Any], field: str
) -> None:
    [part] = parts(drafted(step, key, by=rita))
    before = rows(step)
    with pytest.raises(InvalidSetting) as refused:
        changed(step, part, by=rita, **changes)
    assert refused.value.field == field
    assert rows(step) == before


@pytest.mark.world
def test_emotional_stability_is_included_once_a_member_confirms_the_warning(
    step: Step, rita: Membership
) -> None:
    [part] = parts(drafted(step, WORK_STYLE, by=rita))
    every = ("extraversion", "agreeableness", "conscientiousness", "emotional_stability", "openness")
    part = changed(step, part, by=rita, scales=every, confirms_health=True)
    assert (part.form, part.health_confirmed_by, part.health_confirmed_at) == (
        "short20",
        rita.user.name,
        NOW,
    )
    later = changed(step, part, by=factories.member(step.organisation, name="Otto"), requirement=SERVES)
    assert later.health_confirmed_by == rita.user.name
    part = changed(step, part, by=rita, scales=("openness",))
    assert (part.form, part.health_confirmed_by, part.health_confirmed_at) == ("short20:openness", "", None)


@pytest.mark.world
def test_norms_and_calibrations_of_others_are_refused(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    foreign = builtin(factories.organisation(), REASONING)
    theirs = norms(foreign, version=REASONING_VERSION, form="standard_20")
    figures = calibration(foreign)
    accessible_version = norms(part.test, version=REASONING_VERSION, form="short_12")
    before = rows(step)
    for wrong in ({"norms": theirs.pk}, {"norms": accessible_version.pk}, {"calibration": figures.pk}):
        with pytest.raises(InvalidSetting):
            changed(step, part, by=rita, **wrong)
    assert rows(step) == before


@pytest.mark.world
def test_a_stale_edit_changes_nothing(step: Step, rita: Membership) -> None:
    made = drafted(step, WORK_STYLE, REASONING, by=rita)
    part, other = parts(made)
    changed(step, part, by=rita, requirement=SERVES)
    before = rows(step)
    acts: list[Any] = [
        lambda: move_part(step=step, part_id=part.pk, by=DOWN, revision=made.revision),
        lambda: remove_part(step=step, part_id=other.pk, revision=made.revision),
        lambda: add_part(step=step, test_id=part.test_id, revision=made.revision),
        lambda: DRAFTS.discard(step, revision=made.revision, by=rita, now=NOW),
    ]
    for act in acts:
        with pytest.raises(StaleDraft):
            act()
    assert rows(step) == before


@pytest.mark.world
def test_a_published_part_cannot_be_changed(step: Step, rita: Membership) -> None:
    first = published(step, WORK_STYLE, by=rita)
    [frozen] = parts(first)
    with pytest.raises(NoDraft):
        remove_part(step=step, part_id=frozen.pk, revision=first.revision)
    begin_draft(step=step, by=rita, now=NOW)
    before = rows(step)
    with pytest.raises(LookupError):
        changed(step, frozen, by=rita, requirement="Something else")
    assert rows(step) == before


@pytest.mark.world
def test_discarding_a_draft_keeps_the_current_version(step: Step, rita: Membership) -> None:
    first = published(step, WORK_STYLE, by=rita)
    made = begin_draft(step=step, by=rita, now=NOW)
    DRAFTS.discard(step, revision=made.revision, by=rita, now=NOW)
    assert draft_of(step) is None
    assert current_assessment(step, now=NOW) == first
