"""Members mark answers with a rubric, alone or as one of two independent raters."""

import json
from copy import deepcopy
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import decline, finish_part
from goodword.assessments.attempts.invitations import invite_again
from goodword.assessments.kinds.custom_questions import marking
from goodword.assessments.kinds.custom_questions.marking import (
    AnswerToMark,
    mark_answer,
    marking_progress,
    parts_to_mark,
    parts_waiting_for,
)
from goodword.assessments.models import Assessment, Attempt, Marking
from goodword.assessments.personal_data import export
from goodword.candidates.models import visible_applications
from goodword.core.models import Event
from goodword.core.personal_data import ExportReader, ExportRequest
from goodword.reports.models import Report
from tests.assessments.custom_questions.support import (
    CHOICE,
    NOW,
    PDF,
    RUBRICS,
    TEXT,
    WORD,
    answered,
    asked,
    rater,
    upload_of,
)
from tests.assessments.once import once
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

WHY, PLAN = {"c1": 3, "c2": 1}, {"c3": 2}


made = once(lambda: (answered(), answered(two_raters=True)))


@pytest.fixture
def attempt(db: None, made: tuple[Attempt, Attempt]) -> Attempt:
    return deepcopy(made[0])


@pytest.fixture
def marked_by_two(db: None, made: tuple[Attempt, Attempt]) -> Attempt:
    return deepcopy(made[1])


def give(attempt: Attempt, by: Membership, item: str = "why", **values: Any) -> Marking:
    points = values.pop("points", WHY if item == "why" else PLAN)
    return mark_answer(
        attempt_id=attempt.pk,
        order=1,
        item_id=item,
        points=points,
        comment=values.pop("comment", ""),
        by=by,
        now=NOW,
    )


def rows() -> list[Any]:
    return list(Marking.objects.across_organisations().order_by("pk").values())


def marked_events() -> int:
    return Event.objects.filter(name="attempt.answers_marked").count()


def seen(attempt: Attempt, by: Membership, item: str = "why") -> AnswerToMark:
    return next(
        answer for part in parts_to_mark(attempt, member=by) for answer in part.answers if answer.item == item
    )


def url(attempt: Attempt, *more: object) -> str:
    name = "marking_answer" if more else "marking"
    organisation, application = attempt.organisation, attempt.step_request.application_id
    return reverse(name, args=[organisation.slug, application, attempt.pk, *more])


@pytest.mark.world
def test_only_answers_with_a_rubric_can_be_marked(attempt: Attempt) -> None:
    rita = rater(attempt)
    (part,) = parts_to_mark(attempt, member=rita)
    assert [(answer.item, answer.state, answer.most) for answer in part.answers] == [
        ("why", "open", 6),
        ("plan", "open", 3),
    ]
    assert part.answers[0].answer == "First I look.\nThen I ask."
    file = part.answers[1].file
    assert file is not None
    assert (file.name, file.size) == ("plan.pdf", len(PDF))
    card = marking_progress(attempt, member=rita)
    assert card is not None
    assert (card.total, card.done, card.waiting) == (2, 0, 2)


@pytest.mark.world
@pytest.mark.parametrize("declined", [False, True])
def test_an_unfinished_attempt_cannot_be_marked_and_its_files_are_not_shown(declined: bool) -> None:
    attempt = answered(finished=False)
    if declined:
        attempt = decline(attempt_id=attempt.pk, now=NOW)
    rita = rater(attempt)
    assert parts_to_mark(attempt, member=rita) == ()
    with pytest.raises(marking.AttemptNotFinished):
        give(attempt, rita)
    assert rows() == []
    assert signed_in(rita).get(file_url(attempt)).status_code == 404


