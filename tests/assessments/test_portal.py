"""The candidate's pages."""

from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt
from goodword.notifications.domain import links
from goodword.roles.models import Step
from goodword.workflow.models import lock, move
from tests.assessments.once import once
from tests.assessments.support import (
    answer_all,
    answers,
    application,
    assigned,
    rows,
    scores,
    statements_of,
    token_of,
)
from tests.support import factories
from tests.support.jobs import event_names

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
PAGES = [
    ("portal_assessment", ()),
    ("portal_assessment_practice", (1, 1)),
    ("portal_assessment_item", (1, 1)),
    ("portal_assessment_item", (1, 16)),
    ("portal_assessment_finish", (1,)),
    ("portal_assessment_decline", ()),
]
FORMS = PAGES[1:]


made = once(time_machine.travel(NOW, tick=False)(lambda: assigned(application())))


@pytest.fixture
def attempt(db: None, made: Attempt) -> Attempt:
    return deepcopy(made)


@pytest.fixture
def token(attempt: Attempt) -> str:
    return token_of(attempt)


def url(token: str, name: str = "portal_assessment", *args: int) -> str:
    return reverse(name, args=[token, *args])


def page(client: Client, token: str, name: str = "portal_assessment", *args: int) -> str:
    return client.get(url(token, name, *args)).content.decode()


def act(attempt: Attempt, name: str) -> None:
    with transaction.atomic():
        move(lock(Attempt, attempt.pk), name, at=NOW, by="greenhouse", reason="rejected")


# --- every page --------------------------------------------------------------------------------------------------


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_a_page_opens_without_a_login_and_opening_changes_nothing(
    client: Client, attempt: Attempt, token: str, name: str, args: tuple[int, ...]
) -> None:
    before = rows(attempt)
    response = client.get(url(token, name, *args))
    assert response.status_code == 200
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex")
    text = response.content.decode()
    assert text.count("<h1") == 1
    assert text.count("Questions? Ask ") == 1
    assert text.count("Rita Recruiter") >= 1
    assert text.count("rita@acme.example") >= 1
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_an_unknown_link_opens_nothing(
    client: Client, attempt: Attempt, name: str, args: tuple[int, ...], method: str
) -> None:
    before = rows(attempt)
    response = getattr(client, method)(url("x" * 43, name, *args), {"answer": "3"})
    assert response.status_code == 404
    assert response.content.decode().count("This link doesn't work") >= 1
    assert rows(attempt) == before


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(("name", "args"), FORMS)
def test_the_link_of_another_application_changes_nothing_here(
    client: Client, attempt: Attempt, name: str, args: tuple[int, ...]
) -> None:
    other = token_of(assigned(application()))
    mine = {key: value for key, value in rows(attempt).items() if key != "events"}
    client.post(url(other, name, *args), {"answer": "3"})
    assert {key: value for key, value in rows(attempt).items() if key != "events"} == mine


@pytest.mark.world
@pytest.mark.parametrize("end", ["close", "mark_complete"])
def test_a_closed_step_shows_the_closed_page(client: Client, attempt: Attempt, token: str, end: str) -> None:
    act(attempt, end)
    before = rows(attempt)
    for name, args in PAGES:
        shown = client.get(url(token, name, *args))
        assert shown.status_code == 200
        assert shown.content.decode().count("There is nothing to do here at the moment") >= 1
        assert shown.content.decode().count("reject") == 0
        sent = client.post(url(token, name, *args), {"answer": "3"})
        assert (sent.status_code, sent["Location"]) == (302, url(token))
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_thirty_days_after_the_deadline_answers_are_refused(
    client: Client, attempt: Attempt, token: str, name: str, args: tuple[int, ...]
) -> None:
    before = rows(attempt)
    with time_machine.travel(attempt.deadline_at + timedelta(days=30, seconds=1), tick=False):
        assert page(client, token, name, *args).count("There is nothing to do here at the moment") >= 1
        assert client.post(url(token, name, *args), {"answer": "3"}).status_code == 302
    assert rows(attempt) == before


