"""The page for asking the recruiter a question, the same for candidates and referees."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.text import clean_text
from goodword.steps.domain.ask import ask

LONGEST_QUESTION = 4000
FORM_ID = "ask"


class AskForm(forms.Form):
    """What somebody wants to ask, in own words."""

    use_required_attribute = False

    question = forms.CharField(
        label=_("What would you like to ask?"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Write what you would like to ask."),
            "max_length": _("This is longer than 4000 characters. Please shorten it."),
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, question: str = "") -> None:
        super().__init__(data, prefix="a", initial={"question": question})

    def clean_question(self) -> str:
        """Without control characters; markup stays and is escaped where it is shown."""
        return clean_text(self.cleaned_data["question"])


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
    """The form, and a confirmation once it is sent.

    `context` is for the portal's layout. `switched`: a language button was pressed, and the text is kept.
    """
    form = AskForm(request.POST if request.method == "POST" else None)
    if switched:
        form = AskForm(question=form["question"].value() or "")
    sent, too_many = "sent" in request.GET and request.method != "POST", False
    if form.is_valid():
        text = form.cleaned_data["question"]
        if ask(application=application, by=by, name=name, address=address, text=text, now=clock.now()):
            return redirect(f"{request.path}?sent=1")
        too_many = True
    return render(
        request,
        "steps/ask.html",
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