@pytest.mark.matrix
@pytest.mark.parametrize(
    "points", [{"c1": 3}, {"c1": 5, "c2": 1}, {"c1": -1, "c2": 1}, {"c1": 3, "c2": 1, "c3": 1}, {}]
)
def test_points_must_match_the_rubric(attempt: Attempt, points: dict[str, int]) -> None:
    with pytest.raises(marking.WrongPoints):
        give(attempt, rater(attempt), points=points)
    assert rows() == []


@pytest.mark.matrix
@pytest.mark.parametrize("item", ["pick", "word", "not_there"])
def test_answers_without_a_rubric_cannot_be_marked(attempt: Attempt, item: str) -> None:
    with pytest.raises(marking.NothingToMark):
        give(attempt, rater(attempt), item)


def test_completed_marking_and_each_correction_record_an_event(attempt: Attempt) -> None:
    rita = rater(attempt)
    give(attempt, rita)
    assert marked_events() == 0
    give(attempt, rita, "plan")
    assert marked_events() == 1
    event = Event.objects.get(name="attempt.answers_marked")
    assert (event.actor, event.data) == (
        f"member:{rita.pk}",
        {"step_request_id": attempt.step_request_id, "attempt_id": attempt.pk, "order": 1},
    )
    give(attempt, rita, points={"c1": 4, "c2": 2})
    assert marked_events() == 2
    assert [row["points"] for row in rows()] == [{"c1": 4, "c2": 2}, PLAN]


def test_saving_the_same_marks_again_records_no_event(attempt: Attempt) -> None:
    rita = rater(attempt)
    give(attempt, rita, comment="Clear")
    give(attempt, rita, "plan")
    before = rows()
    give(attempt, rita, comment="Clear")
    assert (marked_events(), rows()) == (1, before)
    give(attempt, rita, comment="Very clear")
    assert marked_events() == 2


@pytest.mark.main_case
def test_marks_create_a_new_version_of_the_report(attempt: Attempt) -> None:
    run_jobs()
    rita = rater(attempt)
    reports = (
        Report.objects.of(attempt.organisation).filter(step_request=attempt.step_request).order_by("version")
    )
    (first,) = reports
    frozen = first.snapshot
    give(attempt, rita, comment="Says what waits")
    give(attempt, rita, "plan")
    run_jobs()
    assert [(report.version, report.state) for report in reports.all()] == [(1, "ready"), (2, "ready")]
    assert reports.all()[0].snapshot == frozen
    assert "Says what waits" not in json.dumps(frozen)
    assert "Says what waits" in json.dumps(reports.all()[1].snapshot)


def test_a_second_marking_is_refused_if_one_is_enough(attempt: Attempt) -> None:
    give(attempt, rater(attempt))
    before = rows()
    with pytest.raises(marking.AlreadyMarked):
        give(attempt, rater(attempt, name="Tom"))
    assert rows() == before


@pytest.mark.world
def test_marks_of_the_only_rater_can_be_corrected_by_others_once_that_rater_has_left(
    attempt: Attempt,
) -> None:
    rita, tom = rater(attempt), rater(attempt, name="Tom")
    give(attempt, rita, comment="Clear")
    assert not seen(attempt, tom).may_mark
    rita.deactivated_at = NOW
    rita.save()
    page = signed_in(tom).get(url(attempt, 1, "why"))
    assert "Marked by Rita Recruiter, who has left the team." in page.content.decode()
    assert [page.context["form"][name].value() for name in ("points_0", "points_1", "comment")] == [
        3,
        1,
        "Clear",
    ]
    give(attempt, tom, comment="Clear")
    assert [(row["rater_id"], row["points"]) for row in rows()] == [(rita.pk, WHY)]
    give(attempt, tom, points={"c1": 1, "c2": 1})
    assert [(row["rater_id"], row["points"], row["comment"]) for row in rows()] == [
        (tom.pk, {"c1": 1, "c2": 1}, "")
    ]
    eve = rater(attempt, name="Eve")
    with pytest.raises(marking.AlreadyMarked):
        give(attempt, eve)


