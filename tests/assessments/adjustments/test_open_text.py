"""The open-text version of a judgement set: offered, granted, taken, and visible to members once started."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry
from goodword.assessments.adjustments.open_text import CREATE, CannotReplace, open_text_offers
from goodword.assessments.adjustments.requests import answer_request
from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.invitations import invite_again
from goodword.assessments.attempts.parts import (
    OPEN_TEXT,
    PLANNED,
    UnknownForm,
    begin_part,
    choose_form,
    choose_language,
    open_form,
)
from goodword.assessments.attempts.reminders import remind_due
from goodword.assessments.kinds.custom_questions.drafts import publish_test
from goodword.assessments.kinds.custom_questions.marking import parts_to_mark, parts_waiting_for
from goodword.assessments.kinds.judgement.drafts import create_open_text, make_open_texts, without_open_text
from goodword.assessments.models import (
    Adjustment,
    Assessment,
    AssessmentPart,
    Attempt,
    AttemptPart,
    IssuedTotal,
    NormSet,
    Score,
    Test,
)
from goodword.assessments.personal_data import export
from goodword.assessments.queries import items_of
from goodword.assessments.results import result
from goodword.assessments.scoring import norm_group_of
from goodword.candidates.models import Application
from goodword.core.addresses import Correspondent
from goodword.core.personal_data import ExportReader, ExportRequest
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.models import Email
from goodword.workspace.comparison.results import (
    comparable_tests,
    count_of_other_tests,
    finished_attempts,
    results_of_test,
)
from tests.assessments.adjustments.support import (
    HANNA,
    NOW,
    answer_path,
    asked,
    clocks,
    everything,
    fresh,
    timed,
)
from tests.assessments.judgement.support import revision
from tests.assessments.plans import JUDGEMENT, REASONING
from tests.assessments.support import part_of, token_of
from tests.support.jobs import event_names
from tests.support.pages import comparable, signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BY = Correspondent(name=HANNA[0], address=HANNA[1])
CLOCKED = replace(JUDGEMENT, minutes=10)
TITLE = "Situations with customers"
WRITTEN = "Situations with customers, in your own words"


def grants(row: Adjustment, open_texts: dict[int, int], **values: Any) -> Adjustment:
    given: dict[str, Any] = {"percent": 0, "forms": {}, "accessible": False, "sentence": "", "now": NOW + DAY}
    return answer_request(adjustment_id=row.pk, open_texts=open_texts, by=BY, **(given | values))


def granted(*parts: Any, **values: Any) -> Attempt:
    attempt = timed(*(parts or (CLOCKED,)))
    grants(asked(attempt, percent=0, form=True), {1: CREATE}, **values)
    return fresh(attempt)


def published_by_a_recruiter(attempt: Attempt) -> Test:
    test = part_of(attempt).part.test
    role = attempt.step_request.application.role
    assert role is not None
    made = create_open_text(test=test, by=role.owner, now=NOW)
    publish_test(test=made, revision=revision(made), by=role.owner, now=NOW)
    return made


def written(attempt: Attempt, *, order: int = 1) -> None:
    """Answer all questions of a part and finish it."""
    for item in items_of(part_of(attempt, order)):
        save_answer(attempt_id=attempt.pk, order=order, item_id=item.id, value="I call them.", now=NOW + DAY)
    finish_part(attempt_id=attempt.pk, order=order, now=NOW + DAY)


def taken(attempt: Attempt) -> tuple[str, int | None]:
    part = part_of(attempt)
    return str(part.version.content["name"]), part.seconds


def test_granting_replaces_the_part_by_an_untimed_one_with_the_same_situations() -> None:
    attempt = timed(CLOCKED, REASONING)
    before, events = part_of(attempt), event_names()
    grants(asked(attempt, percent=0, form=True), {1: CREATE})
    part = part_of(attempt)
    assert (taken(attempt), clocks(attempt)[1]) == ((WRITTEN, None), 720)
    situations = [situation["id"] for situation in before.version.content["situations"]]
    assert [item.id for item in items_of(part)] == situations
    assert (part.items, part.version.language) == (before.items, before.version.language)
    row = Adjustment.objects.of(attempt.organisation).get()
    assert (row.state, row.percent, row.accessible_version) == ("granted", 0, True)
    assert event_names() == events


@pytest.mark.world
def test_the_new_version_is_published_in_all_languages_and_names_nobody() -> None:
    attempt = granted()
    made = Test.objects.of(attempt.organisation).get(open_text_of__isnull=False)
    assert (made.open_text_of, made.created_by, made.title) == (part_of(attempt).part.test, None, WRITTEN)
    rows = made.versions.order_by("language")
    assert [(row.language, row.published_by, row.published_at) for row in rows] == [
        (language, None, NOW + DAY) for language in ("de", "en", "fr")
    ]
    [entry] = AuditEntry.objects.of(attempt.organisation).filter(action="test.published")
    assert (entry.member, entry.actor, HANNA[0] in str(entry.details)) == (None, "goodword", False)


@pytest.mark.world
def test_sets_in_use_get_a_version_before_anybody_is_granted_one() -> None:
    attempt = timed(CLOCKED)
    for _twice in (1, 2):
        make_open_texts(now=NOW)
    [made] = Test.objects.of(attempt.organisation).filter(open_text_of__isnull=False)
    assert (made.title, made.created_by) == (WRITTEN, None)
    assert not without_open_text().exists()
    library = [row.pk for row in Test.objects.of(attempt.organisation)]
    audited = AuditEntry.objects.of(attempt.organisation).count()
    [offer] = open_text_offers(attempt)
    grants(asked(attempt, percent=0, form=True), {1: offer.versions[0].pk})
    assert taken(attempt) == (WRITTEN, None)
    assert [row.pk for row in Test.objects.of(attempt.organisation)] == library
    assert AuditEntry.objects.of(attempt.organisation).count() == audited


@pytest.mark.world
def test_a_set_that_no_published_assessment_uses_gets_none() -> None:
    attempt = timed(CLOCKED)
    Assessment.objects.of(attempt.organisation).update(published_at=None)
    make_open_texts(now=NOW)
    assert not Test.objects.of(attempt.organisation).filter(open_text_of__isnull=False).exists()


@pytest.mark.world
def test_an_archived_version_is_granted_and_not_made_again() -> None:
    attempt = timed(CLOCKED)
    make_open_texts(now=NOW)
    Test.objects.of(attempt.organisation).filter(open_text_of__isnull=False).update(archived_at=NOW)
    make_open_texts(now=NOW)
    assert [offer.versions for offer in open_text_offers(attempt)] == [[]]
    grants(asked(attempt, percent=0, form=True), {1: CREATE})
    assert taken(attempt) == (WRITTEN, None)
    assert Test.objects.of(attempt.organisation).filter(open_text_of__isnull=False).count() == 1


@pytest.mark.world
def test_a_published_version_is_offered_and_a_second_grant_makes_no_other() -> None:
    attempt, other = timed(CLOCKED), timed(CLOCKED)
    assert [open_text_offer.versions for open_text_offer in open_text_offers(attempt)] == [[]]
    made = published_by_a_recruiter(attempt)
    [offer] = open_text_offers(attempt)
    assert [(version.test, version.language) for version in offer.versions] == [(made, "en")]
    grants(asked(attempt), {1: CREATE})
    assert part_of(attempt).version.test == made
    assert Test.objects.filter(open_text_of__isnull=False).count() == 1
    assert [open_text_offer.versions for open_text_offer in open_text_offers(other)] == [
        []
    ]  # in another organisation


@pytest.mark.world
def test_a_version_that_is_not_offered_changes_nothing() -> None:
    attempt = timed(CLOCKED, REASONING)
    row, before = asked(attempt, percent=0, form=True), everything(attempt)
    for wrong in ({1: part_of(attempt).version_id}, {2: CREATE}, {7: CREATE}):
        with pytest.raises(CannotReplace):
            grants(row, wrong)
    assert everything(attempt) == before


@pytest.mark.world
def test_a_part_that_starts_before_the_answer_is_not_replaced_and_nothing_is_sent() -> None:
    attempt = timed(JUDGEMENT, REASONING)
    row = asked(attempt, percent=25, form=True)
    [item, *_] = items_of(part_of(attempt))
    values = {action["id"]: 3 for action in part_of(attempt).version.content["situations"][0]["actions"]}
    save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=values, now=NOW)
    before = everything(attempt)
    with pytest.raises(CannotReplace):
        grants(row, {1: CREATE}, percent=50)
    assert (everything(attempt), open_text_offers(attempt)) == (before, [])
    assert not Test.objects.filter(open_text_of__isnull=False).exists()


@pytest.mark.world
def test_candidates_can_go_back_and_forth_until_they_start() -> None:
    attempt = granted(percent=50)
    assert (taken(attempt), open_form(part_of(attempt))) == ((WRITTEN, None), PLANNED)
    for _twice in (1, 2):
        choose_form(attempt_id=attempt.pk, order=1, form=PLANNED, now=NOW + DAY)
    assert taken(attempt) == (TITLE, 900)  # including the granted extra time
    choose_form(attempt_id=attempt.pk, order=1, form=OPEN_TEXT, now=NOW + DAY)
    assert taken(attempt) == (WRITTEN, None)
    [item, *_] = items_of(part_of(attempt))
    save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value="I call them.", now=NOW + DAY)
    with pytest.raises(UnknownForm):
        choose_form(attempt_id=attempt.pk, order=1, form=PLANNED, now=NOW + DAY)
    assert open_form(part_of(attempt)) == ""


def test_nobody_can_take_an_open_text_version_that_was_not_granted() -> None:
    attempt = timed(CLOCKED)
    published_by_a_recruiter(attempt)
    for form in (OPEN_TEXT, PLANNED):
        with pytest.raises(UnknownForm):
            choose_form(attempt_id=attempt.pk, order=1, form=form, now=NOW)


@pytest.mark.world
def test_it_applies_in_another_language_and_to_a_new_invitation() -> None:
    attempt = granted()
    choose_language(attempt_id=attempt.pk, language="de", now=NOW + DAY)
    part = part_of(attempt)
    assert (part.version.language, part.version.content["name"]) == (
        "de",
        "Situationen mit Kundschaft, in eigenen Worten",
    )
    role = attempt.step_request.application.role
    assert role is not None
    again = invite_again(step_request=attempt.step_request, member=role.owner, now=NOW + 2 * DAY)
    assert again.pk != attempt.pk
    assert taken(again)[0].endswith(("in your own words", "in eigenen Worten"))


@pytest.mark.world
def test_the_mail_says_what_changes_and_what_is_seen() -> None:
    for language, words in {
        "en": "you write what you would do, rather than choosing between actions",
        "de": "schreiben Sie, was Sie tun würden",
        "fr": "vous écrivez ce que vous feriez",
    }.items():
        attempt = timed(CLOCKED)
        candidate = attempt.step_request.application.candidate
        candidate.chosen_language = language
        candidate.save()
        grants(asked(attempt, percent=0, form=True), {1: CREATE})
        mail = Email.objects.of(attempt.organisation).get(kind="assessment.adjustment_answered")
        shown = render(mail, link="https://goodword.example/a/token/")
        assert (mail.language, words in " ".join(shown.text.split()), words in shown.html) == (
            language,
            True,
            True,
        )


@pytest.mark.world
def test_members_cannot_see_it_before_the_start() -> None:
    attempt = granted()
    exports = [
        str(
            export.export(
                ExportRequest(
                    reader=reader,
                    organisation=attempt.organisation,
                    candidate_id=attempt.step_request.application.candidate_id,
                    application_ids=(attempt.step_request.application_id,),
                )
            )
        )
        for reader in (ExportReader.ORGANISATION, ExportReader.CANDIDATE)
    ]
    assert [WRITTEN in one for one in exports] == [False, True]
    remind_due(now=NOW + 9 * DAY)
    [reminder] = Email.objects.of(attempt.organisation).filter(kind="assessment.reminder")
    assert [(part["title"], part["minutes"]) for part in reminder.context["overview"]["parts"]] == [
        (TITLE, 10)
    ]


def member_pages(attempt: Attempt) -> list[str]:
    application = attempt.step_request.application
    role = application.role
    assert role is not None
    client, org = signed_in(role.owner), attempt.organisation
    return [
        comparable(client.get(path(name, org, *args)))
        for name, *args in (
            ("candidate", application.pk),
            ("attempt_mark_complete", application.pk, attempt.pk),
            ("role", role.pk),
            ("role_compare", role.pk),
            ("candidates",),
            ("audit_log",),
        )
    ]


@pytest.mark.world
@pytest.mark.time_machine(NOW, tick=False)
def test_pages_of_members_stay_the_same_until_it_starts() -> None:
    attempt = timed(CLOCKED)
    published_by_a_recruiter(attempt)
    before = member_pages(attempt)
    grants(asked(attempt, percent=0, form=True), {1: CREATE}, now=NOW)
    assert taken(attempt)[0] == WRITTEN
    assert member_pages(attempt) == before


@pytest.mark.world
@pytest.mark.time_machine(NOW, tick=False)
def test_the_comparison_of_the_set_counts_who_took_the_other_version() -> None:
    attempt = granted(now=NOW)
    role = attempt.step_request.application.role
    assert role is not None
    written(attempt)
    finished = finished_attempts(role, role.owner)
    planned = part_of(attempt).part.test
    assert [test.title for test in comparable_tests(finished, role)] == [WRITTEN]
    assert count_of_other_tests(finished, planned, role=role) == 1
    assert results_of_test(finished, planned, role=role, numbers={}) == []
    page = visible(signed_in(role.owner).get(path("role_compare", attempt.organisation, role.pk)))
    assert (WRITTEN in page, "8 not marked yet" in page) == (True, True)


@pytest.mark.world
def test_the_result_is_marked_by_people_and_has_no_score() -> None:
    attempt = granted()
    role = attempt.step_request.application.role
    assert role is not None
    written(attempt)
    [marked] = parts_to_mark(fresh(attempt), member=role.owner)
    assert (marked.title, marked.two, {answer.most for answer in marked.answers}) == (WRITTEN, False, {8})
    applications = Application.objects.of(attempt.organisation).all()
    assert list(parts_waiting_for(role.owner, applications=applications, now=NOW + DAY)) == [part_of(attempt)]
    assert not Score.objects.of(attempt.organisation).filter(part__attempt=attempt).exists()
    found = result(fresh(attempt))
    assert found is not None
    [part] = found.parts
    assert (part.kind, part.title, part.order) == ("questions", WRITTEN, 1)
    assert found.total is None


@pytest.mark.world
def test_norms_and_total_of_the_plan_leave_it_out() -> None:
    plain, attempt = (
        timed(REASONING, CLOCKED, total="categories"),
        timed(REASONING, CLOCKED, total="categories"),
    )
    norm_set = NormSet.objects.create(
        organisation=attempt.organisation,
        test=part_of(attempt, 2).part.test,
        version="1",
        form="full",
        number=1,
        created_at=NOW,
    )
    AssessmentPart.objects.filter(pk=part_of(attempt, 2).part_id).update(norms=norm_set)
    grants(asked(attempt, percent=0, form=True), {2: CREATE})
    part = part_of(attempt, 2)
    assert (part.version.number, part.form, norm_group_of(part)) == ("1", "full", None)
    for one in (plain, attempt):
        begin_part(attempt_id=one.pk, order=1, device="", now=NOW + DAY)
        finish_part(attempt_id=one.pk, order=1, now=NOW + DAY)
    begin_part(attempt_id=plain.pk, order=2, device="", now=NOW + DAY)
    finish_part(attempt_id=plain.pk, order=2, now=NOW + DAY)
    written(attempt, order=2)
    totals = [
        IssuedTotal.objects.values_list("value", "why_not").get(attempt=one) for one in (plain, attempt)
    ]
    assert totals == [("0", "")] * 2


# --- pages -------------------------------------------------------------------------------------------------------


def answer_page(client: Client, attempt: Attempt) -> tuple[str, str]:
    """The path and text of the page of an open request."""
    where = answer_path(asked(attempt, percent=0, form=True))
    return where, visible(client.get(where))


def part_page(client: Client, attempt: Attempt) -> str:
    return visible(client.get(reverse("portal_assessment_part", args=[token_of(attempt), 1])))


def visible(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.world
@pytest.mark.time_machine(NOW, tick=False)
def test_the_person_who_answers_can_replace_a_part_in_one_step(client: Client) -> None:
    attempt = timed(CLOCKED, REASONING)
    where, page = answer_page(client, attempt)
    for words in (
        f"Replace “{TITLE}” with its open-text version",
        "Yes, with the default rubric",
        "offer an open-text version of this set.",
        "The hiring team sees which version they took once they start it, but not why.",
    ):
        assert words in page, words
    assert "Replace “Reasoning”" not in page
    assert client.post(where, {"a-percent": "0", "a-open_text_1": "77"}).status_code == 422
    assert client.post(where, {"a-percent": "0"}).status_code == 422  # neither a grant nor a message
    assert client.post(where, {"a-percent": "0", "a-open_text_1": "0"}).status_code == 302
    assert taken(attempt) == (WRITTEN, None)
    before = everything(attempt)
    client.post(where, {"a-percent": "0", "a-open_text_1": "0"})
    assert everything(attempt) == before
    assert "An accessible version was granted." in visible(client.get(where))


@pytest.mark.world
@pytest.mark.time_machine(NOW, tick=False)
def test_the_page_says_if_the_part_has_since_started(client: Client) -> None:
    attempt = timed(CLOCKED, REASONING)
    where, _page = answer_page(client, attempt)
    AttemptPart.objects.filter(attempt=attempt, order=1).update(begun_at=NOW)
    before = everything(attempt)
    response = client.post(where, {"a-percent": "0", "a-open_text_1": "0", "a-sentence": "Take your time."})
    assert response.status_code == 422
    assert "A part that you wanted to change has started." in visible(response)
    assert "Take your time." in visible(response)
    assert everything(attempt) == before


@pytest.mark.world
@pytest.mark.time_machine(NOW, tick=False)
def test_candidates_read_which_version_they_take_and_can_go_back(client: Client) -> None:
    attempt = timed(CLOCKED)
    grants(asked(attempt, percent=0, form=True), {1: CREATE}, now=NOW)
    page = part_page(client, attempt)
    assert "You answer in your own words" in page
    assert "the hiring team sees that you took this version, but not why" in page
    where = reverse("portal_assessment_form", args=[token_of(attempt), 1])
    assert client.post(where, {"form": PLANNED}).status_code == 302
    assert taken(attempt) == (TITLE, 600)
    assert "Answer in your own words instead" in part_page(client, attempt)
    client.post(where, {"form": OPEN_TEXT})
    assert taken(attempt) == (WRITTEN, None)
