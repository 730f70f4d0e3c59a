"""Reports are opened and assigned, mails sent and comments deleted while the candidate's data is erased."""

from collections.abc import Callable

import pytest
from django.db import transaction

from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email, Link
from goodword.reports.domain.rendering import LAYOUT
from goodword.reports.domain.reviews import assign_several
from goodword.reports.domain.sharing import open_report
from goodword.reports.models import ReportFile, ResultReview
from goodword.workspace.comments import delete_comment, write_comment
from goodword.workspace.models import Comment
from tests.notifications.mails import application, queued
from tests.reports.reports import NOW, ready, share_path
from tests.support import factories
from tests.support.overlap import before_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs, pytest.mark.world]


def erasing(application: Application) -> Callable[[], bool]:
    with transaction.atomic():
        asked = request_erasure(
            of=application.candidate, reason=Reason.MEMBER, now=NOW, by="goodword", due_at=NOW
        )
    return lambda: carry_out_erasure(erasure_id=asked.pk, now=NOW)


def test_a_report_that_is_just_being_opened_by_its_link_is_erased() -> None:
    report = ready()
    share_path(report)
    link = Link.objects.of(report.organisation).get(purpose=Link.Purpose.REPORT)
    erase = erasing(report.step_request.application)
    with before_commit(erase) as erased:
        open_report(report, now=NOW, link=link)
    assert erased == [True]
    assert not Link.objects.of(report.organisation).filter(pk=link.pk).exists()


def test_a_report_that_is_just_being_rendered_in_the_new_layout_is_erased() -> None:
    report = ready()
    files = ReportFile.objects.of(report.organisation).filter(report=report)
    files.update(layout=LAYOUT - 1)
    erase = erasing(report.step_request.application)
    with before_commit(erase) as erased:
        open_report(report, now=NOW)
    assert erased == [True]
    assert not files.exists()


def test_a_mail_that_is_just_being_sent_is_erased_with_its_link() -> None:
    email = queued(application())
    assert email.application is not None
    erase = erasing(email.application)
    with before_commit(erase) as erased:
        assert send(email_id=email.pk, now=NOW)
    assert erased == [True]
    assert not Email.objects.of(email.organisation).exists()
    assert not Link.objects.of(email.organisation).exists()


def test_a_comment_is_deleted_during_the_erasure() -> None:
    ada = application()
    rita = factories.member(ada.organisation, kind="admin", name="Rita Roe")
    factories.member(ada.organisation, kind="admin", name="Ben Both")
    text = "@Ben Both: see the report."
    comment = write_comment(application_id=ada.pk, text=text, author=rita, now=NOW)
    erase = erasing(ada)

    def delete() -> None:
        delete_comment(comment_id=comment.pk, member=rita, now=NOW)

    with before_commit(erase, then=delete) as erased:
        Comment.objects.of(ada.organisation).select_for_update().get(
            pk=comment.pk
        )  # as deleting it does first
    assert erased == [True]
    assert not Comment.objects.of(ada.organisation).exists()


def test_results_are_assigned_during_the_erasure() -> None:
    ada = application()
    rita, ben = (factories.member(ada.organisation, kind="admin") for _ in range(2))
    first, second = (
        ResultReview.objects.create(
            organisation=ada.organisation, step_request=factories.step_request(ada, kind), since=NOW
        )
        for kind in ("assessment", "reference_check")
    )
    first.save()  # moves its row behind the other one's
    erase = erasing(ada)

    def assign() -> None:
        assign_several([first, second], to=ben, by=rita, now=NOW)

    with before_commit(erase, then=assign) as erased:
        # as assigning does first
        ResultReview.objects.of(ada.organisation).select_for_update(no_key=True).get(pk=first.pk)
    assert erased == [True]
    assert not ResultReview.objects.of(ada.organisation).exists()