def test_marks_of_two_raters_stay_when_both_have_left(marked_by_two: Attempt) -> None:
    for name in ("Rita", "Tom"):
        by = rater(marked_by_two, name=name)
        give(marked_by_two, by)
        by.deactivated_at = NOW
        by.save()
    eve = rater(marked_by_two, name="Eve")
    assert not seen(marked_by_two, eve).may_mark
    with pytest.raises(marking.AlreadyMarked):
        give(marked_by_two, eve)


@pytest.mark.world
def test_raters_do_not_see_each_other_until_both_have_marked(marked_by_two: Attempt) -> None:
    rita, tom, eve = (rater(marked_by_two, name=name) for name in ("Rita", "Tom", "Eve"))
    give(marked_by_two, rita, comment="Clear")
    assert [one.rater for one in seen(marked_by_two, rita).given] == [rita]
    for other in (tom, eve):
        there = seen(marked_by_two, other)
        assert (there.state, there.given, there.mine, there.may_mark) == ("half", (), None, True)
    give(marked_by_two, rita, points={"c1": 4, "c2": 1})
    give(marked_by_two, tom, points={"c1": 1, "c2": 2})
    for reader in (rita, tom, eve):
        there = seen(marked_by_two, reader)
        assert (there.state, there.may_mark, there.sums) == ("done", False, [5, 3])
        assert (there.difference, there.mean_text) == (2, "4.0")
        assert [(row.given, row.difference, row.mean_text) for row in there.rows] == [
            ((4, 1), 3, "2.5"),
            ((1, 2), 1, "1.5"),
        ]
    before = rows()
    for settled in (rita, tom):
        with pytest.raises(marking.Settled):
            give(marked_by_two, settled)
    with pytest.raises(marking.AlreadyMarked):
        give(marked_by_two, eve)
    assert rows() == before


def test_marking_is_complete_once_both_raters_are_done(marked_by_two: Attempt) -> None:
    rita, tom = rater(marked_by_two), rater(marked_by_two, name="Tom")
    for by, item in ((rita, "why"), (rita, "plan"), (tom, "why")):
        give(marked_by_two, by, item)
        assert marked_events() == 0
    give(marked_by_two, tom, "plan")
    assert marked_events() == 1


@pytest.mark.world
def test_no_page_shows_points_until_both_have_marked(marked_by_two: Attempt) -> None:
    rita, tom = rater(marked_by_two), rater(marked_by_two, name="Tom Berg")
    give(marked_by_two, tom, comment="A secret between me and the rubric")
    client = signed_in(rita)
    candidate = reverse(
        "candidate", args=[marked_by_two.organisation.slug, marked_by_two.step_request.application_id]
    )
    for where in (url(marked_by_two), url(marked_by_two, 1, "why")):
        page = client.get(where).content.decode()
        assert "A secret" not in page
        assert "Tom Berg" not in page
    page = client.get(candidate).content.decode()
    assert "0 of 2 answers to custom questions are marked." in page
    assert "A secret" not in page
    client.post(url(marked_by_two, 1, "why"), {"points_0": "1", "points_1": "0", "comment": "Mine"})
    page = client.get(url(marked_by_two, 1, "why")).content.decode()
    assert "A secret between me and the rubric" in page
    assert "Both have marked this answer, so the marks can no longer be changed." in page


def test_exports_show_no_points_until_both_have_marked(marked_by_two: Attempt) -> None:
    rita, tom = rater(marked_by_two), rater(marked_by_two, name="Tom")

    def exported_marks(reader: ExportReader) -> list[Any]:
        wanted = ExportRequest(
            reader=reader,
            organisation=marked_by_two.organisation,
            candidate_id=marked_by_two.step_request.application.candidate_id,
            application_ids=(marked_by_two.step_request.application_id,),
        )
        return [
            one["points"] for one in export.export(wanted)["assessments"][0]["parts"][0].get("markings", [])
        ]

    give(marked_by_two, rita)
    assert exported_marks(ExportReader.ORGANISATION) == []
    assert exported_marks(ExportReader.CANDIDATE) == [WHY]
    give(marked_by_two, tom)
    assert exported_marks(ExportReader.ORGANISATION) == [WHY, WHY]


