"""Settings > E-mail texts: editing, preview, reset, and sent mails."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core import mail as outgoing
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from goodword.accounts.domain.organisation import set_logo
from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.assessments.models import Attempt
from goodword.core.text import language_codes
from goodword.notifications.domain.mail_texts import filled, filled_html, render, save_texts
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email, MailText
from goodword.workspace.mail_texts.forms import LAYOUTS, MAILS, NAMES
from tests.assessments.support import assigned
from tests.notifications.test_content import PNG, html_of
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.shared import shared_world

pytestmark = pytest.mark.django_db

NOW = factories.NOW
INVITATION = "assessment.invitation"
OWN = {
    "subject": "{role}: your next step at {organisation}",
    "opening": "Dear {first_name},\n\nwe'd love to know how you work. For {role} we ask for {duration}.",
    "request": "By {deadline}, please.",
    "closing": "See you soon\n{recruiter}",
}


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    yield from shared_world(django_db_blocker, lambda: assigned(sent=False).pk)


@pytest.fixture
def attempt(db: None, built: int) -> Attempt:
    return Attempt.objects.across_organisations().select_related("organisation").get(pk=built)


@pytest.fixture
def org(attempt: Attempt) -> Organisation:
    return attempt.organisation


@pytest.fixture
def ann(org: Organisation) -> Membership:
    return factories.member(org, kind="admin", name="Ann Admin")


def page_of(org: Organisation, kind: str = INVITATION, language: str = "en", name: str = "mail_text") -> str:
    return reverse(name, args=[org.slug, kind, language])


def posted(client: Client, org: Organisation, *, seen: str = "", show: bool = False, **texts: str) -> Any:
    more = {"show": "1"} if show else {}
    return client.post(page_of(org), {**OWN, **texts, "seen": seen, **more})


def stored(org: Organisation) -> list[tuple[str, str, dict[str, str]]]:
    rows = MailText.objects.of(org).order_by("kind", "language")
    return list(rows.values_list("kind", "language", "texts"))


def audited(org: Organisation) -> list[AuditEntry]:
    return list(AuditEntry.objects.of(org).filter(action__startswith="mail_text.").order_by("pk"))


def store(by: Membership, kind: str = INVITATION, language: str = "en", **texts: str) -> None:
    mail = MAILS[kind]
    wanted = mail.standard_texts(language=language) | texts
    assert save_texts(mail, language=language, texts=wanted, seen="", by=by, now=NOW)


def queued_for(org: Organisation, **values: Any) -> Email:
    """Another candidate's invitation."""
    role = org_role(org)
    about = factories.application(role, **values)
    assigned(about, sent=False)
    return Email.objects.of(org).get(application=about)


def org_role(org: Organisation) -> Any:
    first = Email.objects.of(org).select_related("application__role").order_by("pk")[0]
    assert first.application is not None
    return first.application.role


def sent(email: Email) -> EmailMultiAlternatives:
    send(email_id=email.pk, now=NOW)
    email.refresh_from_db()
    assert (email.state, email.last_error) == ("sent", "")
    message = outgoing.outbox[-1]
    assert isinstance(message, EmailMultiAlternatives)
    return message


@pytest.mark.matrix
@pytest.mark.parametrize("language", language_codes())
@pytest.mark.parametrize("kind", list(MAILS))
def test_the_standard_texts_pass_their_own_rules(
    org: Organisation, ann: Membership, kind: str, language: str
) -> None:
    client = signed_in(ann)
    page = client.get(page_of(org, kind, language))
    form = page.context["form"]
    assert all(form.initial[part.name] for part in MAILS[kind].parts)
    answer = client.post(page_of(org, kind, language), form.initial)
    assert (answer.status_code, stored(org)) == (302, [])
    assert not audited(org)


@pytest.mark.matrix
@pytest.mark.parametrize("language", language_codes())
@pytest.mark.parametrize("kind", list(MAILS))
def test_every_placeholder_has_a_value_in_both_parts(
    org: Organisation, ann: Membership, kind: str, language: str
) -> None:
    mail = MAILS[kind]
    names = " ".join(f"{{{name}}}" for name in mail.placeholders)
    store(ann, kind, language, **{part.name: names for part in mail.parts})
    page = signed_in(ann).get(page_of(org, kind, language))
    shown = page.context["preview"].rendered
    assert "{" not in shown.subject + shown.text
    body = BeautifulSoup(shown.html, "html.parser").find("body")
    assert body is not None
    assert "{" not in body.get_text()


def test_each_mail_has_a_name_and_a_layout_with_all_its_texts() -> None:
    for kind, mail in MAILS.items():
        assert [layout for layout in LAYOUTS[kind] if isinstance(layout, str)] == [
            part.name for part in mail.parts
        ]
    assert list(NAMES) == list(LAYOUTS) == list(MAILS)


