"""Events posted by mail providers: authentication, effects and unknown mails."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.core import installation, mail, outbox
from goodword.core.addresses import Correspondent
from goodword.core.events import run_reactions
from goodword.core.models import Event
from goodword.notifications.domain.bounces import UNDELIVERED, mark_of
from goodword.notifications.domain.queue import send_again
from goodword.notifications.domain.send import FOR_ANSWER, UNANSWERED, requeue_interrupted, send
from goodword.notifications.models import Email
from tests.notifications.mails import NOW, queued
from tests.support.jobs import event_names, reactions_to

pytestmark = pytest.mark.django_db

SECRET = "hooks:a-password-nobody-guesses"
KEY = "a-signing-key"


@pytest.fixture
def enable_provider(settings: Settings) -> Any:
    """Configures a provider whose events are accepted."""

    def configure(provider: str, **credentials: str) -> None:
        settings.GOODWORD_MAIL_PROVIDER = provider
        settings.GOODWORD_MAIL_WEBHOOK_SECRET = SECRET
        settings.ANYMAIL = mail.anymail(credentials=credentials, webhook_secret=SECRET)

    return configure


@pytest.fixture
def sent() -> Email:
    """A sent mail with a provider's id."""
    email = queued(to=Correspondent(name="Ada", address="ada@mail.example"))
    send(email_id=email.pk, now=NOW)
    Email.objects.across_organisations().filter(pk=email.pk).update(provider_id="prov-1")
    email.refresh_from_db()
    return email


def post(provider: str, body: Any, *, secret: str | None = SECRET, **headers: str) -> int:
    if secret is not None:
        headers["authorization"] = f"Basic {b64encode(secret.encode()).decode()}"
    response = Client().post(
        f"/mail/events/{provider}/",
        body if isinstance(body, (str, bytes)) else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )
    return response.status_code


def postmark(kind: str, **more: Any) -> dict[str, Any]:
    """In the format of Postmark's documentation."""
    return {"RecordType": kind, "MessageID": "prov-1", "ServerID": 23, "MessageStream": "outbound"} | more


HARD = postmark(
    "Bounce",
    ID=4323372036854775807,
    Type="HardBounce",
    TypeCode=1,
    Name="Hard bounce",
    Description="The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    Details="smtp;550 5.1.1 The email account does not exist.",
    Email="ada@mail.example",
    From="people@goodword.example",
    BouncedAt="2026-03-03T09:05:00Z",
    Inactive=True,
)
TRANSIENT = HARD | {"Type": "Transient", "TypeCode": 2, "Details": "smtp;451 4.7.1 Try again later"}
COMPLAINT = postmark("SpamComplaint", Type="SpamComplaint", Email="ada@mail.example")
DELIVERY = postmark("Delivery", Recipient="ada@mail.example", DeliveredAt="2026-03-03T09:01:00Z")


def outcome(email: Email) -> tuple[bool, bool, str, bool]:
    """Whether it was delivered, whether and why it bounced, and whether there was a complaint."""
    email.refresh_from_db()
    return (
        email.delivered_at is not None,
        email.bounced_at is not None,
        email.bounce_reason,
        email.complained_at is not None,
    )


NOTHING = (False, False, "", False)


def test_a_hard_bounce_is_stored_with_its_reason_and_recorded_once(enable_provider: Any, sent: Email) -> None:
    enable_provider("postmark")
    assert [post("postmark", HARD), post("postmark", HARD)] == [200, 200]
    assert outcome(sent) == (False, True, "smtp;550 5.1.1 The email account does not exist.", False)
    assert event_names() == ["email.sent", "email.bounced"]


def test_a_copy_takes_no_events_so_that_the_provider_repeats_them(enable_provider: Any, sent: Email) -> None:
    enable_provider("postmark")
    installation.set_mode(installation.Mode.MOVED)
    assert post("postmark", HARD) == 503
    assert outcome(sent) == NOTHING
    installation.set_mode(installation.Mode.WORKING)
    assert post("postmark", HARD) == 200


def test_temporary_failures_and_opens_change_nothing(enable_provider: Any, sent: Email) -> None:
    enable_provider("postmark")
    assert post("postmark", TRANSIENT) == 200
    assert post("postmark", postmark("Open", Recipient="ada@mail.example")) == 200
    assert (outcome(sent), event_names()) == (NOTHING, ["email.sent"])