@pytest.mark.world
def test_marking_goes_from_answer_to_answer(attempt: Attempt) -> None:
    client = signed_in(rater(attempt))
    where = url(attempt, 1, "why")
    page = BeautifulSoup(client.get(where).content, "html.parser")
    described = str(page.select("[name=points_0]")[0]["aria-describedby"]).split()
    assert page.select(f"#{described[-1]}")[0].text == "4: says what waits, and why"
    response = client.post(where, {"points_0": "3", "points_1": "1", "comment": "Clear"})
    assert response["Location"] == url(attempt, 1, "plan")
    response = client.post(url(attempt, 1, "plan"), {"points_0": "2"})
    assert response["Location"] == url(attempt)
    assert "4 of 6 points" in client.get(url(attempt)).content.decode()


def test_question_and_answer_are_marked_up_in_the_candidates_language(attempt: Attempt) -> None:
    Attempt.objects.of(attempt.organisation).filter(pk=attempt.pk).update(language="de")
    client = signed_in(rater(attempt))
    page = BeautifulSoup(client.get(url(attempt, 1, "why")).content, "html.parser")
    assert [tag.select("h2")[0].text for tag in page.select("section[lang=de]")] == [TEXT["text"]]
    links = BeautifulSoup(client.get(url(attempt)).content, "html.parser").select(".marking__what a")
    assert {link.get("lang") for link in links} == {"de"}


def test_invalid_points_are_explained_and_input_is_kept(attempt: Attempt) -> None:
    response = signed_in(rater(attempt)).post(
        url(attempt, 1, "why"), {"points_0": "5", "points_1": "", "comment": "Kept"}
    )
    page = response.content.decode()
    assert "Enter a whole number from 0 to 4." in page
    assert "Enter a whole number from 0 to 2." in page
    form = response.context["form"]
    assert [form[name].value() for name in ("points_0", "points_1", "comment")] == ["5", "", "Kept"]
    assert rows() == []


@pytest.mark.world
def test_a_third_rater_sees_why_and_keeps_their_input(marked_by_two: Attempt) -> None:
    for name in ("Rita", "Tom"):
        give(marked_by_two, rater(marked_by_two, name=name))
    before = rows()
    eve = signed_in(rater(marked_by_two, name="Eve"))
    sentence = "Two members have already marked this answer."
    assert sentence in eve.get(url(marked_by_two, 1, "why")).content.decode()
    response = eve.post(url(marked_by_two, 1, "why"), {"points_0": "1", "points_1": "1", "comment": "Kept"})
    assert sentence in response.content.decode()
    assert response.context["form"]["comment"].value() == "Kept"
    assert rows() == before


@pytest.mark.world
@pytest.mark.parametrize("more", [(), (1, "why")])
def test_only_members_who_work_on_the_role_may_mark(attempt: Attempt, more: tuple[object, ...]) -> None:
    where = url(attempt, *more)
    given = {"points_0": "1", "points_1": "1"}
    before = (rows(), AuditEntry.objects.across_organisations().count())
    refused = {
        403: signed_in(rater(attempt, kind="hiring_manager")),
        404: signed_in(factories.member(factories.organisation(), kind="admin")),
        302: Client(),
    }
    for status, client in refused.items():
        assert client.get(where).status_code == status
        assert client.post(where, given).status_code == (status if more else 405)
    assert (rows(), AuditEntry.objects.across_organisations().count()) == before
    assert signed_in(rater(attempt)).get(where).status_code == 200
    entry = AuditEntry.objects.of(attempt.organisation).get(action="answers.viewed")
    assert entry.details == {"application": attempt.step_request.application_id, "attempt": attempt.pk}


