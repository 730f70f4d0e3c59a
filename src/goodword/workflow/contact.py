from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from goodword.candidates.models import Application
from goodword.candidates.queries import recruiter_of
from goodword.core import clock
from goodword.core.events import record
from goodword.notifications.domain.queue import Correspondent, queue
from goodword.notifications.models import Email
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.eligibility import lock_application

MAIL_KIND = "workflow.question"
#: questions per person
MOST_A_DAY = 5
LONGEST_QUESTION = 4000
FORM_ID = "ask"


def ask_recruiter(
    *, application: Application, by: str, name: str, address: str, text: str, now: datetime
) -> bool:
    """Mail the recruiter a question, at most five a day, and none during an erasure. `by`: "candidate" or
    "referee:31"."""
    with transaction.atomic():
        application = lock_application(application.pk)
        if application.is_being_erased:
            return False
        ref = f"asked:{application.pk}:{by}"
        asked = Email.objects.of(application.organisation).filter(kind=MAIL_KIND, subject_ref=ref)
        if asked.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            return False
        recruiter = recruiter_of(application)
        path = reverse("candidate", args=[application.organisation.slug, application.pk])
        queue(
            organisation=application.organisation,
            kind=MAIL_KIND,
            key=f"{ref}:{asked.count() + 1}",
            to=Correspondent(name=recruiter.name, address=recruiter.address),
            sender=Correspondent(name=name, address=address),
            template="workflow/mail/question",
            context={
                "asker": name,
                "is_candidate": by == "candidate",
                "candidate_name": application.candidate.name,
                "role_title": application.role.title if application.role else "",
                "lines": text.splitlines(),
                "page_url": settings.GOODWORD_BASE_URL + path,
            },
            application=application,
            subject_ref=ref,
            now=now,
        )
        record(
            "portal.question_asked",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="candidate" if by == "candidate" else "referee",
            at=now,
            data={"by": by},
        )
        return True


class AskForm(forms.Form):
    use_required_attribute = False

    question = LongTextField(
        label=_("Your question"),
        longest=LONGEST_QUESTION,
        rows=6,
        error_messages={"required": _("Write your question.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, question: str = "") -> None:
        super().__init__(data, prefix="a", initial={"question": question})


def ask_page(
    request: HttpRequest,
    *,
    application: Application,
    by: str,
    name: str,
    address: str,
    back: str,
    context: Mapping[str, object],
    switched: bool = False,
) -> HttpResponse:
    """`context`: for the portal's layout. `switched`: the language was changed; the text is kept."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if switched:
        form = AskForm(question=form["question"].value() or "")
    sent, too_many = "sent" in request.GET and request.method != "POST", False
    if form.is_valid():
        text = form.cleaned_data["question"]
        if ask_recruiter(
            application=application, by=by, name=name, address=address, text=text, now=clock.now()
        ):
            return redirect(f"{request.path}?sent=1")
        too_many = True
    return render(
        request,
        "workflow/ask.html",
        {
            **context,
            "form": form,
            "form_id": "" if sent else FORM_ID,
            "sent": sent,
            "too_many": too_many,
            "address": address,
            "back": back,
        },
    )
