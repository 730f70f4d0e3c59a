"""Input for a draft that has changed is shown again."""

from copy import deepcopy

import pytest
from bs4 import BeautifulSoup

from goodword.accounts.models import Membership
from goodword.assessments.plans.editing import DRAFTS, remove_part
from goodword.assessments.plans.publishing import publish
from goodword.roles.models import Step
from tests.assessments.assessment_plans.support import (
    DEFAULT_FORM,
    JUDGEMENT,
    NOW,
    REASONING,
    SERVES,
    WORK_STYLE,
    draft,
    drafted,
    parts,
    prepared,
    put_in,
    questions,
    rows,
)
from tests.assessments.once import once
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.assessment_plan.test_plan import SETTINGS, address, messages_of, post, soup, words

pytestmark = pytest.mark.django_db


shared = once(prepared)


@pytest.fixture
def step(db: None, shared: tuple[Step, Membership]) -> Step:
    return deepcopy(shared[0])


@pytest.fixture
def rita(step: Step, shared: tuple[Step, Membership]) -> Membership:
    return deepcopy(shared[1])


TYPED = {"form": "short_12", "minutes": "12", "requirement": "Finds faults <quickly> in figures"}


def taken_out(step: Step, part_pk: int) -> None:
    remove_part(step=step, part_id=part_pk, revision=draft(step).revision)


def discard(step: Step, by: Membership) -> None:
    DRAFTS.discard(step, revision=draft(step).revision, by=by, now=NOW)


def typed(page: BeautifulSoup) -> dict[str, str]:
    """The submitted input that the page shows again, by label."""
    found = {}
    for row in page.select(".typed .kv__row"):
        label, value = row.select("dt, dd")
        own = value.select_one("[data-copy-value]")
        found[label.get_text()] = (own or value).get_text()
    return found


IN_WORDS = {
    "Job requirement": TYPED["requirement"],
    "Form": "12 tasks, designed for 12 minutes",
    "Time limit in minutes": "12",
}


def test_a_test_removed_in_another_tab_can_be_added_again_with_its_settings(
    step: Step, rita: Membership
) -> None:
    reasoning, _ = parts(drafted(step, REASONING, WORK_STYLE, by=rita))
    browser, where = signed_in(rita), address(step, "role_assessment_part", reasoning.pk)
    shown = soup(browser.get(where))
    hidden = {box["name"]: box["value"] for box in shown.select("main form input[type=hidden]")}
    taken_out(step, reasoning.pk)
    before = rows(step)

    response = browser.post(where, hidden | TYPED)
    assert response.status_code == 409
    assert "Not saved: “Reasoning” is no longer in the draft" in words(response)
    assert typed(soup(response)) == IN_WORDS
    assert rows(step) == before

    again = soup(response).select_one(f"form[action='{address(step, 'role_assessment_add')}']")
    assert again is not None
    sent = {str(box["name"]): str(box["value"]) for box in again.select("input")}
    response = browser.post(address(step, "role_assessment_add"), sent, follow=True)
    assert messages_of(response) == ["Saved to draft."]
    assert [(part.test.key, part.form, part.minutes, part.requirement) for part in parts(draft(step))] == [
        (WORK_STYLE, DEFAULT_FORM, None, ""),
        (REASONING, "short_12", 12, TYPED["requirement"]),
    ]


@pytest.mark.world
def test_chosen_scales_are_kept_if_the_test_was_removed(step: Step, rita: Membership) -> None:
    [style] = parts(drafted(step, WORK_STYLE, by=rita))
    seen = draft(step).revision
    taken_out(step, style.pk)
    chosen = {"scales": ["openness", "emotional_stability"], "confirms_health": "on", "form": "full"}
    data = {"revision": seen, "test": style.test_id, "requirement": SERVES, **chosen}
    response = signed_in(rita).post(address(step, "role_assessment_part", style.pk), data)
    assert typed(soup(response))["Scales"] == "New and proven ways, Response to pressure"
    again = soup(response).select_one(f"form[action='{address(step, 'role_assessment_add')}']")
    assert again is not None
    sent: dict[str, list[str]] = {}
    for box in again.select("input"):
        sent.setdefault(str(box["name"]), []).append(str(box["value"]))
    signed_in(rita).post(address(step, "role_assessment_add"), sent)
    [part] = parts(draft(step))
    assert (part.form, part.health_confirmed_by) == ("full:emotional_stability,openness", rita.user.name)


