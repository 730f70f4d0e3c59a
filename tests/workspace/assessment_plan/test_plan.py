"""The pages of a role's assessment plan."""

import re
from copy import deepcopy
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.assessments.models import Assessment, AssessmentPart, NormSet
from goodword.assessments.plans.editing import begin_draft
from goodword.assessments.plans.publishing import publish
from goodword.assessments.plans.versions import built_by_member, draft_of
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import Step
from goodword.ui.templatetags.ui import short_day
from tests.assessments.assessment_plans.support import (
    JUDGEMENT,
    NOW,
    REASONING,
    REASONING_VERSION,
    SERVES,
    WORK_STYLE,
    builtin,
    calibration,
    changed,
    draft,
    drafted,
    earlier_reasoning,
    parts,
    prepared,
    published,
    put_in,
    questions,
    rows,
    step_of,
)
from tests.assessments.once import once
from tests.assessments.support import assigned
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import named, path

pytestmark = pytest.mark.django_db


shared = once(prepared)


@pytest.fixture
def step(db: None, shared: tuple[Step, Membership]) -> Step:
    return deepcopy(shared[0])


@pytest.fixture
def rita(step: Step, shared: tuple[Step, Membership]) -> Membership:
    return deepcopy(shared[1])


def address(step: Step, name: str = "role_assessment", *more: int) -> str:
    return path(name, step.organisation, step.role_id, *more)


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(response: Any) -> str:
    main = soup(response).select_one("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def errors(response: Any) -> list[str]:
    return [" ".join(line.get_text().split()) for line in soup(response).select(".error-summary li")]


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def post(who: Membership, where: str, step: Step, **data: Any) -> Any:
    """Press a button of a page that shows the current draft."""
    return signed_in(who).post(where, {"revision": draft(step).revision, **data}, follow=True)


@pytest.mark.world
def test_candidates_get_the_assessment_that_a_member_built(step: Step, rita: Membership) -> None:
    """Work style with 50 statements, timed reasoning, and situations with customers."""
    browser = signed_in(rita)
    browser.post(address(step, "role_assessment_begin"))
    [style] = parts(draft(step))
    post(
        rita,
        address(step, "role_assessment_part", style.pk),
        step,
        form="full",
        scales=["agreeableness", "openness"],
        requirement="Works in a team",
    )
    for key in (JUDGEMENT, REASONING):
        test = builtin(step.organisation, key)
        post(rita, address(step, "role_assessment_add"), step, test=test.pk)
    _, judgement, reasoning = parts(draft(step))
    form = {"form": "standard_20", "minutes": "25", "requirement": "Finds faults"}
    post(rita, address(step, "role_assessment_part", reasoning.pk), step, **form)
    post(rita, address(step, "role_assessment_part_move", reasoning.pk), step, by="up")
    review = browser.get(address(step, "role_assessment_publish"))
    assert [field["name"] for field in soup(review).select("main textarea")] == [
        f"requirement_{judgement.pk}"
    ]
    where = address(step, "role_assessment_publish")
    response = post(rita, where, step, **{f"requirement_{judgement.pk}": SERVES})
    assert messages_of(response) == ["Version 1 published."]

    of = factories.application(step.role)
    browser.post(reverse("step_begin", args=[step.organisation.slug, of.pk, "assessment"]))
    run_jobs()
    given = of.step_requests.get().attempts.get().parts.order_by("order").select_related("version__test")
    assert [(part.version.test.key, part.form, part.items, part.seconds) for part in given] == [
        (WORK_STYLE, "full:agreeableness,openness", 20, None),
        (REASONING, "standard_20", 20, 1500),
        (JUDGEMENT, "full", given[2].items, None),
    ]
    step.refresh_from_db()
    assert step.requirement == f"Works in a team; Finds faults; {SERVES}"


@pytest.mark.world
def test_the_recruiter_chooses_the_scales_and_confirms_the_warning_about_emotional_stability(
    step: Step, rita: Membership
) -> None:
    [part] = parts(drafted(step, WORK_STYLE, by=rita))
    where = address(step, "role_assessment_part", part.pk)
    shown = soup(signed_in(rita).get(where))
    checked = "input[name=scales][checked]"
    assert shown.select(checked) == []
    assert "Response to pressure measures emotional stability." in shown.get_text()
    typed = {"form": "short20", "requirement": SERVES}
    before = rows(step)
    for scales, sentence in {
        (): "Choose at least one scale.",
        ("emotional_stability",): "Confirm that you have read the warning, or leave out emotional stability.",
        ("unknown",): "Choose from the scales offered.",
    }.items():
        refused = post(rita, where, step, **typed, scales=list(scales))
        assert sentence in words(refused)
        assert rows(step) == before
    saved = post(rita, where, step, **typed, scales=["emotional_stability"], confirms_health="on")
    assert messages_of(saved) == ["Saved to draft."]
    shown = soup(signed_in(rita).get(where))
    assert [box["value"] for box in shown.select(checked)] == ["emotional_stability"]
    page = words(signed_in(rita).get(address(step, "role_assessment_publish")))
    assert "“Work style” asks about Response to pressure (emotional stability)." in page


def test_the_page_describes_the_default_assessment(step: Step, rita: Membership) -> None:
    set_requirement(step=step, text="Sells windows", scales=["openness"], by=rita, now=NOW)
    page = words(signed_in(rita).get(address(step)))
    assert "Candidates get the default: work style, untimed." in page
    assert f"“Sells windows” (entered by {rita.user.name} on {short_day(NOW)}). " in page
    assert "Scales: New and proven ways (openness)." in page


@pytest.mark.world
def test_the_page_lists_versions_with_their_publishers(step: Step, rita: Membership) -> None:
    published(step, WORK_STYLE, by=rita)
    published(step, REASONING, by=factories.member(step.organisation, name="Otto"))
    page = soup(signed_in(rita).get(address(step)))
    cells = [
        [" ".join(cell.get_text().split()) for cell in row.select("th, td")]
        for row in page.select("tbody tr")
    ]
    assert [(version, tests, who.split(",")[0]) for version, tests, who in cells] == [
        ("Version 2", "Reasoning", "Otto"),
        ("Version 1", "Work style", rita.user.name),
    ]


@pytest.mark.world
def test_old_versions_are_shown_unchanged(step: Step, rita: Membership) -> None:
    published(step, WORK_STYLE, by=rita)
    published(step, REASONING, by=rita)
    page = words(signed_in(rita).get(address(step, "role_assessment_version", 1)))
    assert "Work style 16 statements, about" in page
    assert "Replaced by a later version." in page
    assert f"“{SERVES}”" in page


@pytest.mark.world
def test_the_draft_page_shows_tests_length_and_settings(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, REASONING, by=rita)
    page = words(signed_in(rita).get(address(step, "role_assessment_draft")))
    assert f"Reasoning 20 tasks, 20 minutes, timed · version {REASONING_VERSION}" in page
    assert page.count("Job requirement missing.") == 2
    assert "Available in English, French and German." in page or "English, German and French" in page


@pytest.mark.world
def test_a_longer_form_is_offered_where_candidates_can_be_ranked(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    page, advice = address(step, "role_assessment_draft"), "use its form with 40 tasks"
    assert advice not in words(signed_in(rita).get(page))
    Assessment.objects.of(step.organisation).filter(pk=part.assessment_id).update(
        total=Assessment.Total.CATEGORIES
    )
    said = words(signed_in(rita).get(page))
    assert (
        f"{advice}: of any two candidates, the more able one solves more in 87 of 100 cases, instead of 82"
        in said
    )
    form = words(signed_in(rita).get(address(step, "role_assessment_part", part.pk)))
    assert "82 with 20 tasks, 87 with 40 tasks, 79 with 12 tasks, 86 with 40 tasks without figures" in form
    AssessmentPart.objects.of(step.organisation).filter(pk=part.pk).update(form="long_40", minutes=40)
    assert advice not in words(signed_in(rita).get(page))


@pytest.mark.world
def test_an_organisation_that_stored_version_1_of_reasoning_can_choose_the_new_forms() -> None:
    step = step_of()
    rita = factories.member(step.organisation)
    test = earlier_reasoning(step.organisation)
    drafted_before = begin_draft(step=step, by=rita, now=NOW, empty=True)
    part = AssessmentPart.objects.create(
        organisation=step.organisation,
        assessment=drafted_before,
        order=1,
        test=test,
        number="1",
        form="standard_20",
        minutes=20,
    )
    page, form = address(step, "role_assessment_draft"), address(step, "role_assessment_part", part.pk)
    told = "“Reasoning” has a newer version, and every candidate who starts gets its tasks."
    assert told in words(signed_in(rita).get(page))
    offered = {
        name: [box["value"] for box in soup(signed_in(rita).get(form)).select(f"input[name={name}]")]
        for name in ("number", "form")
    }
    assert offered["number"] == ["3", "1"]
    assert {"long_40", "figureless_40"} < set(offered["form"])
    post(rita, form, step, number="3", form="long_40", minutes="40", requirement=SERVES)
    [now] = parts(draft(step))
    assert (now.number, now.form, now.minutes) == ("3", "long_40", 40)
    assert told not in words(signed_in(rita).get(page))


@pytest.mark.world
def test_the_plan_says_that_its_version_or_calibration_no_longer_counts(step: Step, rita: Membership) -> None:
    found = published(step, REASONING, by=rita)
    page = signed_in(rita).get(address(step))
    assert "Recommendations" not in words(page)
    test = builtin(step.organisation, REASONING)
    rows_of_plan = AssessmentPart.objects.of(step.organisation).filter(assessment=found)
    rows_of_plan.update(calibration=calibration(test, rule="1"))
    said = words(signed_in(rita).get(address(step)))
    assert "“Reasoning” uses calibration 1, which was made with an earlier rule" in said
    assert "“Reasoning” uses calibration 1." not in said
    begin_draft(step=step, by=rita, now=NOW)
    [part] = parts(draft(step))
    boxes = soup(signed_in(rita).get(address(step, "role_assessment_part", part.pk)))
    offered = [(box["value"], box.has_attr("checked")) for box in boxes.select("input[name=calibration]")]
    assert offered == [("newest", True), ("none", False)]


@pytest.mark.world
def test_each_library_test_is_offered_once(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, by=rita)
    questions(step.organisation)
    page = soup(signed_in(rita).get(address(step, "role_assessment_add")))
    offers = {
        " ".join(row.select("p")[0].get_text().split()): bool(row.select("button"))
        for row in page.select(".plan__offer")
    }
    assert offers == {
        "Questions own": True,
        "Reasoning": True,
        "Situations in engineering": True,
        "Situations for team leads": True,
        "Situations with customers": True,
        "Work style": False,
    }


@pytest.mark.world
def test_a_built_in_judgement_set_is_added_as_practice(step: Step, rita: Membership) -> None:
    browser, told = signed_in(rita), "its key doesn't come from a panel of experts"
    drafted(step, REASONING, by=rita)
    offers = soup(browser.get(address(step, "role_assessment_add"))).select(".plan__offer")
    assert [told in " ".join(row.get_text().split()) for row in offers] == [False, True, True, True, False]
    where = address(step, "role_assessment_draft")
    assert told not in words(browser.get(where))
    part = put_in(step, builtin(step.organisation, JUDGEMENT))
    assert "“Situations with customers” is for practice: " + told in words(browser.get(where))
    page = words(browser.get(address(step, "role_assessment_part", part.pk)))
    assert page.count("For practice, not for decisions") == 1


@pytest.mark.world
def test_invalid_input_shows_errors_and_keeps_what_was_typed(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    before = rows(step)
    where = address(step, "role_assessment_part", part.pk)
    response = post(rita, where, step, form="short_12", minutes="a while", requirement=SERVES)
    assert errors(response) == [
        "Time limit in minutes: Enter 1 to 240 minutes, or leave empty for no time limit."
    ]
    page = soup(response)
    assert page.select("textarea")[0].get_text().strip() == SERVES
    assert [box["value"] for box in page.select("input[type=radio]:checked")] == ["short_12"]
    assert rows(step) == before


@pytest.mark.world
def test_two_tabs_do_not_overwrite_each_other(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    seen = draft(step).revision
    changed(step, part, by=rita, minutes=30)
    before = rows(step)
    browser, where = signed_in(rita), address(step, "role_assessment_part", part.pk)
    typed = {"revision": seen, "form": "short_12", "minutes": "12", "requirement": SERVES}
    response = browser.post(where, typed)
    assert "Not saved: the draft has changed" in words(response)
    page = soup(response)
    assert page.select("textarea")[0].get_text().strip() == SERVES
    assert rows(step) == before
    again = {box["name"]: box["value"] for box in page.select("main input[type=hidden][name=revision]")}
    browser.post(where, typed | again)
    assert [(one.form, one.minutes, one.requirement) for one in parts(draft(step))] == [
        ("short_12", 12, SERVES)
    ]


@pytest.mark.world
def test_an_action_on_an_outdated_draft_shows_the_current_one(step: Step, rita: Membership) -> None:
    part, _ = parts(drafted(step, REASONING, WORK_STYLE, by=rita))
    where = address(step, "role_assessment_part_move", part.pk)
    before = rows(step)
    response = signed_in(rita).post(where, {"revision": "0", "by": "down"}, follow=True)
    assert messages_of(response) == [
        "Not changed: the draft was changed in another tab or by someone else. This is the current draft."
    ]
    assert rows(step) == before


@pytest.mark.world
def test_publishing_needs_a_requirement_for_each_test(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    before = rows(step)
    response = post(rita, address(step, "role_assessment_publish"), step, **{f"requirement_{part.pk}": ""})
    assert errors(response) == [
        (
            "Which job requirement does “Reasoning” assess? "
            "Enter the job requirement. It is required to publish."
        )
    ]
    assert rows(step) == before


@pytest.mark.world
def test_publishing_asks_for_the_scales_that_a_missing_requirement_calls_for(
    step: Step, rita: Membership
) -> None:
    [part] = parts(drafted(step, WORK_STYLE, by=rita))
    before, where = rows(step), address(step, "role_assessment_publish")
    typed: dict[str, Any] = {f"requirement_{part.pk}": SERVES}
    assert not soup(signed_in(rita).get(where)).select("#missing input[checked]")
    assert errors(post(rita, where, step, **typed)) == [
        "Which scales does the requirement call for? Choose at least one scale."
    ]
    assert rows(step) == before
    post(rita, where, step, **typed, **{f"scales_{part.pk}": ["openness", "agreeableness"]})
    [published_part] = built_by_member(step).parts.all()  # type: ignore[union-attr]  # published above
    assert (published_part.requirement, published_part.form) == (SERVES, "short20:agreeableness,openness")


@pytest.mark.world
def test_missing_requirements_are_proposed_from_the_job_post(step: Step, rita: Membership) -> None:
    job = factories.automation(step.role, connection_id=1, job_id=31, stages={})
    job.post_requirements = ["Degree in planning", "You organise your week", "You reason from data"]
    job.save()
    drafted(step, WORK_STYLE, REASONING, JUDGEMENT, by=rita)
    page = soup(signed_in(rita).get(address(step, "role_assessment_publish")))
    fields = [field.get_text().strip() for field in page.select("#missing textarea")]
    assert fields == ["You organise your week", "You reason from data", ""]
    assert page.get_text().count("From the job post") == 2


def test_an_assessment_without_tests_is_not_published(step: Step, rita: Membership) -> None:
    drafted(step, by=rita)
    before = rows(step)
    response = post(rita, address(step, "role_assessment_publish"), step)
    assert errors(response) == ["Add a test before you publish."]
    assert rows(step) == before


@pytest.mark.world
def test_the_review_warns_of_long_assessments_and_many_tests(step: Step, rita: Membership) -> None:
    keys = ("judgement_customer", "judgement_team_lead", "judgement_engineering", REASONING, WORK_STYLE)
    made = parts(drafted(step, *keys, by=rita))
    changed(step, made[3], by=rita, minutes=40)
    put_in(step, questions(step.organisation, languages=("en",)))
    page = words(signed_in(rita).get(address(step, "role_assessment_publish")))
    assert "More than 5 tests." in page
    assert "It takes more than 45 minutes." in page
    assert "Available in English. " in page
    assert (
        "“Questions own” isn't available in German: these candidates get the assessment in English." in page
    )
    put_in(step, questions(step.organisation, key="two", languages=("en",)))
    assert (
        "“Questions own” and “Questions two” aren't available in German: these candidates get the assessment in "
        "English."
    ) in words(signed_in(rita).get(address(step, "role_assessment_publish")))


@pytest.mark.world
def test_the_review_counts_candidates_on_earlier_versions(step: Step, rita: Membership) -> None:
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    assigned(factories.application(step.role))
    drafted(step, REASONING, by=rita)
    page = words(signed_in(rita).get(address(step, "role_assessment_publish")))
    assert "1 candidate already invited keeps their version." in page


def waiting(step: Step, first: str, reason: str = "unpublished", **values: Any) -> None:
    of = named(step.role, first, "Bell", **values)
    factories.step_request(of, "assessment", state="waiting", waiting_reason=reason)


def notices(who: Membership, step: Step) -> tuple[str | None, ...]:
    """The sentences about waiting candidates on the role's page, in the step's settings and before publishing."""
    pages = (
        (
            path("role", step.organisation, step.role_id),
            r"\d+ candidates? (?:is|are) waiting, and will be invited",
        ),
        (
            path("role_step", step.organisation, step.role_id, step.pk),
            r"\d+ candidates? (?:is|are) waiting, and",
        ),
        (address(step, "role_assessment_publish"), r"\d+ waiting candidates? will be invited immediately"),
    )
    found = ((re.search(text, words(signed_in(who).get(where)))) for where, text in pages)
    return tuple(one[0] if one else None for one in found)


@pytest.mark.world
def test_pages_that_publish_say_who_is_invited_at_once(step: Step, rita: Membership) -> None:
    factories.automation(step.role, connection_id=1, job_id=5, stages={"assessment": (501, "Test")})
    Step.objects.of(step.organisation).update(requirement="")
    drafted(step, REASONING, by=rita)
    assert notices(rita, step) == (None, None, None)
    waiting(step, "Ada", job_id=5, stage_id=501)
    waiting(step, "Bo", "click", job_id=5, stage_id=501)
    waiting(step, "Cy", job_id=5, stage_id=502)  # has moved on
    assert notices(rita, step) == (
        "1 candidate is waiting, and will be invited",
        "1 candidate is waiting, and",
        "1 waiting candidate will be invited immediately",
    )
    waiting(step, "Di", connection_id=None)
    assert notices(rita, step) == (
        "2 candidates are waiting, and will be invited",
        "2 candidates are waiting, and",
        "2 waiting candidates will be invited immediately",
    )


@pytest.mark.world
def test_counts_on_pages_that_publish_leave_out_private_candidates_of_others(
    step: Step, rita: Membership
) -> None:
    factories.automation(step.role, connection_id=1, job_id=5, stages={"assessment": (501, "Test")})
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    assigned(named(step.role, "Eve", "Bell", private=True))
    Step.objects.of(step.organisation).update(requirement="")
    waiting(step, "Ada", private=True, job_id=5, stage_id=501)
    drafted(step, REASONING, by=rita)
    page, colleague = address(step, "role_assessment_publish"), factories.member(step.organisation)
    assert notices(colleague, step) == (None, None, None)
    assert "already invited" not in words(signed_in(colleague).get(page))
    assert notices(step.role.owner, step)[2] == "1 waiting candidate will be invited immediately"
    assert "1 candidate already invited keeps their version." in words(signed_in(step.role.owner).get(page))


@pytest.mark.world
def test_a_total_is_offered_only_with_right_and_wrong_answers(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, JUDGEMENT, by=rita)
    where = address(step, "role_assessment_settings")
    assert not soup(signed_in(rita).get(where)).select("input[name=total]")
    put_in(step, builtin(step.organisation, REASONING))
    offered = [box["value"] for box in soup(signed_in(rita).get(where)).select("input[name=total]")]
    assert offered == ["off", "categories", "weights"]


SETTINGS = {"total": "off", "more_time": "0", "shares_result": "no", "retake_months": "6"}


@pytest.mark.world
def test_plan_settings_are_saved(step: Step, rita: Membership) -> None:
    _, part = parts(drafted(step, WORK_STYLE, REASONING, by=rita))
    chosen = {"total": "weights", f"weight_{part.pk}": "3", "total_reason": "Faults cost more"}
    more = {"more_time": "50", "shares_result": "yes", "retake_months": "12"}
    response = post(rita, address(step, "role_assessment_settings"), step, **chosen, **more)
    assert messages_of(response) == ["Saved to draft."]
    found = draft(step)
    assert (found.total, found.total_reason, found.more_time) == ("weights", "Faults cost more", 50)
    assert (found.shares_result, found.retake_months) == (True, 12)
    assert [one.weight for one in parts(found)] == [None, 3]
    said_of_it = "Weighted total: “Reasoning” 3. Reason: Faults cost more"
    assert said_of_it in words(response)
    response = post(rita, address(step, "role_assessment_part_remove", part.pk), step)
    assert "A total is selected, but no test has right and wrong answers" in words(response)


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"total": "weights"}, "Weight of “Reasoning”: Enter a whole number from 1 to 100."),
        ({"retake_months": "13"}, "Months before a retake: Enter 0 to 12 months."),
        ({"more_time": ""}, "Requests for extra time: Choose an option."),
    ],
)
def test_invalid_plan_settings_show_errors(
    step: Step, rita: Membership, typed: dict[str, str], sentence: str
) -> None:
    drafted(step, REASONING, by=rita)
    before = rows(step)
    response = post(rita, address(step, "role_assessment_settings"), step, **(SETTINGS | typed))
    assert errors(response) == [sentence]
    assert rows(step) == before


@pytest.mark.world
def test_discarding_a_draft_asks_for_confirmation(step: Step, rita: Membership) -> None:
    published(step, WORK_STYLE, by=rita)
    drafted(step, REASONING, by=rita)
    where = address(step, "role_assessment_discard")
    assert "Candidates keep getting version 1" in words(signed_in(rita).get(where))
    assert messages_of(post(rita, where, step)) == ["Draft discarded."]
    assert draft_of(step) is None


@pytest.mark.world
def test_discarding_the_only_draft_says_what_candidates_get(step: Step, rita: Membership) -> None:
    drafted(step, REASONING, by=rita)

    def lost() -> str:
        line = soup(signed_in(rita).get(address(step, "role_assessment_discard"))).select_one("main p")
        assert line is not None
        return line.get_text()

    assert lost() == (
        "The draft will be lost. Nobody is invited until you enter the job requirement or publish an assessment."
    )
    set_requirement(step=step, text="Sells windows", by=rita, now=NOW)
    assert lost() == "The draft will be lost. Candidates keep getting the default: work style."


@pytest.mark.world
def test_removing_a_test_asks_for_confirmation(step: Step, rita: Membership) -> None:
    part, _ = parts(drafted(step, REASONING, WORK_STYLE, by=rita))
    where = address(step, "role_assessment_part_remove", part.pk)
    assert "Remove Reasoning?" in words(signed_in(rita).get(where))
    post(rita, where, step)
    assert [(one.order, one.test.key) for one in parts(draft(step))] == [(1, WORK_STYLE)]


@pytest.mark.world
def test_norms_of_another_organisation_are_refused(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    foreign = builtin(factories.organisation(), REASONING)
    made = [
        NormSet.objects.create(
            organisation=test.organisation,
            test=test,
            version=REASONING_VERSION,
            form="standard_20",
            number=1,
            created_at=NOW,
        )
        for test in (foreign, part.test)
    ]
    before = rows(step)
    typed = {"form": "standard_20", "minutes": "20", "requirement": SERVES, "norms": str(made[0].pk)}
    response = post(rita, address(step, "role_assessment_part", part.pk), step, **typed)
    assert errors(response) == ["Norm group: Choose an option."]
    assert rows(step) == before


def test_tests_of_another_organisation_are_not_found(step: Step, rita: Membership) -> None:
    drafted(step, by=rita)
    foreign = questions(factories.organisation())
    before = rows(step)
    assert post(rita, address(step, "role_assessment_add"), step, test=foreign.pk).status_code == 404
    assert rows(step) == before


def queries(client: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(where).status_code == 200
    return len(seen)


@pytest.mark.world
@pytest.mark.parametrize(
    "name",
    [
        "role_assessment",
        "role_assessment_draft",
        "role_assessment_publish",
        "role_assessment_add",
        "role_assessment_settings",
    ],
)
def test_the_number_of_queries_does_not_grow_with_tests_and_versions(
    step: Step, rita: Membership, name: str
) -> None:
    published(step, WORK_STYLE, by=rita)
    drafted(step, WORK_STYLE, by=rita)
    client, where = signed_in(rita), address(step, name)
    client.get(where)  # the first visit creates built-in rows
    before = queries(client, where)
    for key in (REASONING, JUDGEMENT):
        put_in(step, builtin(step.organisation, key))
    for key in ("a", "b"):
        put_in(step, questions(step.organisation, key=key))
    publishing = {part.pk: SERVES for part in parts(draft(step))}
    if name == "role_assessment":
        publish(step=step, revision=draft(step).revision, by=rita, now=NOW, requirements=publishing)
        drafted(step, WORK_STYLE, by=rita)
    assert queries(client, where) == before


@pytest.mark.world
def test_current_latest_and_no_norms_are_offered(step: Step, rita: Membership) -> None:
    test = builtin(step.organisation, REASONING)

    def made(number: int, form: str = "standard_20") -> NormSet:
        return NormSet.objects.create(
            organisation=step.organisation,
            test=test,
            version=REASONING_VERSION,
            form=form,
            number=number,
            created_at=NOW,
        )

    made(1)
    [part] = parts(drafted(step, REASONING, by=rita))
    newest = made(2)
    where = address(step, "role_assessment_part", part.pk)
    page = soup(signed_in(rita).get(where))
    offered = [
        (box["value"], " ".join(label.get_text().split()), box.has_attr("checked"))
        for label in page.select("label:has(input[name=norms])")
        if (box := label.select_one("input")) is not None
    ]
    assert offered == [
        ("newest", f"Latest for this version and form: 2, created {short_day(NOW)}", False),
        (str(part.norms_id), f"Current: 1, created {short_day(NOW)}", True),
        ("none", "None", False),
    ]
    typed = {"form": "standard_20", "minutes": "20", "requirement": SERVES}
    for chosen, kept in (("newest", newest.pk), ("none", None)):
        post(rita, where, step, **typed, norms=chosen)
        assert [one.norms_id for one in parts(draft(step))] == [kept]


@pytest.mark.world
def test_each_test_links_to_the_preview_of_its_version_and_form(step: Step, rita: Membership) -> None:
    [part] = parts(drafted(step, REASONING, by=rita))
    client = signed_in(rita)
    expected = f"{path('test_preview', step.organisation, part.test_id)}?version={REASONING_VERSION}&form=standard_20"
    for name in ("role_assessment_draft", "role_assessment_publish"):
        found = soup(client.get(address(step, name))).select("a[href*='/tests/'][href*='/preview/']")
        links = [link["href"] for link in found]
        assert links == [expected]
    page = client.get(expected)
    assert (page.status_code, page.context["chosen"].form) == (200, "standard_20")


#: each URL, whether it shows a page and whether it accepts POST
ENDPOINTS = [
    ("role_assessment", True, False),
    ("role_assessment_version", True, False),
    ("role_assessment_begin", False, True),
    ("role_assessment_draft", True, False),
    ("role_assessment_add", True, True),
    ("role_assessment_part", True, True),
    ("role_assessment_part_move", False, True),
    ("role_assessment_part_remove", True, True),
    ("role_assessment_settings", True, True),
    ("role_assessment_publish", True, True),
    ("role_assessment_discard", True, True),
]


@pytest.mark.world
@pytest.mark.parametrize(("name", "shows", "takes"), ENDPOINTS, ids=[name for name, _, _ in ENDPOINTS])
def test_the_plan_needs_a_recruiter_of_the_organisation(
    step: Step, rita: Membership, name: str, shows: bool, takes: bool
) -> None:
    published(step, WORK_STYLE, by=rita)
    [part] = parts(drafted(step, REASONING, by=rita))
    more = {"role_assessment_version": [1], **{one: [part.pk] for one, _, _ in ENDPOINTS if "part" in one}}
    where = address(step, name, *more.get(name, []))
    manager = factories.member(step.organisation, kind="hiring_manager")
    step.role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    crossed = path(name, stranger.organisation, step.role_id, *more.get(name, []))
    data = {"revision": draft(step).revision, "form": "short_12", "by": "up", **SETTINGS}
    before = rows(step)
    for client, to, status in [
        (Client(), where, 302),
        (signed_in(manager), where, 403),
        (signed_in(stranger), where, 404),
        (signed_in(stranger), crossed, 404),
    ]:
        assert not shows or client.get(to).status_code == status
        assert not takes or client.post(to, data).status_code == status
    assert rows(step) == before
    assert not shows or signed_in(rita).get(where).status_code == 200


@pytest.mark.world
def test_parts_of_another_role_are_not_found(step: Step, rita: Membership) -> None:
    drafted(step, REASONING, by=rita)
    other = factories.step(factories.role(step.organisation), "assessment")
    [foreign] = parts(drafted(other, REASONING, by=rita))
    before = rows(step)
    for name in ("role_assessment_part", "role_assessment_part_move", "role_assessment_part_remove"):
        assert post(rita, address(step, name, foreign.pk), step, by="up", form="short_12").status_code == 404
    assert rows(step) == before


def test_draft_pages_without_a_draft_redirect_with_a_message(step: Step, rita: Membership) -> None:
    response = signed_in(rita).get(address(step, "role_assessment_publish"), follow=True)
    assert messages_of(response) == ["The draft no longer exists. It was published or discarded."]


@pytest.mark.world
def test_step_settings_ask_for_a_requirement_until_an_assessment_is_built(
    step: Step, rita: Membership
) -> None:
    where = path("role_step", step.organisation, step.role_id, step.pk)
    assert soup(signed_in(rita).get(where)).select("textarea[name=requirement]")
    published(step, REASONING, by=rita)
    response = signed_in(rita).get(where)
    assert not soup(response).select("textarea")
    assert f"Candidates get version 1 of this role's assessment. Job requirement: “{SERVES}”." in words(
        response
    )
    common = {"delay_0": "0", "delay_1": "hours", "deadline_days": "9", "reminder_days": "2"}
    kept = {"on_leave": "pause", "on_reject": "close", "on_hire": "close", "requirement": "Something else"}
    signed_in(rita).post(where, common | kept)
    step.refresh_from_db()
    assert (step.deadline_days, step.requirement) == (9, SERVES)
    assert built_by_member(step) is not None


def reader_card(who: Membership, step: Step) -> tuple[str, list[str]]:
    """The warning before publishing about who reads adjustment requests, and its links."""
    lines = soup(signed_in(who).get(address(step, "role_assessment_publish"))).select("#advice li")
    found = [line for line in lines if "adjustment requests" in line.get_text()]
    messages_of = " ".join(found[0].get_text(" ").split()) if found else ""
    return messages_of, [str(link["href"]) for line in found for link in line.select("a")]


@pytest.mark.slow
def test_publishing_warns_without_an_adjustments_contact(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, by=rita)
    organisation, owner = step.organisation, step.role.owner
    nobody = "No contact outside the hiring team is set for adjustment requests."
    messages_of, links = reader_card(owner, step)
    assert (
        messages_of
        == f"{nobody} The recruiter reads them. Candidates see this, and some won't ask. Add a contact"
    )
    assert links == [path("organisation_settings", organisation) + "#adjustments"]
    assert signed_in(owner).get(links[0]).status_code == 200
    messages_of, links = reader_card(rita, step)
    assert (messages_of[-57:], links) == ("An admin can add a contact under Settings > Organisation.", [])
    other = factories.member(organisation, kind="admin", name="Olga Other")
    messages_of, _ = reader_card(rita, step)
    assert messages_of.startswith(
        f"{nobody} Olga Other, an admin who isn't hiring for this role, reads them."
    )
    organisation.adjustments_name, organisation.adjustments_email = "Nora", owner.user.email.upper()
    organisation.save()
    messages_of, _ = reader_card(rita, step)
    assert messages_of.startswith(
        "Nora is named for adjustment requests but is hiring for this role. Olga Other, an admin"
    )
    organisation.adjustments_name, organisation.adjustments_email = "Hanna Rehm", "hanna@acme.example"
    organisation.save()
    assert reader_card(rita, step) == ("", [])
    organisation.adjustments_email = other.user.email
    organisation.save()
    assert reader_card(rita, step) == ("", [])
