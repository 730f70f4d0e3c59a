"""Comments between colleagues on a candidate."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.models import Application
from goodword.core.personal_data import ExportReader, ExportRequest, Subject
from goodword.notifications.models import Email
from goodword.workspace.comments import mentioned_in, write_comment
from goodword.workspace.models import Comment
from goodword.workspace.needs_you.needs import Urgency, Viewer, collect
from goodword.workspace.needs_you.sources import SOURCES
from goodword.workspace.personal_data import erase, export
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import named, path
from tests.workspace.candidate.test_candidate_pages import queries

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def application() -> Application:
    return named(factories.role(factories.organisation(name="Acme"), title="Baker"), "Ada", "Zorn")


@pytest.fixture
def rita(application: Application) -> Membership:
    return factories.member(application.organisation, name="Rita Hansen")


def say(who: Membership, application: Application, text: str) -> Any:
    where = path("candidate_comment", who.organisation, application.pk)
    return signed_in(who).post(where, {"text": text}, follow=True)


def texts(application: Application) -> list[str]:
    rows = Comment.objects.of(application.organisation).order_by("pk")
    return list(rows.values_list("text", flat=True))


def mails(application: Application) -> list[tuple[str, str]]:
    rows = Email.objects.of(application.organisation).filter(kind="workspace.mentioned").order_by("pk")
    return list(rows.values_list("to_name", "from_name"))


def wrong(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [" ".join(line.get_text().split()) for line in page.select(".error-summary li")]


@pytest.mark.main_case
def test_a_comment_is_shown_to_colleagues_and_mailed_to_those_mentioned(
    application: Application, rita: Membership
) -> None:
    factories.member(rita.organisation, name="Tom Berg")
    response = say(rita, application, "Strong references.\n@tom berg, shall we meet her?")
    page = BeautifulSoup(response.content, "html.parser")
    shown = page.select_one("#comments .comment .as-written")
    assert shown is not None
    assert shown.get_text() == "Strong references.\n@tom berg, shall we meet her?"
    assert [name for name, _ in mails(application)] == ["Tom Berg"]
    entries = AuditEntry.objects.of(rita.organisation).filter(action="comment.written")
    assert list(entries.values_list("member", flat=True)) == [rita.pk]


def test_mentions_are_full_names_or_addresses_of_members(application: Application, rita: Membership) -> None:
    org = application.organisation
    ann, ann_lee = (factories.member(org, name=name) for name in ("Ann", "Ann Lee"))
    gone = factories.member(org, name="Gus Gone")
    Membership.objects.of(org).filter(pk=gone.pk).update(deactivated_at=NOW)
    factories.member(factories.organisation(), name="Sam Stranger")

    def found(text: str) -> list[Membership]:
        return mentioned_in(text, author=rita)

    assert found("@Ann Lee knows") == [ann_lee]
    assert found("@Ann and @Ann Lee") == [ann_lee, ann]
    assert found(f"ask @{ann.user.email}") == [ann]
    assert found("@Sam Stranger, Ann Lee") == []
    assert found(f"@{gone.user.name}") == [gone]
    namesake = factories.member(org, name="Gus Gone")
    assert found(f"@{gone.user.name}") == [namesake]


@pytest.mark.world
def test_members_who_cannot_be_notified_cannot_be_mentioned(
    application: Application, rita: Membership
) -> None:
    gone = factories.member(application.organisation, name="Gus Gone")
    Membership.objects.of(application.organisation).filter(pk=gone.pk).update(deactivated_at=NOW)
    Application.objects.of(application.organisation).update(recruiter_name="Jo Berg")
    assert wrong(say(rita, application, "@Gus Gone, look")) == [
        "Comment: Gus Gone no longer works here and can't be notified. Remove the @."
    ]
    assert wrong(say(rita, application, "@Jo Berg, look")) == [
        "Comment: Jo Berg has no login and can't be notified. Remove the @."
    ]
    assert (texts(application), mails(application)) == ([], [])


def test_members_without_access_to_the_candidate_cannot_be_mentioned(
    application: Application, rita: Membership
) -> None:
    factories.member(rita.organisation, name="Max Manager", kind="hiring_manager")
    response = say(rita, application, "@Max Manager, look")
    assert wrong(response) == [
        "Comment: Max Manager can't see this candidate. Add them to the role first, or don't mention them."
    ]
    assert "@Max Manager, look</textarea>" in response.content.decode()
    assert (texts(application), mails(application)) == ([], [])


@pytest.mark.world
def test_a_second_click_adds_nothing_and_an_empty_comment_is_refused(
    application: Application, rita: Membership
) -> None:
    factories.member(rita.organisation, name="Tom Berg")
    say(rita, application, "@Tom Berg, see")
    say(rita, application, "@Tom Berg, see")
    assert wrong(say(rita, application, "  ")) == ["Comment: Write a comment."]
    assert (texts(application), len(mails(application))) == (["@Tom Berg, see"], 1)


@pytest.mark.world
def test_commenting_needs_a_member_who_sees_the_candidate(application: Application, rita: Membership) -> None:
    manager = factories.member(application.organisation, kind="hiring_manager")
    stranger = factories.member(factories.organisation(), kind="admin")
    where = path("candidate_comment", application.organisation, application.pk)
    theirs = path("candidate_comment", stranger.organisation, application.pk)
    answers = [
        Client().post(where, {"text": "x"}),
        signed_in(manager).post(where, {"text": "x"}),
        signed_in(stranger).post(where, {"text": "x"}),
        signed_in(stranger).post(theirs, {"text": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [302, 404, 404, 404]
    assert texts(application) == []
    assert application.role is not None
    application.role.viewers.add(manager)
    say(manager, application, "From the team")
    assert texts(application) == ["From the team"]


@pytest.mark.world
def test_authors_and_admins_delete_a_comment_after_confirming(
    application: Application, rita: Membership
) -> None:
    org = application.organisation
    tom, admin = factories.member(org), factories.member(org, kind="admin")
    for text in ("first", "second"):
        say(rita, application, text)
    first, second = Comment.objects.of(org).order_by("pk")
    places = [path("comment_delete", org, application.pk, comment.pk) for comment in (first, second)]
    assert signed_in(rita).get(places[0]).status_code == 200
    assert Client().post(places[0]).status_code == 302
    refused = signed_in(tom).post(places[0], follow=True)
    assert [str(message) for message in refused.context["messages"]] == [
        "Only Rita Hansen or an admin can delete this comment."
    ]
    assert texts(application) == ["first", "second"]
    signed_in(rita).post(places[0])
    signed_in(admin).post(places[1])
    assert texts(application) == []
    assert signed_in(rita).post(places[0]).status_code == 404


def test_comments_are_exported_and_erased(application: Application, rita: Membership) -> None:
    comment = write_comment(application_id=application.pk, text="Kind.", author=rita, now=NOW)
    other = named(factories.role(factories.organisation()), "Bo", "Abel")
    write_comment(
        application_id=other.pk, text="Stays.", author=factories.member(other.organisation), now=NOW
    )
    assert application.organisation is not None

    def exported(reader: ExportReader) -> Any:
        return export.export(
            ExportRequest(
                reader=reader,
                organisation=application.organisation,
                candidate_id=application.candidate_id,
                application_ids=(application.pk,),
            )
        )["comments"]

    assert exported(ExportReader.ORGANISATION) == [
        {"written": comment.written_at, "by": "Rita Hansen", "text": "Kind."}
    ]
    # "What the file leaves out: […] notes by […] colleagues" (Your data)
    assert exported(ExportReader.CANDIDATE) == []
    with transaction.atomic():
        subject = Subject(organisation_id=application.organisation_id, application_ids=(application.pk,))
        assert erase.erase(subject, NOW) == {"comments": 1, "rating requests": 0}
    assert (texts(application), texts(other)) == ([], ["Stays."])


@pytest.mark.slow
def test_many_comments_take_no_more_queries_and_the_last_three_are_shown(
    application: Application, rita: Membership
) -> None:
    client, where = signed_in(rita), path("candidate", application.organisation, application.pk)
    write_comment(application_id=application.pk, text="0", author=rita, now=NOW)
    before = queries(client, where)
    for number in range(1, 5):
        who = factories.member(application.organisation)
        at = NOW + timedelta(minutes=number)
        write_comment(application_id=application.pk, text=str(number), author=who, now=at)
    assert queries(client, where) == before
    page = BeautifulSoup(client.get(where).content, "html.parser")
    assert [tag.get_text() for tag in page.select("#comments > .card__body > .comments .as-written")] == [
        "4",
        "3",
        "2",
    ]
    assert len(page.select("#comments details .comment")) == 2


def mentions(who: Membership) -> list[str]:
    viewer = Viewer(member=who, mine=True, now=NOW)
    found = collect(viewer, SOURCES, at_most=9).shown[Urgency.MENTIONED]
    return [f"{need.who} {need.what} {need.detail}" for need in found]


@pytest.mark.world
def test_a_mention_waits_on_home_until_the_page_is_opened(application: Application, rita: Membership) -> None:
    tom = factories.member(rita.organisation, name="Tom Berg")
    say(rita, application, "Shall we meet her, @Tom Berg?")
    assert mentions(tom) == [
        "Ada Zorn has a comment by Rita Hansen that mentions you “Shall we meet her, @Tom Berg?”"
    ]
    home = signed_in(tom).get(path("needs_you", tom.organisation), {"roles": "mine"})
    page = BeautifulSoup(home.content, "html.parser")
    (action,) = [link for link in page.select(".need__acts a") if "Open comment" in link.get_text()]
    where = path("candidate", tom.organisation, application.pk)
    assert action["href"] == f"{where}#comments"
    signed_in(rita).get(where)
    signed_in(tom).head(where)
    assert len(mentions(tom)) == 1
    signed_in(tom).get(where)
    assert mentions(tom) == []


@pytest.mark.world
def test_mentions_disappear_with_access_to_the_candidate(application: Application, rita: Membership) -> None:
    tom = factories.member(rita.organisation, name="Tom Berg")
    say(rita, application, "Shall we meet her, @Tom Berg?")
    application.candidate.private = True
    application.candidate.save()
    assert mentions(tom) == []
