from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST

from goodword.ui.statuses import STATUSES
from goodword.ui.templatetags.ui import ICONS

#: layouts that are shown on separate pages
LAYOUTS = {
    "portal": "ui/gallery/portal.html",
    "referee": "ui/gallery/referee.html",
    "signed-out": "ui/gallery/signed_out.html",
    "message": "ui/gallery/message.html",
    "role": "ui/gallery/role.html",
    "settings": "ui/gallery/settings.html",
    "narrow-form": "ui/gallery/narrow_form.html",
}
AGREE = [
    (1, "Strongly disagree"),
    (2, "Disagree"),
    (3, "Neither"),
    (4, "Agree"),
    (5, "Strongly agree"),
]
LEVELS = [
    {
        "value": 1,
        "label": "Rarely",
        "example": "Had to be asked for news; others found out late that something slipped.",
    },
    {"value": 2, "label": "Sometimes", "example": "Told the people next to them, not the others who waited."},
    {
        "value": 3,
        "label": "Usually",
        "example": "Said when something would be late, mostly in time to do something about it.",
    },
    {
        "value": 4,
        "label": "Nearly always",
        "example": "Named delays early and said what they would do about them.",
    },
    {
        "value": 5,
        "label": "Always",
        "example": "Others relied on it: no surprise in the whole time, good news or bad.",
    },
]
STEPS = [
    {"label": "Job", "state": "done", "value": "Customer Success Manager, Berlin", "url": "#job"},
    {"label": "Stages", "state": "current"},
    {"label": "Review", "state": "todo"},
]
SCALES = [
    {"label": "Conscientiousness", "mean": 4.2, "marks": [4, 4, 5, 4]},
    {"label": "Agreeableness", "mean": 3.4, "marks": [2, 3, 4, 4.5]},
    {"label": "Extraversion", "mean": 2.3, "marks": [1.5, 2, 2, 3.5]},
    {"label": "Openness", "mean": 3.9, "marks": [3.5, 4, 4, 4]},
    {"label": "Emotional stability", "mean": None, "marks": []},
]
ADJECTIVES = ["Patient", "Direct", "Curious", "Careful", "Quick", "Calm", "Warm", "Thorough"]
PEOPLE = [
    {
        "name": "Amara Okafor",
        "email": "amara@example.org",
        "state": "in_progress",
        "done": 1,
        "check": "pending",
        "stage": "Reference check",
    },
    {
        "name": "Jürgen Müller-Lüdenscheidt",
        "email": "jm@example.org",
        "state": "completed",
        "done": 3,
        "check": "overdue",
        "stage": "Reference check",
    },
    {
        "name": "陳怡君",
        "email": "yijun@example.org",
        "state": "completed",
        "done": 3,
        "check": "completed",
        "stage": "Offer",
    },
    {
        "name": "Tomás Oliveira",
        "email": "tomas@example.org",
        "state": "cancelled",
        "done": 0,
        "check": "not_started",
        "stage": "Rejected",
    },
]
SETTINGS_NAV = [
    {"label": "Organisation", "url": "#organisation", "icon": "building"},
    {"label": "Members", "url": "#members", "icon": "candidates"},
    {"label": "Integrations", "url": "#integrations", "icon": "plug", "current": True},
    {"label": "E-mail", "url": "#email", "icon": "mail"},
    {"label": "Privacy", "url": "#privacy", "icon": "lock"},
]


class SampleForm(forms.Form):
    name = forms.CharField(max_length=60)
    email = forms.EmailField(label="E-mail address", help_text="We write to it once, with the link.")
    relationship = forms.ChoiceField(choices=[("", "Choose one"), ("manager", "Manager"), ("peer", "Peer")])
    started = forms.DateField(
        label="Start date", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    message = forms.CharField(
        label="Personal message", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    kind = forms.ChoiceField(
        label="What may the note say?",
        choices=[("private", "A private note"), ("public", "A note that everybody sees")],
        widget=forms.RadioSelect,
    )
    events = forms.MultipleChoiceField(
        label="Mail me when",
        choices=[("first", "the first referee has answered"), ("all", "all have answered")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(label="I have read who will see my answers")


def gallery_context(form: SampleForm) -> dict[str, Any]:
    """The gallery's sample data, at a fixed time to make screenshots comparable."""
    at = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
    return {
        "organisation": {"name": "Northwind Bikes", "accent": "#ffb000", "logo_url": ""},
        "member": {"name": "Rosa Lindqvist", "email": "rosa@northwind.example", "kind": "Recruiter"},
        "nav": [
            {"label": "Roles", "url": "#roles", "icon": "roles", "current": True},
            {"label": "Candidates", "url": "#candidates", "icon": "candidates"},
            {"label": "Results to review", "url": "#results", "icon": "results", "count": 3},
            {"label": "Library", "url": "#library", "icon": "library"},
            {"label": "Settings", "url": "#settings", "icon": "settings"},
            {"label": "Help", "url": "#help", "icon": "help"},
        ],
        "search_url": "#search",
        "settings_url": "#settings",
        "sign_out_url": "#sign-out",
        "form": form,
        "agree": AGREE,
        "levels": LEVELS,
        "steps": STEPS,
        "scales": SCALES,
        "people": PEOPLE,
        "states": list(STATUSES),
        "icons": sorted(ICONS),
        "at": at,
        "strengths": [
            "Candidates who enter Assessment are invited at once.",
            "Candidates who are already there aren't invited.",
        ],
        "adjectives": [(word.lower(), word) for word in ADJECTIVES],
        "chosen": ["curious", "calm"],
        "contact_name": "Rosa Lindqvist",
        "contact_email": "rosa@northwind.example",
        "responsible": "Northwind Bikes",
        "privacy_url": "#privacy",
        "sender_name": "Rosa Lindqvist",
        "button_url": "https://goodword.example/c/sample",
        "button_label": "Start the assessment",
        "verify_line": "call Northwind Bikes on the number of their website and ask for Rosa Lindqvist.",
    }


def gallery(request: HttpRequest) -> HttpResponse:
    form = SampleForm(request.POST) if request.method == "POST" else SampleForm()
    if form.is_bound:
        form.is_valid()
    return render(request, "ui/gallery/components.html", gallery_context(form))


@require_GET
def gallery_layout(request: HttpRequest, layout: str) -> HttpResponse:
    context = gallery_context(SampleForm())
    if layout == "settings":
        context["settings_nav"] = SETTINGS_NAV
    return render(request, LAYOUTS[layout], context)


@require_POST
def gallery_saved(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    return HttpResponse(status=204)


@require_GET
@csp_override({})
def gallery_mail(request: HttpRequest) -> HttpResponse:
    """The layout of mails, without a content security policy because mails have inline styles."""
    return render(request, "ui/gallery/mail.html", gallery_context(SampleForm()))