@pytest.mark.world
def test_an_attempt_of_another_application_is_not_found() -> None:
    attempt, other = answered(), answered()
    rita = rater(attempt)
    where = reverse(
        "marking", args=[attempt.organisation.slug, attempt.step_request.application_id, other.pk]
    )
    assert signed_in(rita).get(where).status_code == 404
    assert signed_in(rita).get(url(attempt, 1, "word")).status_code == 404


def test_without_a_rubric_there_is_no_card(attempt: Attempt) -> None:
    manager = rater(attempt, kind="hiring_manager")
    assert marking_progress(attempt, member=manager) is None
    assert marking_progress(None, member=manager) is None


def file_url(attempt: Attempt, **values: Any) -> str:
    organisation = values.get("organisation", attempt.organisation)
    return reverse("upload_download", args=[organisation.slug, upload_of(attempt).pk])


def test_files_are_downloads_only_and_audited(attempt: Attempt) -> None:
    manager = rater(attempt, kind="hiring_manager")
    role = attempt.step_request.step.role
    role.viewers.add(manager)
    response = signed_in(manager).get(file_url(attempt))
    assert response.content == PDF
    assert {
        name: response[name]
        for name in (
            "Content-Type",
            "Content-Disposition",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Cache-Control",
        )
    } == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="plan.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    upload = upload_of(attempt)
    entry = AuditEntry.objects.of(attempt.organisation).get(action="upload.downloaded")
    assert (entry.member, entry.details) == (manager, {"upload": upload.pk, "part": upload.part_id})


@pytest.mark.world
def test_a_file_is_for_those_who_may_see_the_application(attempt: Attempt) -> None:
    stranger = factories.member(factories.organisation(), kind="admin")
    before = AuditEntry.objects.across_organisations().count()
    assert Client().get(file_url(attempt)).status_code == 302
    assert signed_in(stranger).get(file_url(attempt)).status_code == 404
    assert signed_in(stranger).get(file_url(attempt, organisation=stranger.organisation)).status_code == 404
    application = attempt.step_request.application
    application.candidate.private = True
    application.candidate.save()
    assert signed_in(rater(attempt)).get(file_url(attempt)).status_code == 404
    assert AuditEntry.objects.across_organisations().count() == before


@pytest.mark.world
def test_answers_still_wait_if_the_candidate_declines_a_later_attempt(attempt: Attempt) -> None:
    rita = rater(attempt)
    Assessment.objects.update(retake_months=0)
    later = invite_again(step_request=attempt.step_request, member=rita, after=attempt.pk, now=NOW)
    decline(attempt_id=later.pk, now=NOW)
    found = parts_waiting_for(rita, applications=visible_applications(rita), now=NOW)
    assert [part.attempt_id for part in found] == [attempt.pk]


@pytest.mark.world
@pytest.mark.parametrize("two_raters", [False, True])
def test_answers_to_questions_that_are_no_longer_asked_wait_for_nobody(two_raters: bool) -> None:
    why = TEXT | {"when": {"question": "pick", "is": ["a"]}}
    attempt = asked(questions=[CHOICE, why, WORD], rubrics=RUBRICS[:1], right={}, two_raters=two_raters)
    rita = rater(attempt)

    def waiting() -> list[int]:
        applications = visible_applications(rita)
        return [part.pk for part in parts_waiting_for(rita, applications=applications, now=NOW)]

    for item, value in (("pick", "a"), ("why", "First I look."), ("word", "A spanner")):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=value, now=NOW)
    with transaction.atomic():
        finish_part(attempt_id=attempt.pk, order=1, now=NOW)
        assert len(waiting()) == 1
        transaction.set_rollback(True)
    save_answer(attempt_id=attempt.pk, order=1, item_id="pick", value="b", now=NOW)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    attempt.refresh_from_db()
    assert (parts_to_mark(attempt, member=rita), waiting()) == ((), [])
