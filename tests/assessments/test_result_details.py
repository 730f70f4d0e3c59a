"""Details behind percentiles, bands and abilities."""

import re
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from goodword.accounts.models import Membership
from goodword.assessments.kinds.reasoning.results import ReasoningResult, signed
from goodword.assessments.kinds.scales.results import ScalesResult
from goodword.assessments.kinds.scores import table_key
from goodword.assessments.models import Attempt, NormGroup, Score
from goodword.assessments.results import result
from goodword.candidates.models import Application
from goodword.roles.models import Role
from tests.assessments.all_kinds import assessment_of_all, calibrated, fresh, taken
from tests.assessments.once import once
from tests.assessments.support import scores
from tests.assessments.test_results_of_all_kinds import correlated_in_group, in_group
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import named, path, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation(name="Acme"), title="Washer")


def taken_part(role: Role, kind: str, **values: Any) -> Attempt:
    assessment_of_all(role, kinds=(kind,))
    return taken(named(role, "Ada", "Lovelace"), **values)


def in_a_group(role: Role, kind: str = "scales", scale: str = "openness") -> Attempt:
    """A score in a norm group of 132 people."""
    attempt = taken_part(role, kind)
    in_group(attempt_part=scores(attempt).get(scale=scale), device="computer")
    return attempt


def in_one_group() -> tuple[Role, Attempt]:
    role = factories.role(factories.organisation(name="Acme"), title="Washer")
    return role, in_a_group(role)


normed_once = once(in_one_group)


@pytest.fixture
def normed_attempt(db: None, normed_once: tuple[Role, Attempt]) -> tuple[Role, Attempt]:
    """A role, an attempt and a norm group."""
    return deepcopy(normed_once)


def page_of(who: Membership, attempt: Attempt) -> str:
    where = path("candidate", attempt.organisation, attempt.step_request.application_id)
    return signed_in(who).get(where).content.decode()


def words(page: str) -> str:
    main = page[page.index("<main") :]
    return re.sub(r"\s+", " ", strip_tags(main.replace("<", " <"))).replace(" ,", ",").replace(" .", ".")


@pytest.mark.world
def test_a_percentile_shows_counts_and_its_band(
    normed_attempt: tuple[Role, Attempt],
) -> None:
    role, attempt = normed_attempt
    text = words(page_of(role.owner, attempt))
    for sentence in (
        "132 first attempts in English on computers, norms 2 of version 4 in the same form, created",
        "60 people in the group scored lower than 3, 25 the same.",
        "(60 + 25 ÷ 2) ÷ 132 = 54.9%, which is percentile 55.",
        "omega 0.81, alpha 0.79, from 120 people with complete answers. omega = (Σa)² ÷ ((Σa)² + Σu)",
        "0.60 × √(1 − 0.81) = 0.26.",
        "3.00 ± 1.645 × 0.26 = 2.57 to 3.43.",
        "Its ends are at percentiles 41 and 72.",
    ):
        assert text.count(sentence) == 1, sentence


def test_nearby_rows_of_the_norm_table_are_shown(normed_attempt: tuple[Role, Attempt]) -> None:
    _, attempt = normed_attempt
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, ScalesResult)
    [behind] = [scale.normed.behind for scale in found.scales if scale.normed]
    assert behind is not None
    assert [(row.score, row.people, row.percentile, row.own) for row in behind.rows] == [
        (2, 20, 8, False),
        (2.5, 34, 28, False),
        (2.75, 6, 43, False),
        (3, 25, 55, True),
        (3.25, 10, 68, False),
        (3.75, 30, 83, False),
        (4.5, 7, 97, False),
    ]


def test_a_score_missing_in_the_group_gets_its_own_row(normed_attempt: tuple[Role, Attempt]) -> None:
    role, attempt = normed_attempt
    group = NormGroup.objects.of(role.organisation).get()
    table = group.tables["openness"]
    table["cumulative"] = [[2, 20], [2.5, 54], [2.75, 72], [3.25, 95], [4, 132]]
    group.save()
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, ScalesResult)
    [behind] = [scale.normed.behind for scale in found.scales if scale.normed]
    assert behind is not None
    assert [(row.score, row.people, row.percentile) for row in behind.rows if row.own] == [(3, 0, 55)]
    assert (behind.below, behind.equal, behind.all_rows, len(behind.rows)) == (72, 0, 5, 6)


@pytest.mark.parametrize(
    "change",
    [{"cumulative": [[2, 100], [4, 132]]}, {"reliability": None}],
    ids=["another place", "no reliability"],
)
def test_a_percentile_not_reproduced_by_the_table_is_not_explained_by_it(
    normed_attempt: tuple[Role, Attempt], change: dict[str, Any]
) -> None:
    role, attempt = normed_attempt
    group = NormGroup.objects.of(role.organisation).get()
    group.tables["openness"] |= change
    group.save()
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, ScalesResult)
    [normed] = [scale.normed for scale in found.scales if scale.normed]
    assert (normed.percentile, normed.behind) == (55, None)