@pytest.mark.world
def test_mails_queued_afterwards_have_the_new_text_and_earlier_ones_keep_theirs(
    org: Organisation, ann: Membership
) -> None:
    before = Email.objects.of(org).get()
    assert posted(signed_in(ann), org)["Location"] == page_of(org)
    after = queued_for(org)
    assert sent(before).subject == "Your assessment for Window Washer at Acme Bikes"
    message = sent(after)
    assert message.subject == "Window Washer: your next step at Acme Bikes"
    text, html = str(message.body), html_of(message)
    assert text.startswith("Dear ")
    assert "we'd love to know how you work. For Window Washer we ask for about " in text
    assert ">By <strong>" in html
    # fixed parts
    for words in (
        "No decision is based on it alone",
        "Open the assessment",
        "contact Acme Bikes by a number",
    ):
        assert words in text
        assert words in html
    # nor does a change between queueing and sending affect it
    late = queued_for(org)
    MailText.objects.of(org).update(texts={"subject": "Too late"})
    assert sent(late).subject == message.subject


def test_what_is_saved_is_stored_once_and_audited(org: Organisation, ann: Membership) -> None:
    client, standard = signed_in(ann), MAILS[INVITATION].standard_texts(language="en")
    texts = {**standard, "subject": "  Your  next\nstep "}
    first = client.post(page_of(org), {**texts, "seen": ""})
    again = client.post(page_of(org), {**texts, "seen": ""})
    assert (first.status_code, again.status_code) == (302, 302)
    assert stored(org) == [(INVITATION, "en", {"subject": "Your next step"})]
    [entry] = audited(org)
    assert (entry.action, entry.member, entry.details) == (
        "mail_text.changed",
        ann,
        {
            "mail": INVITATION,
            "language": "en",
            "changed": {"subject": [standard["subject"], "Your next step"]},
        },
    )


REFUSED = [
    ("subject", "", "Enter a text, or reset this e-mail to the standard text."),
    ("subject", "x" * 151, "Use at most 150 characters. This text has 151."),
    ("subject", "Pay {salary}", "{salary} can't be used in this e-mail. Use {first_name}, {role},"),
    ("subject", "For {rolle}", "{rolle} doesn't exist. Did you mean {role}?"),
    (
        "subject",
        "For {Role}",
        "“{Role}” isn't a placeholder. Write one in single braces, for example {role}.",
    ),
    ("subject", "For {role", "“{role” isn't a placeholder."),
    ("subject", "For {{ role }}", "isn't a placeholder. Write one in single braces, for example {role}."),
    ("subject", "{% now 'Y' %}", "isn't a placeholder."),
    ("subject", "{role.organisation.pk}", "isn't a placeholder."),
    ("opening", "Hello {first_name}", "Keep {role} in this text."),
    ("request", "Soon", "Keep {deadline} in this text."),
    ("closing", "Bye", "Keep {recruiter} in this text."),
    ("closing", "{recruiter}, see https://evil.example/x", "Remove web and e-mail addresses"),
    ("closing", "{recruiter}, write to ann@acme.example", "Remove web and e-mail addresses"),
    ("closing", "{recruiter}.com", "Remove web and e-mail addresses"),
    ("closing", "{recruiter} <b>now</b>", "Write plain text: “<b>” would be shown as it is."),
    ("closing", "{recruiter} &nbsp;", "Write plain text: “&nbsp;” would be shown as it is."),
]


@pytest.mark.matrix
@pytest.mark.parametrize("wrong", REFUSED)
@pytest.mark.parametrize("show", [False, True])
def test_a_wrong_text_is_refused_with_a_sentence_and_stays(
    org: Organisation, ann: Membership, wrong: tuple[str, str, str], show: bool
) -> None:
    part, text, sentence = wrong
    page = posted(signed_in(ann), org, show=show, **{part: text})
    form = page.context["form"]
    assert page.status_code == 422
    assert sentence in " ".join(form.errors[part])
    assert {name: form[name].value() for name in OWN} == {**OWN, part: text}
    assert page.context["preview"] is None
    assert stored(org) == []
    assert not audited(org)


HOSTILE = "Tom & {first_name} \u202eevil\u202c 5 < 6 {role}\r\nBcc: all\r\n\r\n'\"%s{recruiter}{deadline}"


@pytest.mark.world
def test_a_line_break_counts_as_one_character(org: Organisation, ann: Membership) -> None:
    text = "{role}" + "x\r\n" * 747
    assert posted(signed_in(ann), org, opening=text).status_code == 302
    assert posted(signed_in(ann), org, opening=f"{text}xxx").status_code == 422


