"""Sent mails: their text, link, headers, and hostile names."""

from datetime import timedelta
from email.message import MIMEPart
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils.html import escape
from linkify_it import LinkifyIt

from goodword.accounts.domain.organisation import set_logo
from goodword.core import crypto
from goodword.core.addresses import Correspondent
from goodword.core.text import WORD_JOINER
from goodword.notifications.domain import links
from goodword.notifications.domain.bounces import mark_of
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email, Link
from tests.notifications.mails import LINK, NOW, application, links_of, queued, state
from tests.support import factories
from tests.support.jobs import event_names

pytestmark = pytest.mark.django_db

#: must arrive unchanged
PNG = b"\x89PNG\r\n\x1a\n picture"
HOSTILE = "Ada <script>alert(1)</script> & \"Co\" {{ link }} {% now 'Y' %}"


def sent_mail(**values: Any) -> tuple[Email, EmailMultiAlternatives]:
    email = queued(**values)
    send(email_id=email.pk, now=NOW)
    email.refresh_from_db()
    assert (email.state, email.last_error) == ("sent", "")
    message = mail.outbox[-1]
    assert isinstance(message, EmailMultiAlternatives)
    return email, message


def html_of(message: EmailMultiAlternatives) -> str:
    ((content, _),) = message.alternatives
    return str(content)


def test_the_link_is_created_on_sending_and_only_its_hash_is_stored() -> None:
    email, message = sent_mail()
    (token,) = LINK.findall(str(message.body))
    assert LINK.findall(html_of(message)) == [token]
    assert links_of(email) == [
        ("review", email.application_id, crypto.hash_token(token), NOW + timedelta(days=14))
    ]
    found = links.resolve(token, purpose=Link.Purpose.REVIEW)
    assert found is not None
    assert found.organisation == email.organisation
    assert links.resolve(token, purpose=Link.Purpose.CANDIDATE) is None


def test_the_stored_mail_does_not_contain_the_token() -> None:
    email, message = sent_mail()
    (token,) = LINK.findall(str(message.body))
    kept = [str(value) for value in Email.objects.across_organisations().values_list().get(pk=email.pk)]
    assert [value for value in kept if token in value] == []
    assert email.text == str(message.body).replace(f"http://localhost:8000/v/{token}/", "[link]")
    assert "[link]" in email.html


def test_the_html_title_is_the_subject() -> None:
    email, message = sent_mail()
    assert f"<title>{escape(message.subject)}</title>" in html_of(message)
    assert email.subject == message.subject


def test_a_mail_without_a_link() -> None:
    email, message = sent_mail(link=None)
    assert (links_of(email), LINK.findall(str(message.body) + html_of(message))) == ([], [])


def test_sender_recipient_and_reply_to() -> None:
    email, message = sent_mail(
        sender=Correspondent(name="Rita Recruiter", address="rita@acme.example"),
        to=Correspondent(name="Ada Lovelace", address="ada@mail.example"),
    )
    assert (message.from_email, message.to, message.reply_to) == (
        '"Rita Recruiter (Acme)" <people@goodword.example>',
        ["Ada Lovelace <ada@mail.example>"],
        ["rita@acme.example"],
    )
    headers = message.message()
    assert (headers["Message-ID"], headers["Auto-Submitted"]) == (
        f"<goodword-{mark_of(email.pk)}@localhost>",
        "auto-generated",
    )
    assert email.message_id == headers["Message-ID"]


def test_a_hostile_name_is_plain_in_text_and_escaped_in_html() -> None:
    _, message = sent_mail(context={"candidate_name": HOSTILE, "step": "assessment"})
    assert message.subject == f"{HOSTILE} has finished the assessment"
    assert HOSTILE in str(message.body)
    assert escape(HOSTILE).replace("&quot;", '"').replace("&#x27;", "'") in html_of(message)
    assert "<script" not in html_of(message)