def test_a_revoked_link_shows_the_closed_page(client: Client, attempt: Attempt, token: str) -> None:
    links.end(
        organisation=attempt.organisation, purpose="candidate", subject_id=attempt.step_request_id, now=NOW
    )
    assert page(client, token).count("There is nothing to do here at the moment") >= 1


def test_a_link_without_an_attempt_shows_the_closed_page(client: Client) -> None:
    step_request = factories.step_request(application(), "reference_check")
    address = links.mint(
        organisation=step_request.organisation, purpose="candidate", subject_id=step_request.pk, now=NOW
    )
    text = page(client, address.rstrip("/").rsplit("/", 1)[-1])
    assert text.count("There is nothing to do here at the moment") >= 1


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_a_paused_step_works(
    client: Client, attempt: Attempt, token: str, name: str, args: tuple[int, ...]
) -> None:
    act(attempt, "pause")
    assert page(client, token, name, *args).count("There is nothing to do here at the moment") == 0


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_after_finishing_every_page_says_thank_you(
    client: Client, attempt: Attempt, token: str, name: str, args: tuple[int, ...]
) -> None:
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    before = rows(attempt)
    assert (
        page(client, token, name, *args).count("We've received your answers. You can close this page.") == 1
    )
    assert client.post(url(token, name, *args), {"answer": "1"}).status_code == 302
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_other_methods_are_refused(client: Client, token: str, name: str, args: tuple[int, ...]) -> None:
    assert client.put(url(token, name, *args)).status_code == 405
    assert client.delete(url(token, name, *args)).status_code == 405


def test_a_cross_site_form_is_refused(attempt: Attempt, token: str) -> None:
    before = rows(attempt)
    strict = Client(enforce_csrf_checks=True)
    for name, args in FORMS:
        assert strict.post(url(token, name, *args), {"answer": "3"}).status_code == 403
    assert rows(attempt) == before


# --- the first page ----------------------------------------------------------------------------------------------


def test_the_overview_shows_parts_and_deadline(client: Client, token: str) -> None:
    text = page(client, token)
    for words in (
        "Your assessment for Window Washer",
        "Ada, Acme Bikes has asked you to take this assessment. It takes about 2 minutes.",
        "16 short statements, about 2 minutes, untimed. There are no right or wrong answers.",
        "Thursday 12 March",
        "The recruiting team at Acme Bikes and everyone who decides on your application",
        "Start with an example",
    ):
        assert text.count(words) == 1


@pytest.mark.world
def test_the_overview_shows_the_job_requirement(
    client: Client,
) -> None:
    of = application()
    Step.objects.of(of.organisation).update(requirement="You work on ropes with two others.")
    assert page(client, token_of(assigned(of))).count("You work on ropes with two others.") == 1


def test_returning_candidates_continue_where_they_left_off(
    client: Client, attempt: Attempt, token: str
) -> None:
    answer_all(attempt, but=(7, 9))
    text = page(client, token)
    assert text.count("14 of 16 answers saved") == 1
    assert text.count(f'href="{url(token, "portal_assessment_item", 1, 7)}"') == 1


@pytest.mark.world
@pytest.mark.parametrize(
    ("answered", "said"), [(1, "1 réponse enregistrée sur 16"), (2, "2 réponses enregistrées sur 16")]
)
def test_the_count_of_saved_answers_has_correct_plurals(
    client: Client, attempt: Attempt, token: str, answered: int, said: str
) -> None:
    answer_all(attempt, but=tuple(range(answered + 1, 17)))
    Attempt.objects.of(attempt.organisation).update(language="fr")
    assert said in page(client, token)
    item = page(client, token, "portal_assessment_item", 1, answered + 1)
    assert (said in item, f"{answered + 1} sur 16" in item) == (True, True)
    assert 'data-one="{answered} réponse enregistrée sur {total}"' in item
    assert 'data-many="{answered} réponses enregistrées sur {total}"' in item
    assert f"\u00a0: {answered + 1} sur 16" in item
    assert said in page(client, token, "portal_assessment_finish", 1)