@pytest.mark.world
def test_a_hostile_text_is_harmless_in_html_plain_part_and_header(org: Organisation, ann: Membership) -> None:
    assert signed_in(ann).post(page_of(org), dict.fromkeys(OWN, HOSTILE)).status_code == 302
    eve = factories.candidate(org, first_name="Eve {deadline} <img src=x>")
    message = sent(queued_for(org, candidate=eve))
    assert "\n" not in message.subject
    assert "Bcc" not in message.message()
    assert message.recipients() == message.to
    html = html_of(message)
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("img") is None
    for text in (message.subject, str(message.body), soup.get_text()):
        assert "\u202e" not in text
        assert "Tom & Eve {deadline} <img src=x> evil 5 < 6 Window Washer" in text


@pytest.mark.world
def test_a_text_that_reached_the_table_unchecked_is_still_harmless(
    org: Organisation, ann: Membership
) -> None:
    evil = "{{ link }} {% load x %} <script>alert(1)</script> https://evil.example {unknown}"
    MailText.objects.create(
        organisation=org, kind=INVITATION, language="en", texts=dict.fromkeys(OWN, evil), changed_at=NOW
    )
    message = sent(queued_for(org))
    html = html_of(message)
    assert "<script" not in html
    assert "{{ link }} {% load x %}" in str(message.body)
    assert "https://evil.example" not in message.subject + str(message.body) + html
    assert "{unknown}" in str(message.body)


def test_values_are_filled_in_once_and_escaped() -> None:
    context = {"title": "{deadline} & <b>", "deadline": "Monday", "first_name": "Ada\nBcc: x"}
    assert filled("{role} {first_name} {company}", context) == "{deadline} & <b> Ada Bcc: x {company}"
    assert filled_html("One {role}\ntwo\n \nthree {deadline}", context) == (
        "<p>One {deadline} &amp; &lt;b&gt;<br>two</p>\n<p>three <strong>Monday</strong></p>"
    )


@pytest.mark.world
def test_two_people_edit_the_same_text(org: Organisation, ann: Membership) -> None:
    bob = factories.member(org, kind="admin", name="Bob Admin")
    assert posted(signed_in(bob), org, subject="Bob's {role}").status_code == 302
    client = signed_in(ann)
    page = posted(client, org, subject="Ann's {role}")
    assert page.status_code == 409
    said = page.content.decode()
    assert "Bob Admin has changed these texts in the meantime. Your texts are below." in said
    assert "Bob&#x27;s {role}" in said
    assert page.context["form"]["subject"].value() == "Ann's {role}"
    assert page.context["preview"].rendered.subject == "Ann's Window Washer"
    [(_, _, texts)] = stored(org)
    assert texts["subject"] == "Bob's {role}"
    again = posted(client, org, subject="Ann's {role}", seen=page.context["form"]["seen"].value())
    assert again.status_code == 302
    assert [texts["subject"] for _, _, texts in stored(org)] == ["Ann's {role}"]


@pytest.mark.world
def test_a_reset_brings_back_the_standard_text(org: Organisation, ann: Membership) -> None:
    client, reset = signed_in(ann), page_of(org, name="mail_text_reset")
    posted(client, org)
    assert client.post(reset, {"seen": "earlier"}).status_code == 302
    assert len(stored(org)) == 1
    seen = client.get(page_of(org)).context["form"]["seen"].value()
    for _ in range(2):
        assert client.post(reset, {"seen": seen})["Location"] == page_of(org)
    assert stored(org) == []
    assert [entry.action for entry in audited(org)] == [
        "mail_text.changed",
        "mail_text.reset",
    ]
    assert audited(org)[1].details["changed"]["subject"] == [
        OWN["subject"],
        "Your assessment for {role} at {organisation}",
    ]
    log = client.get(reverse("audit_log", args=[org.slug])).content.decode()
    assert f'<a href="{page_of(org)}">Invitation to the assessment, English</a>' in log
    assert sent(queued_for(org)).subject == "Your assessment for Window Washer at Acme Bikes"


@pytest.mark.world
def test_a_preview_shows_the_last_mail_of_the_kind_and_saves_nothing(
    org: Organisation, ann: Membership
) -> None:
    set_logo(organisation=org, png=PNG, by=ann, now=NOW)
    email, client = Email.objects.of(org).get(), signed_in(ann)
    page = posted(client, org, show=True)
    shown = page.context["preview"]
    assert (page.status_code, shown.candidate, shown.is_sent, stored(org)) == (
        200,
        email.to_name,
        True,
        [],
    )
    assert shown.rendered.subject == "Window Washer: your next step at Acme Bikes"
    assert f"Dear {email.context['first_name']}," in shown.rendered.text
    frame = BeautifulSoup(page.content, "html.parser").find("iframe")
    assert frame is not None
    served = client.get(str(frame["src"]))
    assert served.content.decode() == shown.rendered.html
    assert "we&#x27;d love to know how you work" in shown.rendered.html or "we'd love" in shown.rendered.html
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in shown.rendered.html
    assert (served["X-Frame-Options"], "sandbox" in served["Content-Security-Policy"]) == ("SAMEORIGIN", True)
    saved = client.get(page_of(org, name="mail_text_preview"))
    assert "Thank you for applying" in saved.content.decode()
    email.refresh_from_db()
    assert "texts" not in email.context


