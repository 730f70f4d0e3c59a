"""Bounce messages in the formats of several mail servers, in our own wording. Each is about one mail."""

from datetime import datetime

from goodword.notifications.domain.bounces import Returned, keep_returned, read_returned
from goodword.notifications.models import Email

BOUNDARY = "=_report"


def original(email: Email) -> str:
    """The headers of the returned mail."""
    return (
        f"Message-ID: {email.message_id}\n"
        'From: "Rita Recruiter (Acme)" <people@goodword.example>\n'
        f"To: {email.to_address}\n"
        "Subject: A reference for Ada?\n"
    )


def report(
    email: Email, *, action: str = "failed", status: str = "5.1.1", code: str = "", to: str = ""
) -> bytes:
    """A delivery report by RFC 3464, as sent by Postfix, Exchange and large mailbox providers."""
    diagnostic = f"Diagnostic-Code: smtp; {code}\n" if code else ""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to or "people@goodword.example"}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{BOUNDARY}"

--{BOUNDARY}
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.

Your message could not be brought to one or more recipients.

--{BOUNDARY}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 3 Mar 2026 10:00:00 +0100

Final-Recipient: rfc822; {email.to_address}
Original-Recipient: rfc822;{email.to_address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.globex.example
{diagnostic}
--{BOUNDARY}
Content-Type: text/rfc822-headers

{original(email)}
--{BOUNDARY}--
""".encode()


def whole_report(email: Email) -> bytes:
    """A delivery report with the whole mail attached, and a recipient with a name in its header."""
    header = f"To: {email.to_address}"
    raw = report(email).decode().replace("text/rfc822-headers", "message/rfc822")
    return raw.replace(f"\n{header}\n", f'\nTo: "Schmidt, Maria"\n <{email.to_address}>\n').encode()


def exim_report(email: Email) -> bytes:
    """Exim's plain report: a header of its own, and the returned headers below a line."""
    return f"""\
Return-path: <>
X-Failed-Recipients: {email.to_address}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: people@goodword.example
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {email.to_address}
    host mail.globex.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:
    550 5.7.1 Recipient rejected

------ This is a copy of the message, including all the headers. ------

{original(email)}
Hello,
""".encode()


def qmail_report(email: Email) -> bytes:
    """qmail's report, with the address between angle brackets."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: people@goodword.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{email.to_address}>:
192.0.2.7 does not like recipient.
Remote host said: 554 5.4.14 Hop count exceeded
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

{original(email)}
""".encode()


def complaint(email: Email) -> bytes:
    """A feedback report by RFC 5965."""
    return f"""\
From: feedback@mailbox.example
To: people@goodword.example
Subject: FW: A reference for Ada?
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="{BOUNDARY}"

--{BOUNDARY}
Content-Type: text/plain; charset=us-ascii

This is an abuse report for a message that somebody has marked.

--{BOUNDARY}
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--{BOUNDARY}
Content-Type: message/rfc822

{original(email)}
Hello,

--{BOUNDARY}--
""".encode()


def away(email: Email) -> bytes:
    """An out-of-office reply, which is not a bounce."""
    return f"""\
From: {email.to_address}
To: people@goodword.example
Subject: Away until Monday
Auto-Submitted: auto-replied
In-Reply-To: {email.message_id}
References: {email.message_id}

I am away until Monday, 9 March, and read my mail then.
""".encode()


def take_returned(raw: bytes, *, now: datetime) -> Returned:
    """Process a returned message, as `goodword returned-mail` does."""
    returned = read_returned(raw)
    keep_returned(returned, now=now)
    return returned