@pytest.mark.matrix
@pytest.mark.parametrize(
    "name",
    [
        "Ada\r\nBcc: all@evil.example",
        "Ada\nSubject: other",
        "Ada\x0bX\x1cY\u2028Z\u0085",
        'Ada" <evil@evil.example>, "x',
        "Ada, Bob <b@evil.example>",
        "=?utf-8?q?Ada?=",
        "Łukasz Müller 東京 🎉",
    ],
)
def test_names_cannot_inject_headers_or_recipients(name: str) -> None:
    _, message = sent_mail(
        to=Correspondent(name=name, address="ada@mail.example"),
        sender=Correspondent(name=name, address="rita@acme.example"),
        context={"candidate_name": name, "step": "assessment"},
    )
    sent = message.message()
    known = {"Subject", "From", "To", "Reply-To", "Message-ID", "Auto-Submitted", "Date"}
    assert sorted(sent.keys()) == sorted(known | {"MIME-Version", "Content-Type"})
    assert message.recipients() == [message.to[0]]
    addresses = [found.addr_spec for found in sent["To"].addresses]
    assert addresses == ["ada@mail.example"]
    assert [found.addr_spec for found in sent["From"].addresses] == ["people@goodword.example"]
    assert "\n" not in str(sent["Subject"])


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    "name",
    [
        "Ada http://evil.example/win",
        "Ada evil.tk",
        "pay.example.support",
        "Ada <ada@evil.com>",
        "www.evil.com",
        "Booking.com",
        "Ada m.tech/win",
        "Ada tel:+49900",
    ],
)
def test_names_never_become_links(name: str) -> None:
    _, message = sent_mail(
        to=Correspondent(name=name, address="ada@mail.example"),
        sender=Correspondent(name=name, address="rita@acme.example"),
        context={"candidate_name": name, "role_title": name, "step": "assessment"},
    )
    visible = BeautifulSoup(html_of(message), "html.parser")
    assert len(visible.find_all("a")) == 1
    ours = (str(visible.a["href"]) if visible.a else "", "rita@acme.example")
    for part in (str(message.body), visible.get_text(" ")):
        found = LinkifyIt().match(part) or []
        assert [one.text for one in found if one.text not in ours] == []
    assert WORD_JOINER not in message.subject
    assert (LinkifyIt().match(message.subject), name in message.subject) == (None, False)
    sent = message.message()
    assert ("evil.example" in str(sent["From"]), "@evil" in str(sent["To"])) == (False, False)


@pytest.mark.matrix
@pytest.mark.parametrize(
    "address", ["no address", "ada@", "a@b@c.example", "ada@mail.example\r\nBcc: x@evil.example"]
)
def test_an_invalid_address_fails_at_once(address: str) -> None:
    email = queued(to=Correspondent(name="Ada", address=address))
    send(email_id=email.pk, now=NOW)
    assert (state(email), mail.outbox) == (("failed", 1, "This is not a valid e-mail address."), [])
    assert event_names() == ["email.failed"]


def test_html_keeps_its_dark_mode_rules_and_loads_nothing() -> None:
    _, message = sent_mail()
    html = html_of(message)
    assert html.count("prefers-color-scheme: dark") == 1
    assert [word for word in ("<img", "<link", "<script", "url(", "http-equiv") if word in html] == []


def test_text_has_the_link_and_how_to_verify_it() -> None:
    _, message = sent_mail()
    text = str(message.body)
    assert "See the result:\nhttp://localhost:8000/v/" in text
    assert "To verify this e-mail: contact Acme by a number or address you already know." in text
    assert [word for word in ("button", "&amp;", "<", "\n\n\n") if word in text] == []


def test_the_logo_is_part_of_the_mail_and_nothing_is_loaded_from_elsewhere() -> None:
    about = application()
    admin = factories.member(about.organisation, kind="admin")
    set_logo(organisation=about.organisation, png=PNG, by=admin, now=NOW)
    _, message = sent_mail(about=about)
    page = BeautifulSoup(html_of(message), "html.parser")
    (picture,) = page.find_all("img")
    (attached,) = message.attachments
    assert isinstance(attached, MIMEPart)
    assert (picture["src"], picture["alt"]) == (f"cid:{attached['Content-ID'].strip('<>')}", "Acme")
    assert (attached.get_content_type(), attached.get_content_disposition()) == ("image/png", "inline")
    assert attached.get_content() == PNG
    assert b"cid:" in message.message().as_bytes()


def test_a_mail_without_a_logo_has_no_picture() -> None:
    _, message = sent_mail()
    assert (message.attachments, "<img" in html_of(message)) == ([], False)
