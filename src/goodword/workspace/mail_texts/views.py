import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership, logo_of
from goodword.accounts.navigation import settings_nav
from goodword.candidates.models import Application, public_title, recruiter_of, visible_applications
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.core.text import written_weekday_time
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.mail_texts import (
    LOGO_ID,
    REDACTED,
    EditableMail,
    Rendered,
    TextsChanged,
    filled,
    own_texts,
    reset_texts,
    save_texts,
    stored_texts,
)
from goodword.notifications.domain.mail_texts import render as render_mail
from goodword.notifications.domain.queue import from_name, full_context
from goodword.notifications.models import Email, MailText
from goodword.workspace.mail_texts.forms import FIXED_MAILS, LANGUAGES, MAILS, NAMES, MailTextsForm

#: session key of the last previewed unsaved texts, with their e-mail and language
_PREVIEWED: Final = "previewed_mail_texts"
#: content security policy as in an e-mail client: the e-mail's styles and logo, no scripts
_MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
)


@require_safe
@access.member(kinds=access.ADMIN)
def mail_texts(request: MemberRequest) -> HttpResponseBase:
    rows = MailText.objects.of(request.organisation).select_related("changed_by__user")
    stored = {(row.kind, row.language): row for row in rows}
    table = [
        {
            "kind": kind,
            "name": name,
            "languages": [
                {"code": code, "name": language, "own": stored.get((kind, code))}
                for code, language in LANGUAGES.items()
            ],
        }
        for kind, name in NAMES.items()
    ]
    context = {
        "settings_nav": settings_nav(request),
        "mails": table,
        "languages": LANGUAGES.values(),
        "fixed_mails": FIXED_MAILS,
    }
    return render(request, "workspace/mail_texts/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@never_cache
def mail_text(request: MemberRequest, kind: str, language: str) -> HttpResponseBase:
    """*Preview* shows the texts without saving them."""
    mail = _mail(kind, language)
    stored = stored_texts(request.organisation, kind=kind, language=language)
    if request.method != "POST":
        form = MailTextsForm(None, mail=mail, language=language, stored=stored)
        return _page(request, form, stored=stored, texts=stored.texts if stored else {})
    form = MailTextsForm(request.POST, mail=mail, language=language, stored=stored)
    if not form.is_valid():
        return _page(request, form, stored=stored, status=422)
    texts = form.texts()
    if "show" in request.POST:
        return _page(request, form, stored=stored, texts=texts, unsaved=True)
    try:
        changed = save_texts(
            mail,
            language=language,
            texts=texts,
            seen=form.cleaned_data["seen"],
            by=request.member,
            now=clock.now(),
        )
    except TextsChanged as error:
        form.refuse(error.row)
        return _page(request, form, stored=error.row, texts=texts, unsaved=True, theirs=error.row, status=409)
    if changed:
        messages.success(request, _("Saved. E-mails already waiting to be sent don't change."))
    return redirect("mail_text", request.organisation.slug, kind, language)


@require_safe
@access.member(kinds=access.ADMIN)
@never_cache
def mail_text_preview(request: MemberRequest, kind: str, language: str) -> HttpResponseBase:
    """The mail's HTML part, to show in a frame. With `unsaved` in the query string, it has the last previewed texts."""
    mail = _mail(kind, language)
    texts = own_texts(request.organisation, kind=kind, language=language)
    if "unsaved" in request.GET:
        typed = request.session.get(_PREVIEWED, {})
        texts = typed["texts"] if typed.get("of") == [kind, language] else texts
    shown = preview(mail, language=language, texts=texts, member=request.member, now=clock.now())
    response = HttpResponse(shown.rendered.html)
    response["Content-Security-Policy"] = _MAIL_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@require_POST
@access.member(kinds=access.ADMIN)
def mail_text_reset(request: MemberRequest, kind: str, language: str) -> HttpResponseBase:
    mail = _mail(kind, language)
    seen = request.POST.get("seen", "")
    try:
        if reset_texts(mail, language=language, seen=seen, by=request.member, now=clock.now()):
            messages.success(request, _("Reset to the standard text."))
    except TextsChanged:
        messages.error(
            request, _("Not reset: somebody has changed these texts in the meantime. Look at them first.")
        )
    return redirect("mail_text", request.organisation.slug, kind, language)


def _mail(kind: str, language: str) -> EditableMail:
    mail = MAILS.get(kind)
    if mail is None or language not in LANGUAGES:
        raise Http404("no such mail")
    return mail


def _page(
    request: MemberRequest,
    form: MailTextsForm,
    *,
    stored: MailText | None,
    texts: dict[str, str] | None = None,
    unsaved: bool = False,
    theirs: MailText | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page, with a preview of `texts` if given. `unsaved`: stored for the preview frame."""
    mail, language = form.mail, form.language
    shown = None
    if texts is not None:
        shown = preview(mail, language=language, texts=texts, member=request.member, now=clock.now())
    if unsaved:
        request.session[_PREVIEWED] = {"of": [mail.kind, language], "texts": texts}
    other = MailTextsForm(None, mail=mail, language=language, stored=theirs) if theirs else None
    context: dict[str, Any] = {
        "settings_nav": settings_nav(request),
        "kind": mail.kind,
        "name": NAMES[mail.kind],
        "language_code": language,
        "language_name": LANGUAGES[language],
        "languages": LANGUAGES,
        "placeholders": [
            (f"{{{name}}}", filled(f"{{{name}}}", shown.email.context) if shown else "")
            for name in mail.placeholders
        ],
        "form": form,
        "stored": stored,
        "theirs": _different(other, texts or {}) if other else [],
        "preview": shown,
        "unsaved": unsaved,
        "mail_from": settings.GOODWORD_MAIL_FROM,
    }
    return render(request, "workspace/mail_texts/mail.html", context, status=status)


def _different(theirs: MailTextsForm, texts: dict[str, str]) -> list[BoundField]:
    """Return the parts that differ from those saved by somebody else."""
    return [
        theirs[part.name] for part in theirs.mail.parts if theirs.initial[part.name] != texts.get(part.name)
    ]


#: maximum recent e-mails to search for one of this kind
_AMONG: Final = 2000
_WORKING_DAYS: Final = 5
_CANDIDATE: Final = "Maria Keller"
_FIRST_NAME: Final = "Maria"
_TITLE: Final = "Account Manager"
_REFEREE: Final = "Thomas Berger"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPreview:
    """`candidate`: whose data it shows; empty for fictitious data. `is_sent`: all data is from an e-mail to them."""

    email: Email
    rendered: Rendered
    candidate: str
    is_sent: bool


def preview(
    mail: EditableMail, *, language: str, texts: Mapping[str, str], member: Membership, now: datetime
) -> TextPreview:
    organisation = member.organisation
    latest = _latest(mail, language=language, member=member)
    if latest is not None and latest.application is not None:
        email = latest
        email.context = {**latest.context, "texts": dict(texts)}  # unsaved
        candidate = latest.application.candidate.name
    else:
        application = visible_applications(member).filter(role__isnull=False).order_by("-pk").first()
        if application is not None and application.is_being_erased:
            application = None
        candidate = application.candidate.name if application else ""
        email = _invented(mail, application, language=language, texts=texts, member=member, now=now)
    rendered = render_mail(email, link=REDACTED, logo=logo_of(organisation))
    return TextPreview(
        email=email, rendered=_for_browsers(rendered), candidate=candidate, is_sent=latest is not None
    )


def _latest(mail: EditableMail, *, language: str, member: Membership) -> Email | None:
    """The newest e-mail of the kind about an application that the member can see, unless such e-mails are private."""
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
    """An e-mail with fictitious data, except the name and role of `application`, if given."""
    organisation = member.organisation
    with translation.override(language):
        deadline = end_of_working_day(now, _WORKING_DAYS, calendar=organisation.calendar)
        values: dict[str, Any] = {
            **mail.sample(),
            "candidate": application.candidate.name if application else _CANDIDATE,
            "first_name": application.candidate.short_name if application else _FIRST_NAME,
            "title": public_title(application) if application else _TITLE,
            "deadline": written_weekday_time(deadline.astimezone(organisation.zone)),
            "watched": organisation.watches_devices,
        }
    if application is None:
        sender = Correspondent(name=member.user.name, address=member.user.email)
    else:
        sender = recruiter_of(application)
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
    html = rendered.html.replace(f'href="{REDACTED}"', 'href="#"')
    if rendered.logo:
        data = base64.b64encode(rendered.logo).decode()
        html = html.replace(f"cid:{LOGO_ID}", f"data:image/png;base64,{data}")
    return replace(rendered, html=html)