@pytest.mark.world
def test_a_preview_without_such_a_mail_takes_a_candidates_name_or_invents_one(
    org: Organisation, ann: Membership
) -> None:
    name = Email.objects.of(org).get().to_name
    page = signed_in(ann).get(page_of(org, "references.request", "de"))
    shown = page.context["preview"]
    assert (shown.candidate, shown.is_sent) == (name, False)
    assert shown.rendered.subject == f"Eine Referenz für {name}?"
    empty = factories.member(factories.organisation(), kind="admin")
    shown = signed_in(empty).get(page_of(empty.organisation)).context["preview"]
    assert (shown.candidate, shown.is_sent) == ("", False)
    assert shown.rendered.text.startswith("Hello Maria,")


def test_a_preview_of_a_reminder_reveals_no_deadline(org: Organisation, ann: Membership) -> None:
    email = Email.objects.of(org).get()
    email.pk, email.key, email.kind = None, "reminder", "assessment.reminder"
    email.context["deadline"] = "Saturday 31 January"
    email.save()
    page = signed_in(ann).get(page_of(org, "assessment.reminder"))
    assert "Saturday 31 January" not in page.content.decode() + page.context["preview"].rendered.html
    assert (page.context["preview"].candidate, page.context["preview"].is_sent) == (email.to_name, False)


@pytest.mark.world
def test_only_admins_of_the_organisation_get_in_and_a_refusal_changes_nothing(
    org: Organisation, ann: Membership
) -> None:
    store(ann, subject="Ours")
    refused = [
        (Client(), 302),
        (signed_in(factories.member(org, kind="recruiter")), 403),
        (signed_in(factories.member(org, kind="hiring_manager")), 403),
        (signed_in(factories.member(factories.organisation(), kind="admin")), 404),
    ]
    seen = MailText.objects.of(org).get().changed_at.isoformat()
    for client, status in refused:
        assert client.get(reverse("mail_texts", args=[org.slug])).status_code == status
        assert client.get(page_of(org)).status_code == status
        assert client.get(page_of(org, name="mail_text_preview")).status_code == status
        assert posted(client, org, seen=seen).status_code == status
        assert client.post(page_of(org, name="mail_text_reset"), {"seen": seen}).status_code == status
    assert stored(org) == [(INVITATION, "en", {"subject": "Ours"})]
    assert len(audited(org)) == 1


@pytest.mark.world
def test_texts_of_one_organisation_are_not_anothers(org: Organisation, ann: Membership) -> None:
    other = factories.member(factories.organisation(), kind="admin")
    store(other, subject="Theirs")
    assert sent(queued_for(org)).subject == "Your assessment for Window Washer at Acme Bikes"
    page = signed_in(ann).get(page_of(org))
    assert "Theirs" not in page.content.decode()


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "language"), [("workflow.kept", "en"), ("x", "en"), (INVITATION, "it"), (INVITATION, "EN")]
)
def test_other_mails_and_languages_are_not_found(
    org: Organisation, ann: Membership, kind: str, language: str
) -> None:
    assert signed_in(ann).get(page_of(org, kind, language)).status_code == 404


@pytest.mark.world
def test_the_list_says_which_texts_are_own(
    org: Organisation, ann: Membership, django_assert_num_queries: Any
) -> None:
    client, url = signed_in(ann), reverse("mail_texts", args=[org.slug])
    store(ann, subject="Ours")
    first = client.get(url)
    text = BeautifulSoup(first.content, "html.parser").get_text(" ", strip=True)
    assert text.count("Own text") == 1
    assert "Ann Admin" in text
    store(ann, language="de", subject="Unseres")
    store(ann, "references.request", subject="Ours")
    with django_assert_num_queries(_queries(client, url)):
        client.get(url)


def _queries(client: Client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


@pytest.mark.world
def test_a_deadline_is_set_when_the_mail_is_sent(org: Organisation, ann: Membership) -> None:
    store(ann, subject="By {deadline}")
    email = queued_for(org)
    send(email_id=email.pk, now=NOW + timedelta(days=14))
    email.refresh_from_db()
    assert email.subject == f"By {email.context['deadline']}"
    assert render(email, link="").subject == email.subject