def test_after_the_last_answer_the_overview_leads_to_finish(
    client: Client, attempt: Attempt, token: str
) -> None:
    answer_all(attempt)
    assert page(client, token).count(f'href="{url(token, "portal_assessment_finish", 1)}"') == 1


def test_after_the_deadline_the_page_says_that_answers_still_count(
    client: Client, attempt: Attempt, token: str
) -> None:
    with time_machine.travel(attempt.deadline_at + timedelta(days=2), tick=False):
        text = page(client, token)
    assert text.count("The deadline was Thursday 12 March, 23:59 (CET), but you can still complete it.") == 1


# --- practice ----------------------------------------------------------------------------------------------------


def test_practice_is_not_saved(client: Client, attempt: Attempt, token: str) -> None:
    before = rows(attempt)
    response = client.post(url(token, "portal_assessment_practice", 1, 1), {"answer": "2"})
    assert (response.status_code, response["Location"]) == (302, url(token, "portal_assessment_item", 1, 1))
    assert rows(attempt) == before


def test_practice_shows_an_error_without_an_answer(client: Client, token: str) -> None:
    response = client.post(url(token, "portal_assessment_practice", 1, 1))
    assert response.status_code == 422
    assert response.content.decode().count("Choose an answer, or skip this one for now.") == 2


# --- one item ----------------------------------------------------------------------------------------------------


def test_saving_an_answer_leads_to_the_next_item(client: Client, attempt: Attempt, token: str) -> None:
    response = client.post(url(token, "portal_assessment_item", 1, 1), {"answer": "4"})
    assert (response.status_code, response["Location"]) == (302, url(token, "portal_assessment_item", 1, 2))
    assert list(answers(attempt).values_list("item", "value")) == [("ws116", 4)]
    assert page(client, token, "portal_assessment_item", 1, 2).count("1 of 16 answers saved") == 1
    again = page(client, token, "portal_assessment_item", 1, 1)
    assert again.count('value="4" checked') == 1
    assert again.count(">Saved</span>") == 1


def test_the_first_item_says_that_a_tapped_answer_can_open_the_next_page(client: Client, token: str) -> None:
    advice = "tapping or clicking your last answer takes you straight to the next page"
    found = [page(client, token, "portal_assessment_item", 1, number).count(advice) for number in (1, 2)]
    assert (page(client, token, "portal_assessment_practice", 1, 1).count(advice), found) == (1, [1, 0])


def test_the_last_item_leads_to_the_last_page(client: Client, token: str) -> None:
    response = client.post(url(token, "portal_assessment_item", 1, 16), {"answer": "4"})
    assert response["Location"] == url(token, "portal_assessment_finish", 1)


def test_items_opened_from_the_last_page_lead_back(client: Client, token: str) -> None:
    response = client.post(url(token, "portal_assessment_item", 1, 7) + "?from=last", {"answer": "4"})
    assert response["Location"] == url(token, "portal_assessment_finish", 1)


def test_a_script_saves_and_stays_on_the_page(client: Client, attempt: Attempt, token: str) -> None:
    response = client.post(
        url(token, "portal_assessment_item", 1, 3), {"answer": "5"}, headers={"X-Goodword": "script"}
    )
    assert response.status_code == 200
    assert response.json() == {"saved": True, "answered": 1, "total": 16}
    assert response["Cache-Control"] == "no-store"
    assert list(answers(attempt).values_list("item", "value")) == [("ws03", 5)]


def test_a_late_script_is_redirected_to_the_overview(client: Client, attempt: Attempt, token: str) -> None:
    act(attempt, "close")
    before = rows(attempt)
    response = client.post(
        url(token, "portal_assessment_item", 1, 3), {"answer": "5"}, headers={"X-Goodword": "script"}
    )
    assert (response.status_code, response.json()) == (409, {"saved": False, "go": url(token)})
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose an answer, or skip this one for now."),
        ({"answer": ""}, "Choose an answer, or skip this one for now."),
        ({"answer": "6"}, "Choose one of the answers shown."),
        ({"answer": "0"}, "Choose one of the answers shown."),
        ({"answer": "three"}, "Choose one of the answers shown."),
    ],
)
def test_missing_and_unknown_answers_are_explained(
    client: Client, attempt: Attempt, token: str, sent: dict[str, str], sentence: str
) -> None:
    before = rows(attempt)
    response = client.post(url(token, "portal_assessment_item", 1, 1), sent)
    assert response.status_code == 422
    assert response.content.decode().count(sentence) == 2  # above the page, and at the question
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize("number", [0, 17, 999])
def test_an_unknown_item_is_not_found(client: Client, attempt: Attempt, token: str, number: int) -> None:
    before = rows(attempt)
    assert client.get(url(token, "portal_assessment_item", 1, number)).status_code == 404
    assert client.post(url(token, "portal_assessment_item", 1, number), {"answer": "3"}).status_code == 404
    assert rows(attempt) == before


