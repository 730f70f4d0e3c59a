"""Preview of an e-mail with real data."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils import translation

from goodword.accounts.domain.look import logo_of
from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.candidates.queries import public_title, recruiter_of, visible_applications
from goodword.core.text import written_weekday
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.mail_texts import EditableMail
from goodword.notifications.domain.queue import Correspondent, from_name, full_context
from goodword.notifications.domain.send import LOGO_ID, REDACTED, Rendered, render
from goodword.notifications.models import Email

#: recent e-mails to search for one of this kind
_AMONG: Final = 2000
_WORKING_DAYS: Final = 5
_CANDIDATE: Final = "Maria Keller"
_FIRST_NAME: Final = "Maria"
_TITLE: Final = "Account Manager"
_REFEREE: Final = "Thomas Berger"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPreview:
    """`candidate`: whose data it shows; empty for invented names. `is_sent`: all data is that of a mail to them."""

    email: Email
    rendered: Rendered
    candidate: str
    is_sent: bool


def preview(
    mail: EditableMail, *, language: str, texts: Mapping[str, str], member: Membership, now: datetime
) -> MailPreview:
    organisation = member.organisation
    latest = _latest(mail, language=language, member=member)
    if latest is not None and latest.application is not None:
        email = latest
        email.context = {**latest.context, "texts": dict(texts)}  # not saved
        candidate = latest.application.candidate.name
    else:
        application = visible_applications(member).filter(role__isnull=False).order_by("-pk").first()
        if application is not None and application.is_being_erased:
            application = None
        candidate = application.candidate.name if application else ""
        email = _invented(mail, application, language=language, texts=texts, member=member, now=now)
    rendered = render(email, link=REDACTED, logo=logo_of(organisation))
    return MailPreview(
        email=email, rendered=_for_browsers(rendered), candidate=candidate, is_sent=latest is not None
    )


def _latest(mail: EditableMail, *, language: str, member: Membership) -> Email | None:
    """The newest mail of the kind about an application that the member may see, unless such mails are private."""
    rows = Email.objects.of(member.organisation)
    newest = rows.order_by("-pk").values("pk")[:_AMONG]
    found = (
        rows.filter(
            pk__in=newest,
            kind=mail.kind,
            language=language,
            application__in=visible_applications(member),
        )
        .select_related("application__candidate")
        .order_by("-pk")
        .first()
    )
    if found is None or found.is_private or found.application is None or found.application.is_being_erased:
        return None
    return found


def _invented(
    mail: EditableMail,
    application: Application | None,
    *,
    language: str,
    texts: Mapping[str, str],
    member: Membership,
    now: datetime,
) -> Email:
    """With the name and the role of `application`, if there is one."""
    organisation = member.organisation
    with translation.override(language):
        deadline = end_of_working_day(now, _WORKING_DAYS, calendar=organisation.calendar)
        values: dict[str, Any] = {
            **mail.sample(),
            "candidate": application.candidate.name if application else _CANDIDATE,
            "first_name": application.candidate.short_name if application else _FIRST_NAME,
            "title": public_title(application) if application else _TITLE,
            "deadline": written_weekday(deadline.astimezone(organisation.zone)),
            "watched": organisation.watches_devices,
        }
    if application is None:
        sender = Correspondent(name=member.user.name, address=member.user.email)
    else:
        recruiter = recruiter_of(application)
        sender = Correspondent(name=recruiter.name, address=recruiter.address)
    to = Correspondent(
        name=_REFEREE if "referee" in mail.placeholders else values["candidate"], address="name@example.com"
    )
    context = full_context(values, organisation=organisation, to=to, sender=sender, texts=texts)
    return Email(
        organisation=organisation,
        kind=mail.kind,
        template=mail.template,
        language=language,
        to_name=to.name,
        from_name=from_name(sender, organisation=organisation),
        reply_to=sender.address,
        context=context,
    )


def _for_browsers(rendered: Rendered) -> Rendered:
    """Removes the button's link, and embeds the logo as a data URL."""
    html = rendered.html.replace(f'href="{REDACTED}"', 'href="#"')
    if rendered.logo:
        data = base64.b64encode(rendered.logo).decode()
        html = html.replace(f"cid:{LOGO_ID}", f"data:image/png;base64,{data}")
    return replace(rendered, html=html)
