"""Library > a test > Norms: existing norms, missing data, both buttons, access."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from goodword.accounts.domain import audit
from goodword.accounts.models import Organisation
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.content import FULL_FORM
from goodword.assessments.models import Calibration, NormSet, Test, TestVersion
from goodword.assessments.norms.making import make_norms
from goodword.assessments.psychometrics import rasch, strata
from goodword.assessments.psychometrics.strata import Calibrations, Effect, Pool, StrataComparison, Stratum
from goodword.core import job_recovery
from goodword.core.validation import Json
from tests.assessments.all_kinds import own_situations
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.norms.people import form_of, scale_answers, solves
from tests.assessments.once import once
from tests.support import factories
from tests.support.jobs import failed_job, run_jobs, waiting
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

NOW = factories.NOW


@pytest.fixture
def acme() -> Organisation:
    return factories.organisation()


@pytest.fixture
def work_style(acme: Organisation) -> Test:
    return ensure_builtin(acme, "work_style", now=NOW)


@pytest.fixture
def reasoning(acme: Organisation) -> Test:
    return ensure_builtin(acme, "reasoning", now=NOW)


def number(test: Test) -> str:
    return TestVersion.objects.of(test.organisation).filter(test=test).latest("pk").number


def crowd(test: Test, people: int, **values: Any) -> None:
    form = "standard_20" if test.kind == Test.Kind.REASONING else "short20"
    assessment = published(role_of(test.organisation), (test, number(test), form))
    finished(
        assessment,
        applications(assessment.step.role, people),
        **{"answers": scale_answers} | values,
    )


def work_style_taken() -> dict[int, Test]:
    made = {}
    for people in (99, 100):
        made[people] = ensure_builtin(factories.organisation(), "work_style", now=NOW)
        crowd(made[people], people)
    return made


made = once(work_style_taken)


@pytest.fixture
def taken(db: None, made: dict[int, Test]) -> dict[int, Test]:
    """Tests of scales by the number of people who completed them, in separate organisations."""
    return deepcopy(made)


@pytest.fixture
def hundred(taken: dict[int, Test]) -> Test:
    """A test completed by the minimum number of people."""
    return taken[100]


def address(test: Test, name: str = "test_norms") -> str:
    return reverse(name, args=[test.organisation.slug, test.pk])


def words(page: Any) -> str:
    text: str = page.content.decode()
    main = text[text.index("<main") :]
    return re.sub(r"\s+", " ", strip_tags(main.replace("<", " <"))).replace(" ,", ",")


def recruiter(test: Test) -> Client:
    return signed_in(factories.member(test.organisation))


def asks(test: Test) -> dict[str, str]:
    form = "standard_20" if test.kind == Test.Kind.REASONING else "short20"
    return {"version": number(test), "form": form}


def test_a_test_without_attempts_shows_how_many_attempts_norms_need(work_style: Test) -> None:
    said = words(recruiter(work_style).get(address(work_style)))
    assert "Nobody has started this test yet" in said
    assert "Norms need 100 completed first attempts." in said


@pytest.mark.world
def test_each_group_shows_its_size_and_what_is_missing(work_style: Test) -> None:
    crowd(work_style, 3)
    crowd(work_style, 2, language="de", device="phone")
    crowd(work_style, 1, device="")
    page = recruiter(work_style).get(address(work_style))
    said = words(page)
    assert "English, on a computer 3 97 more needed" in said
    assert "German, on a phone 2 98 more needed" in said
    assert "English, on an unknown device 1 Not counted" in said
    assert "never split by sex, race or age, which Goodword doesn't record" in said
    assert "Create norms" not in said


@pytest.mark.main_case
def test_norms_are_made_by_a_job_and_listed(work_style: Test) -> None:
    crowd(work_style, 120)
    browser = recruiter(work_style)
    assert "Create norms" in words(browser.get(address(work_style)))
    answer = browser.post(address(work_style, "test_norms_make"), asks(work_style), follow=True)
    assert "The norms are being computed." in words(answer)
    assert not NormSet.objects.of(work_style.organisation).exists()
    assert run_jobs() == ["assessments.norms"]
    made = NormSet.objects.of(work_style.organisation).get()
    assert made.created_by is not None
    said = words(browser.get(address(work_style)))
    assert "English, on a computer" in said
    assert "120 3.00 0.53 alpha 0.30, 120 people" in said
    assert f"Norms 1, created by {made.created_by.user.name}" in said


@pytest.mark.world
def test_two_presses_before_the_job_runs_make_one_set(hundred: Test) -> None:
    browser = recruiter(hundred)
    for _ in range(2):
        browser.post(address(hundred, "test_norms_make"), asks(hundred))
    assert run_jobs() == ["assessments.norms"]
    assert NormSet.objects.of(hundred.organisation).count() == 1


@pytest.mark.world
def test_a_failed_job_is_shown_until_the_next_try(hundred: Test) -> None:
    browser = recruiter(hundred)
    other = ensure_builtin(factories.organisation(), "work_style", now=NOW)
    failed_job("assessments.norms", test_id=other.pk, **asks(hundred))
    assert "The reason is in the server log." not in words(browser.get(address(hundred)))
    failed_job("assessments.norms", test_id=hundred.pk, **asks(hundred), member_id=1)
    assert "The reason is in the server log." in words(browser.get(address(hundred)))
    said = words(browser.post(address(hundred, "test_norms_make"), asks(hundred), follow=True))
    assert ("The reason is in the server log." in said, "The norms are being computed." in said) == (
        False,
        True,
    )
    assert run_jobs() == ["assessments.norms"]
    assert job_recovery.failed_jobs().count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("asked", [{}, {"version": "99", "form": "short20"}, {"form": "full"}])
def test_missing_or_small_groups_make_no_norms(taken: dict[int, Test], asked: dict[str, str]) -> None:
    work_style = taken[99]
    answer = recruiter(work_style).post(
        address(work_style, "test_norms_make"), asks(work_style) | asked, follow=True
    )
    assert "No group has 100 first attempts yet, so there are no norms." in words(answer)
    assert waiting() == []


@pytest.mark.world
def test_reasoning_shows_how_many_people_a_calibration_needs(reasoning: Test) -> None:
    crowd(reasoning, 2, answers=solves, items=form_of)
    browser = recruiter(reasoning)
    said = words(browser.get(address(reasoning)))
    assert "2 completed first attempts in the largest group. 198 more needed." in said
    assert "Calibrate" not in said
    answer = browser.post(address(reasoning, "test_calibrate"), asks(reasoning), follow=True)
    assert "needs first attempts by 200 people, so there is none" in words(answer)
    assert waiting() == []


@pytest.mark.world
def test_a_set_with_few_situations_gets_no_norms_and_the_page_says_what_to_do(acme: Organisation) -> None:
    version = own_situations(acme, n=4)
    found = published(role_of(acme), (version.test, version.number, FULL_FORM))
    actions = version.content["situations"][0]["actions"]
    given: dict[str, Json] = {version.content["situations"][0]["id"]: {action["id"]: 3 for action in actions}}
    finished(found, applications(found.step.role, 1), answers=lambda _place: given)
    browser = recruiter(version.test)
    text = words(browser.get(address(version.test)))
    assert "Too few situations for norms" in text and "a band, which needs at least 5 situations" in text
    sent = {"version": version.number, "form": FULL_FORM}
    said = browser.post(address(version.test, "test_norms_make"), sent, follow=True)
    assert "Norms need a set of at least 5 situations." in said.content.decode()
    assert waiting() == []


@pytest.mark.main_case
def test_a_press_calibrates_by_a_job_and_the_page_shows_the_difficulties(reasoning: Test) -> None:
    crowd(reasoning, 200, answers=solves, items=form_of)
    browser = recruiter(reasoning)
    answer = browser.post(address(reasoning, "test_calibrate"), asks(reasoning), follow=True)
    assert "The calibration is being computed." in words(answer)
    assert run_jobs() == ["assessments.calibration"]
    cell = Calibration.objects.of(reasoning.organisation).get().content["pools"][0]["cells"][0]
    said = words(browser.get(address(reasoning)))
    assert "Calibration 1, 200 people" in said
    assert f"Letter series 1 {cell['b']:.2f} ± {1.645 * cell['se']:.2f} 400" in said


@pytest.mark.world
def test_insufficient_answers_are_shown_until_they_suffice(reasoning: Test) -> None:
    crowd(reasoning, 200, answers=lambda _: {}, items=form_of)
    browser = recruiter(reasoning)
    browser.post(address(reasoning, "test_calibrate"), asks(reasoning))
    assert run_jobs() == ["assessments.calibration"]
    said = words(browser.get(address(reasoning)))
    assert "The calibration failed" in said
    assert "Number series, level 3: nobody has solved one yet." in said
    assert not Calibration.objects.of(reasoning.organisation).exists()


@pytest.mark.world
def test_each_shortage_is_a_sentence(reasoning: Test) -> None:
    crowd(reasoning, 1, answers=solves, items=form_of)
    cell = {"family": "sets", "level": 2}
    audit.write(
        organisation=reasoning.organisation,
        action="calibration.lacking",
        now=NOW,
        details={
            "test": reasoning.pk,
            "version": number(reasoning),
            "lacks": [
                {"kind": "persons", "family": "", "level": 0, "n": 1, "least": 200},
                {"kind": "answers", "n": 4, "least": 30} | cell,
                {"kind": "wrong", "n": 0, "least": 1} | cell,
            ],
        },
    )
    said = words(recruiter(reasoning).get(address(reasoning)))
    assert "1 person has answered; 200 are needed." in said
    assert "Sets, level 2: 4 answers; 30 are needed." in said
    assert "Sets, level 2: everybody has solved all of them." in said


@pytest.mark.world
def test_a_test_that_is_not_generated_has_no_calibration(work_style: Test) -> None:
    crowd(work_style, 1)
    browser = recruiter(work_style)
    assert "Calibration" not in words(browser.get(address(work_style)))
    browser.post(address(work_style, "test_calibrate"), asks(work_style))
    assert waiting() == []


@pytest.mark.slow
def test_more_groups_and_sets_ask_no_more_queries(
    hundred: Test, django_assert_num_queries: Callable[..., Any]
) -> None:
    member = factories.member(hundred.organisation)
    browser = signed_in(member)

    def asked() -> int:
        with django_assert_num_queries(100, exact=False) as found:
            browser.get(address(hundred))
        return len(found)

    def make() -> None:
        make_norms(
            test_id=hundred.pk,
            version=number(hundred),
            form="short20",
            member_id=member.pk,
            now=NOW,
        )

    make()
    one = asked()
    make()
    crowd(hundred, 2, language="de")
    assert asked() == one


NAMES = ["test_norms", "test_norms_make", "test_calibrate"]


@pytest.mark.matrix
@pytest.mark.parametrize("name", NAMES)
def test_strangers_hiring_managers_and_the_signed_out_are_refused_and_nothing_is_queued(
    hundred: Test, name: str
) -> None:
    outsider = signed_in(factories.member(factories.organisation()))
    manager = signed_in(factories.member(hundred.organisation, kind="hiring_manager"))

    def status(browser: Client, where: str) -> int:
        if name == "test_norms":
            return browser.get(where).status_code
        return browser.post(where, asks(hundred)).status_code

    assert status(outsider, address(hundred, name)) == 404
    assert status(manager, address(hundred, name)) == 403
    assert status(Client(), address(hundred, name)) == 302
    foreign = ensure_builtin(factories.organisation(), "work_style", now=NOW)
    mine = reverse(name, args=[hundred.organisation.slug, foreign.pk])
    assert status(recruiter(hundred), mine) == 404
    assert waiting() == []


@pytest.mark.parametrize("name", NAMES[1:])
def test_norms_are_made_by_post_only(hundred: Test, name: str) -> None:
    assert recruiter(hundred).get(address(hundred, name), asks(hundred)).status_code == 405
    assert waiting() == []


@pytest.mark.world
@pytest.mark.parametrize("attempts", [1, 0])  # all may have been erased since
def test_a_calibration_shows_its_groups_and_how_they_compare(reasoning: Test, attempts: int) -> None:
    if attempts:
        crowd(reasoning, attempts, answers=solves, items=form_of)
    english, german, phones = Stratum("en", "computer"), Stratum("de", "computer"), Stratum("en", "phone")
    series, sets = ("letter_series", 1), ("sets", 2)
    pool = Pool(
        strata={english: 300, german: 120},
        calibration=rasch.CalibrationResult(
            cells={series: rasch.Difficulty(b=0.5, se=0.1, n=400)}, sd=1, n=420, iterations=3, reliability=0.8
        ),
    )
    compared = (
        StrataComparison(
            reference=english, focal=german, effects={series: Effect(-1.2, 0.2), sets: Effect(0.2, 0.2)}
        ),
        StrataComparison(reference=english, focal=phones, effects={series: Effect(2.2, 0.2)}),
    )
    found = Calibrations(pools=(pool,), comparisons=compared, left_out={phones: 30})
    Calibration.objects.create(
        organisation=reasoning.organisation,
        test=reasoning,
        version=number(reasoning),
        number=1,
        content=strata.to_json(found),
        n=420,
        created_at=NOW,
    )
    said = words(recruiter(reasoning).get(address(reasoning)))
    pools = "English, on a computer (300); German, on a computer (120) Reliability 0.80 for the abilities of these 420"
    alike = (
        "German, on a computer compared with English, on a computer Differences between people who solved the same "
        "number of tasks: 1 negligible (A), 1 moderate (B), 0 large (C). Calibrated together. Letter series, level 1: "
        "harder for German, on a computer by 1.2 delta (B)"
    )
    different = (
        "0 negligible (A), 0 moderate (B), 1 large (C). Not calibrated together: there are large differences, or too "
        "few people solved the same number of tasks. Letter series, level 1: easier for English, on a phone by 2.2 "
        "delta (C)"
    )
    assert [sentence for sentence in (pools, alike, different) if sentence not in said] == []