@pytest.mark.world
def test_typed_settings_are_kept_if_the_test_was_removed_and_added_again(
    step: Step, rita: Membership
) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    taken_out(step, part.pk)
    [now] = parts(put_in(step, part.test).assessment)
    before = rows(step)
    data = {"revision": "1", "test": part.test_id, **TYPED}
    response = signed_in(rita).post(address(step, "role_assessment_part", part.pk), data)
    assert "Not saved: the draft has changed" in words(response)
    page = soup(response)
    form = page.select_one("main form")
    assert form is not None
    assert form["action"] == address(step, "role_assessment_part", now.pk)
    assert page.select("textarea")[0].get_text().strip() == TYPED["requirement"]
    assert rows(step) == before


@pytest.mark.world
def test_settings_typed_for_a_discarded_draft_are_shown(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    data = {"revision": draft(step).revision, "test": part.test_id, **TYPED}
    discard(step, rita)
    before = rows(step)
    response = signed_in(rita).post(address(step, "role_assessment_part", part.pk), data)
    assert response.status_code == 409
    assert "Not saved: the draft no longer exists" in words(response)
    assert typed(soup(response)) == IN_WORDS
    assert not soup(response).select("form[action$='/add/']")
    assert rows(step) == before


@pytest.mark.world
def test_settings_typed_for_a_published_draft_are_shown(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    seen = draft(step).revision
    publish(step=step, revision=seen, by=rita, now=NOW, requirements={part.pk: SERVES})
    before = rows(step)
    data = {"revision": seen, "test": part.test_id, **TYPED}
    response = signed_in(rita).post(address(step, "role_assessment_part", part.pk), data)
    assert typed(soup(response)) == IN_WORDS
    assert rows(step) == before


@pytest.mark.world
def test_the_page_names_only_the_test_of_the_form(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    taken_out(step, part.pk)
    foreign = questions(factories.organisation())
    where = address(step, "role_assessment_part", part.pk)
    for more in ({}, {"test": "no number"}, {"test": foreign.pk}):
        response = signed_in(rita).post(where, {"revision": "1", **TYPED, **more})
        assert "Not saved: this test is no longer in the draft" in words(response)
        assert typed(soup(response)) == IN_WORDS | {"Form": "short_12"}
        assert not soup(response).select("form[action$='/add/']")


@pytest.mark.world
def test_adding_again_to_a_draft_changed_again_keeps_the_settings(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    test = part.test
    taken_out(step, part.pk)
    again = {"revision": "1", "test": test.pk, "again": "yes", **TYPED}
    before = rows(step)
    response = signed_in(rita).post(address(step, "role_assessment_add"), again)
    assert typed(soup(response)) == IN_WORDS
    test.archived_at = NOW
    test.save()
    response = post(
        rita, address(step, "role_assessment_add"), step, **(again | {"revision": draft(step).revision})
    )
    assert "“Reasoning” is no longer offered." in messages_of(response)
    assert typed(soup(response)) == IN_WORDS
    assert not soup(response).select("form[action$='/add/']")
    assert rows(step) == before


@pytest.mark.world
def test_adding_again_with_invalid_settings_shows_errors(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    taken_out(step, part.pk)
    wrong = {"test": part.test_id, "again": "yes", **TYPED, "minutes": "a while"}
    response = post(rita, address(step, "role_assessment_add"), step, **wrong)
    page = soup(response)
    assert [line.get_text(" ", strip=True) for line in page.select(".error-summary li")] == [
        "Time limit in minutes: Enter 1 to 240 minutes, or leave empty for no time limit."
    ]
    assert page.select("textarea")[0].get_text().strip() == TYPED["requirement"]
    [now] = parts(draft(step))
    form = page.select_one("main form")
    assert form is not None
    assert form["action"] == address(step, "role_assessment_part", now.pk)
    hidden = {box["name"]: box["value"] for box in page.select("main form input[type=hidden]")}
    signed_in(rita).post(form["action"], hidden | TYPED)
    assert [(one.form, one.requirement) for one in parts(draft(step))] == [("short_12", TYPED["requirement"])]


@pytest.mark.world
@pytest.mark.parametrize("name", ["role_assessment_part", "role_assessment_part_remove"])
def test_the_page_of_a_removed_test_redirects_to_the_draft(step: Step, rita: Membership, name: str) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    taken_out(step, part.pk)
    before = rows(step)
    sentence = "Not changed: this test is no longer in the draft. This is the current draft."
    assert messages_of(signed_in(rita).get(address(step, name, part.pk), follow=True)) == [sentence]
    move = address(step, "role_assessment_part_move", part.pk)
    assert messages_of(post(rita, move, step, by="up")) == [sentence]
    assert rows(step) == before


@pytest.mark.world
def test_plan_settings_typed_for_a_discarded_draft_are_shown(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    chosen = {
        "total": "weights",
        f"weight_{part.pk}": "3",
        "total_reason": "Faults cost more",
        "retake_months": "9",
    }
    seen = draft(step).revision
    discard(step, rita)
    before = rows(step)
    response = signed_in(rita).post(
        address(step, "role_assessment_settings"), {"revision": seen, **SETTINGS, **chosen}
    )
    assert response.status_code == 409
    found = typed(soup(response))
    assert {
        name: found[name] for name in list(found) if name not in {"Total", "Requests for extra time"}
    } == {
        "Reason for the weights": "Faults cost more",
        "Candidate's result": "Candidates don't see their result.",
        "Months before a retake": "9",
        "Weight of “a removed test”": "3",
    }
    assert rows(step) == before


@pytest.mark.world
def test_the_weight_typed_for_a_removed_test_is_shown(step: Step, rita: Membership) -> None:
    reasoning, _ = parts(drafted(step, REASONING, JUDGEMENT, by=rita))
    chosen = {"total": "weights", f"weight_{reasoning.pk}": "3", "total_reason": "Faults cost more"}
    seen = draft(step).revision
    taken_out(step, reasoning.pk)
    before = rows(step)
    response = signed_in(rita).post(
        address(step, "role_assessment_settings"), {"revision": seen, **SETTINGS, **chosen}
    )
    assert "Not saved: the draft has changed" in words(response)
    assert typed(soup(response)) == {
        "Total": "Weighted: you set the weights and give a reason.",
        "Reason for the weights": "Faults cost more",
        "Weight of “a removed test”": "3",
    }
    assert rows(step) == before


@pytest.mark.world
def test_a_requirement_typed_for_a_removed_test_is_shown(step: Step, rita: Membership) -> None:
    reasoning, style = parts(drafted(step, REASONING, WORK_STYLE, by=rita))
    data = {
        f"requirement_{reasoning.pk}": "Finds faults",
        f"requirement_{style.pk}": "Works in a team",
        f"scales_{style.pk}": "agreeableness",
    }
    seen = draft(step).revision
    taken_out(step, reasoning.pk)
    before = rows(step)
    where = address(step, "role_assessment_publish")
    response = signed_in(rita).post(where, {"revision": seen, **data})
    assert "Not published: the draft has changed" in words(response)
    assert typed(soup(response)) == {"Job requirement for “a removed test”": "Finds faults"}
    assert [box.get_text().strip() for box in soup(response).select("textarea")] == ["Works in a team"]
    discard(step, rita)
    left = rows(step)
    response = signed_in(rita).post(where, {"revision": seen, **data})
    lost = [found.get_text() for found in soup(response).select(".typed [data-copy-value]")]
    assert lost == ["Finds faults", "Works in a team"]
    assert (before == left, rows(step)) == (False, left)