def test_submitting_a_form_twice_does_no_harm(client: Client, attempt: Attempt, token: str) -> None:
    for _ in range(2):
        client.post(url(token, "portal_assessment_item", 1, 1), {"answer": "4"})
    assert list(answers(attempt).values_list("item", "value")) == [("ws116", 4)]
    assert event_names().count("attempt.begun") == 1


@pytest.mark.world
def test_an_item_page_takes_a_constant_number_of_queries(
    client: Client, attempt: Attempt, token: str
) -> None:
    counts = []
    for given in (0, 1, 15):
        for item in statements_of(attempt)[:given]:
            save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=3, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            page(client, token, "portal_assessment_item", 1, 16)
        counts.append(len(queries))
    assert counts == [6, 6, 6]  # link, start, attempt, parts, their answers; whether the recruiter left


@pytest.mark.world
def test_saving_an_answer_takes_a_constant_number_of_queries(
    client: Client, attempt: Attempt, token: str
) -> None:
    counts = []
    for number in (1, 2, 16):
        with CaptureQueriesContext(connection) as queries:
            client.post(
                url(token, "portal_assessment_item", 1, number),
                {"answer": "5"},
                headers={"X-Goodword": "script"},
            )
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries))
    # read: link, start, attempt, parts, their answers; locked: attempt, parts, answers; written: the answer
    assert counts[1:] == [9, 9]


# --- the last page -----------------------------------------------------------------------------------------------


def test_the_last_page_lists_unanswered_items(client: Client, attempt: Attempt, token: str) -> None:
    answer_all(attempt, but=(2, 7))
    text = page(client, token, "portal_assessment_finish", 1)
    assert text.count("2 answers are still missing") == 1
    assert text.count("2: I like switching back and forth between tasks.") == 1
    assert text.count(f"{url(token, 'portal_assessment_item', 1, 7)}?from=last") == 1


def test_finish_is_refused_with_unanswered_items(client: Client, attempt: Attempt, token: str) -> None:
    answer_all(attempt, but=(7,))
    before = rows(attempt)
    response = client.post(url(token, "portal_assessment_finish", 1))
    assert response.status_code == 422
    assert response.content.decode().count("Please answer these before you finish") == 1
    assert rows(attempt) == before


@pytest.mark.world
def test_finish_is_idempotent(client: Client, attempt: Attempt, token: str) -> None:
    answer_all(attempt)
    for _ in range(2):
        response = client.post(url(token, "portal_assessment_finish", 1))
        assert (response.status_code, response["Location"]) == (302, url(token))
    assert scores(attempt).count() == 4
    assert event_names().count("attempt.completed") == 1
    assert page(client, token).count("Thank you, Ada") >= 1


# --- declining ---------------------------------------------------------------------------------------------------


@pytest.mark.world
def test_declining_needs_a_confirmation(client: Client, attempt: Attempt, token: str) -> None:
    assert page(client, token, "portal_assessment_decline").count("Would you rather not take part?") == 1
    for _ in range(2):
        response = client.post(url(token, "portal_assessment_decline"))
        assert (response.status_code, response["Location"]) == (302, url(token))
    attempt.refresh_from_db()
    assert attempt.progress == "declined"
    assert event_names().count("attempt.declined") == 1
    text = page(client, token, "portal_assessment_item", 1, 1)
    assert text.count("You've declined this assessment") == 1