def test_deliveries_and_complaints_are_stored(enable_provider: Any, sent: Email) -> None:
    enable_provider("postmark")
    assert [post("postmark", body) for body in (DELIVERY, COMPLAINT, COMPLAINT)] == [200] * 3
    assert outcome(sent) == (True, False, "", True)
    assert event_names() == ["email.sent", "email.complained"]


def unanswered(email: Email) -> Email:
    """The mail as it is after an attempt that got no response."""
    Email.objects.across_organisations().filter(pk=email.pk).update(
        state="queued",
        settled_at=None,
        unanswered=1,
        not_before=NOW + UNANSWERED[0],
        last_error="No response.",
    )
    return email


def settled(email: Email) -> tuple[str, bool, str]:
    email.refresh_from_db()
    return email.state, email.settled_at is not None, email.last_error


def test_a_mail_that_has_been_delivered_is_not_sent_again_for_want_of_a_response(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    unanswered(sent)
    assert [post("postmark", DELIVERY), post("postmark", DELIVERY)] == [200, 200]
    assert (settled(sent), outcome(sent)) == (("sent", True, ""), (True, False, "", False))
    assert event_names() == ["email.sent", "email.sent"]


def given_up(email: Email) -> Email:
    """The mail after its last attempt, which got no response."""
    Email.objects.across_organisations().filter(pk=email.pk).update(
        state="sending", settled_at=None, unanswered=len(UNANSWERED), claimed_at=NOW, handed_over_at=NOW
    )
    requeue_interrupted(now=NOW + FOR_ANSWER)
    assert settled(email)[0] == "failed"
    run_reactions(reactions_to(Event.objects.get(name="email.failed")))
    return email


def notices(email: Email) -> list[str]:
    found = Email.objects.of(email.organisation).filter(kind=UNDELIVERED)
    return list(found.values_list("state", flat=True))


def test_a_mail_that_failed_without_a_response_counts_as_sent_once_it_has_been_delivered(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    given_up(sent)
    assert notices(sent) == ["queued"]
    assert [post("postmark", DELIVERY), post("postmark", DELIVERY)] == [200, 200]
    assert (settled(sent), outcome(sent)) == (("sent", True, ""), (True, False, "", False))
    assert event_names() == ["email.sent", "email.failed", "email.sent"]
    assert notices(sent) == []


def test_a_failed_mail_that_bounced_stays_failed_if_an_earlier_copy_was_delivered(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    given_up(sent)
    assert [post("postmark", HARD), post("postmark", DELIVERY)] == [200, 200]
    assert (settled(sent)[0], outcome(sent)[:2]) == ("failed", (True, True))
    assert notices(sent) == ["queued"]


def test_a_mail_that_the_server_refused_is_not_sent_because_an_old_copy_was_delivered(
    enable_provider: Any, sent: Email
) -> None:
    """The attempts since then got a response."""
    enable_provider("postmark")
    Email.objects.across_organisations().filter(pk=sent.pk).update(
        state="failed", unanswered=0, last_error="554 No"
    )
    assert post("postmark", DELIVERY) == 200
    assert settled(sent) == ("failed", True, "554 No")


def test_a_delivery_to_an_address_that_was_corrected_since_settles_nothing(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    unanswered(sent)
    assert post("postmark", DELIVERY | {"Recipient": "ada@old.example"}) == 200
    assert (settled(sent), outcome(sent)) == (("queued", False, "No response."), NOTHING)


def test_a_bounce_of_an_address_that_was_corrected_since_does_not_stop_the_next_attempt(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    unanswered(sent)
    assert post("postmark", HARD | {"Email": "ada@old.example"}) == 200
    assert (settled(sent), outcome(sent)) == (("queued", False, "No response."), NOTHING)
    assert post("postmark", HARD) == 200
    assert (settled(sent)[0], outcome(sent)[1]) == ("failed", True)


def corrected(email: Email) -> Email:
    """Send the mail again, to a corrected address; the provider gives it a new id."""
    assert send_again(email_id=email.pk, to_address="ada@new.example", member=None, now=NOW, arrived=True)
    send(email_id=email.pk, now=NOW)
    email.refresh_from_db()
    assert (email.state, email.to_address, email.provider_id) == ("sent", "ada@new.example", "")
    Email.objects.across_organisations().filter(pk=email.pk).update(provider_id="prov-2")
    return email


def marked(body: dict[str, Any], email: Email) -> dict[str, Any]:
    return body | {"Metadata": {"goodword_mail": f"{mark_of(email.pk)}@goodword"}}


def test_late_reports_about_an_old_address_do_not_concern_the_mail_to_the_new_one(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    corrected(sent)
    reports = [marked(body, sent) for body in (HARD, COMPLAINT, DELIVERY)]
    assert [post("postmark", body) for body in reports] == [200] * 3
    assert (settled(sent)[0], outcome(sent)) == ("sent", NOTHING)
    assert event_names() == ["email.sent", "email.queued_again", "email.sent"]


def test_a_repeated_bounce_does_not_concern_the_copy_that_was_sent_again(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    first = HARD | {"BouncedAt": (NOW + timedelta(minutes=1)).isoformat()}
    assert (post("postmark", first), outcome(sent)[1]) == (200, True)
    again = NOW + timedelta(hours=3)
    assert send_again(email_id=sent.pk, to_address="", member=None, now=again)
    first = marked(first, sent)
    assert (post("postmark", first), settled(sent)[0], outcome(sent)) == (200, "queued", NOTHING)
    send(email_id=sent.pk, now=again)
    assert (post("postmark", first), settled(sent)[0], outcome(sent)) == (200, "sent", NOTHING)
    second = first | {"MessageID": "prov-2", "BouncedAt": (again + timedelta(minutes=1)).isoformat()}
    assert (post("postmark", second), outcome(sent)[1]) == (200, True)


def test_a_repeated_delivery_does_not_concern_the_copy_that_was_sent_again(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    again = NOW + timedelta(hours=3)
    assert send_again(email_id=sent.pk, to_address="", member=None, now=again, arrived=True)
    send(email_id=sent.pk, now=again)
    first = marked(DELIVERY | {"DeliveredAt": (NOW + timedelta(minutes=1)).isoformat()}, sent)
    assert (post("postmark", first), outcome(sent)) == (200, NOTHING)
    second = first | {"DeliveredAt": (again + timedelta(minutes=1)).isoformat()}
    assert (post("postmark", second), outcome(sent)[0]) == (200, True)


def test_the_bounce_of_a_mail_that_was_sent_once_counts_although_this_server_s_clock_is_fast(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    Email.objects.across_organisations().filter(pk=sent.pk).update(provider_id="")
    early = HARD | {"BouncedAt": (NOW - timedelta(minutes=10)).isoformat()}
    assert (post("postmark", marked(early, sent)), outcome(sent)[1]) == (200, True)


@pytest.mark.parametrize("address", ["ada@new.example", "ada@forwarded.example"])
def test_reports_about_the_copy_to_the_new_address_count(
    enable_provider: Any, sent: Email, address: str
) -> None:
    """Also if the provider names the address that it was forwarded to."""
    enable_provider("postmark")
    corrected(sent)
    for body in (HARD, COMPLAINT):
        assert post("postmark", body | {"MessageID": "prov-2", "Email": address}) == 200
    assert outcome(sent)[1::2] == (True, True)


def test_reports_about_a_mail_that_was_sent_once_by_smtp_count_if_it_was_forwarded(
    enable_provider: Any, sent: Email
) -> None:
    """Goodword doesn't know the provider's id then."""
    enable_provider("postmark")
    Email.objects.across_organisations().filter(pk=sent.pk).update(provider_id="")
    for body in (HARD, COMPLAINT):
        assert post("postmark", marked(body | {"Email": "ada@forwarded.example"}, sent)) == 200
    assert outcome(sent)[1::2] == (True, True)


def test_a_delivery_reported_before_the_worker_gives_up_waiting_counts_as_sent(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    Email.objects.across_organisations().filter(pk=sent.pk).update(
        state="sending", settled_at=None, claimed_at=NOW, handed_over_at=NOW
    )
    assert post("postmark", DELIVERY) == 200
    assert settled(sent)[0] == "sending"
    requeue_interrupted(now=NOW + FOR_ANSWER)
    assert settled(sent) == ("sent", True, "")
    assert event_names() == ["email.sent", "email.sent"]


def test_a_delivery_reported_during_the_next_attempt_prevents_a_further_one(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    unanswered(sent)
    later = NOW + UNANSWERED[0]
    claimed = outbox.claim(Email, sent.pk, now=later)
    assert claimed is not None
    assert post("postmark", DELIVERY) == 200
    outbox.settle_later(claimed, error="Connection refused.", at=later)
    assert settled(sent) == ("queued", False, "Connection refused.")
    mails = len(django_mail.outbox)
    assert send(email_id=sent.pk, now=later)
    assert (settled(sent), len(django_mail.outbox)) == (("sent", True, ""), mails)
    assert event_names() == ["email.sent", "email.sent"]


def test_a_delivery_to_a_domain_with_umlauts_counts(enable_provider: Any, sent: Email) -> None:
    enable_provider("postmark")
    Email.objects.across_organisations().filter(pk=sent.pk).update(to_address="ada@müller.example")
    unanswered(sent)
    assert post("postmark", DELIVERY | {"Recipient": "ada@xn--mller-kva.example"}) == 200
    assert (settled(sent), outcome(sent)) == (("sent", True, ""), (True, False, "", False))


def test_a_delivery_of_an_earlier_copy_does_not_settle_the_next(enable_provider: Any, sent: Email) -> None:
    """It says nothing about the new attempt."""
    enable_provider("postmark")
    assert post("postmark", DELIVERY) == 200
    assert send_again(email_id=sent.pk, to_address="", member=None, now=NOW, arrived=True)
    sent.refresh_from_db()
    assert (sent.state, sent.delivered_at) == ("queued", None)
    assert post("postmark", DELIVERY) == 200
    assert (settled(sent), outcome(sent)) == (("queued", False, ""), NOTHING)


def test_events_of_unknown_and_erased_mails_are_accepted_and_ignored(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("postmark")
    assert post("postmark", HARD | {"MessageID": "prov-2"}) == 200
    assert outcome(sent) == NOTHING
    sent.delete()
    assert post("postmark", HARD) == 200
    assert event_names() == ["email.sent"]


@pytest.mark.matrix
@pytest.mark.parametrize(
    "secret", [None, "hooks:wrong-password-of-some-length", "hooks:", ":a-password-nobody-guesses"]
)
def test_a_wrong_secret_is_rejected(enable_provider: Any, sent: Email, secret: str | None) -> None:
    enable_provider("postmark")
    assert post("postmark", HARD, secret=secret) == 401
    assert outcome(sent) == NOTHING


@pytest.mark.world
def test_the_endpoint_exists_only_when_configured(settings: Settings, sent: Email) -> None:
    assert post("postmark", HARD) == 404
    settings.GOODWORD_MAIL_PROVIDER = "postmark"
    assert post("postmark", HARD) == 404  # no secret: closed, not open
    settings.GOODWORD_MAIL_WEBHOOK_SECRET = SECRET
    assert [post("mailgun", HARD), post("", HARD)] == [404, 404]
    assert outcome(sent) == NOTHING


def test_the_endpoint_accepts_post_and_head(enable_provider: Any) -> None:
    enable_provider("postmark")
    address = "/mail/events/postmark/"
    assert [Client().get(address).status_code, Client().head(address).status_code] == [405, 200]


@pytest.mark.matrix
@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "7",
        '"text"',
        "null",
        b"\xff\xfe",
        '{"RecordType": 7}',
        '{"a":' * 20_000,
        5_000 * "1",
    ],
    ids=lambda body: str(body[:17]),
)
@pytest.mark.parametrize("provider", ["postmark", "mailgun", "mailjet"])
def test_malformed_bodies_are_handled(enable_provider: Any, provider: str, body: str | bytes) -> None:
    enable_provider(provider, MAILGUN_WEBHOOK_SIGNING_KEY=KEY)
    assert post(provider, body) in {200, 400, 401}


UNUSABLE: list[Any] = ["prov-2\0", "\ud800", 7, 1e308, ["prov-2"], {"prov-2": None}, True]


@pytest.mark.matrix
@pytest.mark.parametrize("value", UNUSABLE, ids=repr)
def test_values_that_cannot_be_stored_are_ignored(enable_provider: Any, sent: Email, value: Any) -> None:
    """They must not keep the rest of a batch from being recorded."""
    enable_provider("brevo")
    bounce = {"event": "hard_bounce", "email": sent.to_address, "ts_event": 1772528700}
    assert post("brevo", bounce | {"message-id": value, "reason": value, "tags": [value]}) == 200
    assert outcome(sent) == NOTHING
    assert post("brevo", bounce | {"message-id": "prov-1", "reason": value}) == 200
    assert outcome(sent)[:2] == (False, True)


def test_a_signature_of_another_shape_or_an_impossible_time_is_refused(
    enable_provider: Any, sent: Email
) -> None:
    enable_provider("mailgun", MAILGUN_WEBHOOK_SIGNING_KEY=KEY)
    for wrong in ({"signature": "text"}, {"signature": {"timestamp": 7}}, {"signature": {"signature": [7]}}):
        assert post("mailgun", mailgun(sent, "failed", severity="permanent") | wrong) in {400, 401}
    assert post("mailgun", mailgun(sent, "failed", severity="permanent", timestamp=1e30)) == 400
    assert outcome(sent) == NOTHING


def test_mailgun_events_need_a_valid_signature(enable_provider: Any, sent: Email) -> None:
    enable_provider("mailgun", MAILGUN_WEBHOOK_SIGNING_KEY=KEY)
    event = mailgun(
        sent,
        "failed",
        severity="permanent",
        **{
            "delivery-status": {
                "code": 605,
                "message": "Not delivering to previously bounced address",
                "description": "",
            }
        },
    )
    assert post("mailgun", event | {"signature": signature("wrong")}) == 401
    assert outcome(sent) == NOTHING
    assert post("mailgun", event) == 200
    assert outcome(sent)[:2] == (False, True)


def test_a_temporary_mailgun_failure_changes_nothing(enable_provider: Any, sent: Email) -> None:
    enable_provider("mailgun", MAILGUN_WEBHOOK_SIGNING_KEY=KEY)
    assert post("mailgun", mailgun(sent, "failed", severity="temporary", reason="generic")) == 200
    assert outcome(sent) == NOTHING


def signature(key: str) -> dict[str, str]:
    stamp, token = "1772528700", "0c8a5b2e"
    signed = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": signed}


def mailgun(email: Email, event: str, **more: Any) -> dict[str, Any]:
    """In the format of Mailgun's documentation. Mailgun keeps the Message-ID of mail relayed by SMTP."""
    return {
        "signature": signature(KEY),
        "event-data": {
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": 1772528700.1,
            "event": event,
            "recipient": email.to_address,
            "message": {"headers": {"message-id": email.message_id.strip("<>"), "from": "Goodword"}},
            "tags": [],
            "user-variables": {},
            **more,
        },
    }


def test_every_event_in_a_batch_is_matched_by_our_metadata(enable_provider: Any, sent: Email) -> None:
    enable_provider("mailjet")
    other = queued(key="other", to=Correspondent(name="Bob", address="bob@mail.example"))
    send(email_id=other.pk, now=NOW)
    events = [
        {
            "event": event,
            "time": 1772528700,
            "MessageID": 19421777835146490 + number,
            "email": email.to_address,
            "error": error,
            "hard_bounce": bool(error),
            "Payload": json.dumps({"goodword_mail": f"{mark_of(email.pk)}@goodword"}),
        }
        for number, (email, event, error) in enumerate(
            [(sent, "sent", ""), (other, "bounce", "user unknown"), (sent, "open", "")]
        )
    ]
    assert post("mailjet", events) == 200
    assert (outcome(sent)[:2], outcome(other)[:3]) == ((True, False), (False, True, "bounced"))


def test_brevo_and_mailjet_events_are_parsed(enable_provider: Any, sent: Email) -> None:
    enable_provider("brevo")
    assert (
        post(
            "brevo",
            {
                "event": "hard_bounce",
                "email": sent.to_address,
                "id": 1,
                "message-id": "prov-1",
                "ts_event": 1772528700,
                "reason": "550 no such user",
            },
        )
        == 200
    )
    assert outcome(sent)[:3] == (False, True, "550 no such user")
    enable_provider("mailjet")
    assert (
        post(
            "mailjet",
            [
                {
                    "event": "spam",
                    "time": 1772528700,
                    "MessageID": "prov-1",
                    "email": sent.to_address,
                    "source": "JMRPP",
                }
            ],
        )
        == 200
    )
    assert outcome(sent)[3] is True