@pytest.mark.world
def test_norms_of_another_rule_are_ignored(
    normed_attempt: tuple[Role, Attempt],
) -> None:
    role, attempt = normed_attempt
    group = NormGroup.objects.of(role.organisation).get()
    group.tables["openness"]["rule"] = "another"
    group.save()
    text = words(page_of(role.owner, attempt))
    assert text.count("percentiles 41 to 72 of 132 first attempts in English on computers, norms 2") == 1
    assert "60 people in the group" not in text


@pytest.mark.world
def test_members_get_a_link_to_the_whole_table(normed_attempt: tuple[Role, Attempt]) -> None:
    role, attempt = normed_attempt
    group = NormGroup.objects.select_related("norm_set").get(norm_set__organisation=role.organisation)
    key = table_key(group, "openness")
    where = path("test_norms", role.organisation, group.norm_set.test_id)
    assert page_of(role.owner, attempt).count(f'href="{where}?table={key}#{key}"') == 1
    closed, opened = (signed_in(role.owner).get(where, query) for query in ({}, {"table": key}))
    rows = ("3 25 55", "4.5 7 97")
    assert [words(page.content.decode()).count("norms 2: all scores") for page in (closed, opened)] == [0, 1]
    assert f'id="{key}"' in opened.content.decode()
    text = words(opened.content.decode())
    assert [text.count(row) for row in rows] == [1, 1]
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    page = page_of(manager, attempt)
    assert (page.count("which is percentile 55."), page.count(where)) == (1, 0)
    assert signed_in(manager).get(where, {"table": key}).status_code == 403


def test_review_links_show_figures_without_member_links(
    normed_attempt: tuple[Role, Attempt],
) -> None:
    _, attempt = normed_attempt
    application = Application.objects.select_related("organisation", "role").get(
        pk=attempt.step_request.application_id
    )
    page = Client().get(review(application)).content.decode()
    assert (page.count("which is percentile 55."), page.count("?table=")) == (1, 0)


@pytest.mark.main_case
def test_a_correlation_shows_how_it_was_calculated_and_how_many_scored_lower(role: Role) -> None:
    attempt = taken_part(role, "own_judgement")
    correlated_in_group(attempt)
    text = words(page_of(role.owner, attempt))
    assert text.count("60 people in the group scored lower than 0.62, 25 the same.") == 1
    assert text.count("0.62, this score 25 55") == 1
    assert text.count("÷ √(0 ×") == 1


@pytest.mark.world
def test_a_category_is_shown_under_its_name(role: Role) -> None:
    text = words(page_of(role.owner, in_a_group(role, kind="reasoning", scale="numerical")))
    assert text.count("Numbers With its uncertainty, percentiles 41 to 72 of 132") == 1
    assert text.count("which is percentile 55.") == 1


@pytest.mark.world
def test_an_ability_shows_its_cells_and_rule(role: Role) -> None:
    attempt = taken_part(role, "reasoning", solve=2)
    made = calibrated(attempt)
    found = result(fresh(attempt))
    assert found is not None
    [part] = found.parts
    assert isinstance(part, ReasoningResult)
    assert part.ability is not None
    behind = part.ability.behind
    assert behind is not None
    assert (behind.number, behind.n, behind.sd) == (made.number, 240, 1.1)
    assert (behind.right, behind.given) == (part.whole.solved, part.whole.given)
    assert [(cell.b, cell.se, cell.answers) for cell in behind.cells] == [
        (0.25 * cell.level - 1, 0.2, 60) for cell in behind.cells
    ]
    text = words(page_of(role.owner, attempt))
    for sentence in (
        f"Calibration {made.number}: first attempts of 240 people",
        "c + (1 − c) ÷ (1 + exp(difficulty − ability))",
        f"estimate (Warm 1989) from {behind.right} right answers to {behind.given} tasks",
        f"{signed(part.ability.low)} to {signed(part.ability.high)}: the middle 90%",
        "0.78, from the calibration sample of 240 people: 1 − mean posterior variance ÷ variance",
        *(
            f"{cell.name}, level {cell.level} {cell.b_text} 60 answers {cell.right} of {cell.given}"
            for cell in behind.cells
        ),
    ):
        assert text.count(sentence) == 1, sentence


@pytest.mark.world
def test_an_ability_from_another_calibration_has_no_details(role: Role) -> None:
    attempt = taken_part(role, "reasoning")
    Score.objects.of(role.organisation).filter(part__attempt=attempt, scale="").update(
        ability=0.4, ability_low=-0.6, ability_high=1.5
    )
    found = result(fresh(attempt))
    assert found is not None
    [part] = found.parts
    assert isinstance(part, ReasoningResult)
    assert part.ability is not None
    assert (part.ability.words, part.ability.behind) == ("0.4 (−0.6 to 1.5)", None)
