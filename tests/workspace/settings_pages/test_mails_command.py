"""`goodword mails`."""

from datetime import timedelta

import pytest
import time_machine

from goodword.accounts.models import AuditEntry
from goodword.candidates.models import Application
from goodword.cli import main
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.workspace.settings_pages import mail_commands
from tests.assessments.support import application as with_assessment
from tests.support import factories
from tests.support.jobs import waiting
from tests.support.kept import kept
from tests.workspace.applications import invited

pytestmark = pytest.mark.django_db


@pytest.fixture
@kept
def about() -> Application:
    return with_assessment()


def invitation(about: Application, state: str = "failed") -> Email:
    """The candidate's invitation in this state."""
    invited(about)
    email = Email.objects.of(about.organisation).get(kind="assessment.invitation")
    email.state, email.attempts = state, 9
    email.last_error = f"554 No mailbox {email.to_address} here"
    email.save()
    return email


def mail(about: Application, state: str, key: str) -> Email:
    return Email.objects.create(
        organisation=about.organisation,
        application=about,
        key=f"test:{key}",
        kind="test",
        to_address="ada@mail.example",
        reply_to="rita@acme.example",
        not_before=factories.NOW,
        created_at=factories.NOW,
        state=state,
    )


def test_nothing_to_list_or_retry(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["list"], ["list", "--failed"], ["retry", "--failed", "--yes"]):
        assert main(["mails", *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "No mail is waiting, and none has failed.",
        "No mail has failed.",
        "No mail has failed.",
    ]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("state", ["queued", "sending", "failed"])
def test_mail_is_listed_with_its_age_and_without_addresses(
    about: Application, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    email = invitation(about, state)
    with time_machine.travel(email.created_at + timedelta(days=3), tick=False):
        assert main(["mails", "list"]) == 0
    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if line.startswith(f"mail:{email.pk} "))
    local, _, domain = email.to_address.partition("@")
    ending = domain.rpartition(".")[2]
    assert line.split(maxsplit=6) == [
        *(f"mail:{email.pk}", state, "3", "days", "assessment.invitation"),
        f"{local[0]}…@{domain[0]}….{ending}",
        f"{about.organisation.slug}  554 No mailbox … here",
    ]
    assert email.to_address not in shown
    assert about.candidate.last_name not in shown


@pytest.mark.world
def test_a_long_list_ends_with_the_number_of_others(
    about: Application, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = mail(about, "failed", "1"), mail(about, "failed", "2")
    monkeypatch.setattr(mail_commands, "AT_MOST", 1)
    assert main(["mails", "list", "--failed"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert (shown[0].split()[0], shown[1:]) == (f"mail:{first.pk}", ["... and 1 more"])
    assert last.pk > first.pk


@pytest.mark.world
@pytest.mark.parametrize("by_name", [True, False])
def test_failed_mail_is_sent_again_to_the_current_address(
    about: Application, capsys: pytest.CaptureFixture[str], by_name: bool
) -> None:
    email = invitation(about)
    about.candidate.email = "new@mail.example"
    about.candidate.save()
    assert main(["mails", "retry", *([f"mail:{email.pk}"] if by_name else ["--failed", "--yes"])]) == 0
    assert capsys.readouterr().out == f"Sending mail:{email.pk} again.\n"
    email.refresh_from_db()
    assert (email.state, email.counted_attempts, email.to_address) == ("queued", 0, "new@mail.example")
    assert ("email.send", {"email_id": email.pk}) in waiting()
    assert Event.objects.get(name="email.queued_again").actor == "operator"
    entry = AuditEntry.objects.of(about.organisation).get(action="mail.sent_again")
    assert (entry.member_id, entry.actor, entry.details) == (None, "operator", {"mails": 1})


@pytest.mark.world
def test_many_mails_are_only_listed_without_yes(
    about: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    email = invitation(about)
    assert main(["mails", "retry", "--failed"]) == 2
    shown = capsys.readouterr()
    assert shown.out.startswith(f"mail:{email.pk}  failed")
    assert shown.err == "goodword: To send those of these 1 that are still needed, add --yes.\n"
    email.refresh_from_db()
    assert email.state == "failed"


@pytest.mark.world
def test_mail_that_is_no_longer_needed_is_not_sent(
    about: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    email = invitation(about)
    Application.objects.filter(pk=about.pk).update(status="rejected")
    assert main(["mails", "retry", "--failed", "--yes"]) == 0
    assert capsys.readouterr().out == f"mail:{email.pk} is no longer needed.\n"
    email.refresh_from_db()
    assert email.state == "failed"
    assert not AuditEntry.objects.of(about.organisation).filter(action="mail.sent_again").exists()


@pytest.mark.world
def test_mail_that_was_sent_or_is_waiting_is_refused_by_name(
    about: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    for state in ("sent", "queued", "sending", "cancelled"):
        email = mail(about, state, state)
        assert main(["mails", "retry", f"mail:{email.pk}"]) == 2
        assert capsys.readouterr().err == (
            f"goodword: mail:{email.pk} has not failed, or is no longer needed.\n"
        )
        email.refresh_from_db()
        assert email.state == state


@pytest.mark.parametrize("arguments", [[], ["mail:1", "--failed"]])
def test_a_selection_is_by_name_or_by_option(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["mails", "retry", *arguments]) == 2
    assert capsys.readouterr().err == "goodword: Name the mails to retry, or use --failed.\n"


def test_mail_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mails", "retry", "mail:1"]) == 2
    assert capsys.readouterr() == ("", "goodword: mail:1 has not failed, or is no longer needed.\n")


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["12", "job:12", "mail:", "mail:²", "mail:99999999999999999999"])
def test_other_names_are_refused(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["mails", "retry", name]) == 2
    assert capsys.readouterr().err == f"goodword: {name!r} is not a name listed by `goodword mails list`.\n"
