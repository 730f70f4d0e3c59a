"""The panel of a judgement set's draft: its experts, their agreement, and the key from their ratings."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.assessments.catalogue.drafts import TestDraft
from goodword.assessments.kinds.judgement import drafts as judgement_drafts
from goodword.assessments.kinds.judgement import panelists
from goodword.assessments.kinds.judgement.content import LEAST_EXPERTS
from goodword.assessments.kinds.judgement.panel_keys import STEP, shown_result
from goodword.assessments.kinds.judgement.panelists import Expert, experts_of
from goodword.assessments.kinds.judgement.views import JUDGEMENT
from goodword.assessments.models import Panelist
from goodword.core import clock
from goodword.core.addresses import check_address, is_same, normalised
from goodword.core.text import language_codes
from goodword.drafts.pages import revision_of
from goodword.notifications.models import Email
from goodword.questionnaires.editor.descriptions import language_name
from goodword.ui.fields import LineField


class InviteForm(forms.Form):
    use_required_attribute = False

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the expert's name.")},
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the expert's e-mail address.")},
    )
    position = LineField(
        label=gettext_lazy("Position"),
        max_length=150,
        help_text=gettext_lazy("How they know this work, for example Head of service, 12 years."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter how they know this work.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the e-mail"),
        choices=[(code, language_name(code)) for code in language_codes()],
        error_messages={"invalid_choice": gettext_lazy("Choose one of the languages.")},
    )

    def clean_email(self) -> str:
        check_address(self.cleaned_data["email"])
        return normalised(self.cleaned_data["email"])


@require_safe
@JUDGEMENT.view
def panel(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    return _page(request, draft, InviteForm(initial={"language": request.organisation.language}))


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
@once
def invite(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    if request.method != "POST":
        return _back(request)
    form = InviteForm(request.POST)
    if not draft.content["situations"]:
        form.add_error(None, _("Add a situation before you invite experts."))
    if form.is_valid():
        try:
            made = panelists.invite(test=draft.test, **form.cleaned_data, by=request.member, now=clock.now())
        except panelists.AlreadyInvited:
            form.add_error("email", ValidationError(_("This address has already been invited to the panel.")))
        except panelists.TooManyExperts:
            most = {"most": panelists.MOST_EXPERTS}
            form.add_error(None, _("A panel has at most %(most)s experts. Remove one first.") % most)
        else:
            messages.success(request, _("%(name)s will be invited by e-mail.") % {"name": made.name})
            return _back(request)
    return _page(request, draft, form)


@require_POST
@JUDGEMENT.view
def remind(request: MemberRequest, draft: TestDraft, *, expert_pk: int) -> HttpResponseBase:
    row = _expert_row(request, draft, expert_pk)
    if row is None:
        return _gone(request)
    try:
        panelists.remind(panelist=row, content=draft.content, by=request.member, now=clock.now())
        messages.success(
            request, _("%(name)s will get a reminder by e-mail, with a new link.") % {"name": row.name}
        )
    except panelists.NotOpen:
        messages.info(request, _("%(name)s has nothing to rate.") % {"name": row.name})
    except panelists.TooSoon:
        messages.info(
            request, _("%(name)s got an e-mail less than a day ago. Try again later.") % {"name": row.name}
        )
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def remove(request: MemberRequest, draft: TestDraft, *, expert_pk: int) -> HttpResponseBase:
    row = _expert_row(request, draft, expert_pk)
    if row is None:
        return _gone(request)
    if request.method == "POST":
        panelists.remove(panelist=row, by=request.member, now=clock.now())
        messages.success(
            request, _("%(name)s has been removed, along with their ratings.") % {"name": row.name}
        )
        return _back(request)
    return JUDGEMENT.render(
        request,
        "assessments/judgement/panel_remove.html",
        draft,
        {"expert": row, "panel_url": JUDGEMENT.url(request, "judgement_panel")},
        name=_("Remove expert"),
    )


@require_POST
@JUDGEMENT.view
def take_key(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    if _has_to_rate(request, experts_of(draft.test, draft.content)):
        messages.error(request, _("The key was not made: submit your own ratings first."))
        return _back(request)
    try:
        changed = judgement_drafts.take_panel_key(
            test=draft.test, revision=revision_of(request), by=request.member, now=clock.now()
        )
    except judgement_drafts.TooFewExperts:
        messages.error(
            request,
            _("The key was not made: too few experts have finished. The page says how many are missing."),
        )
        return _back(request)
    except judgement_drafts.NoAgreement:
        messages.error(
            request,
            _(
                "The key was not made: on average, the experts rate all actions alike. Rewrite the situations."
            ),
        )
        return _back(request)
    messages.success(
        request,
        _("The draft has the panel's key; %(n)s keys changed. Check their reasons, then publish.")
        % {"n": changed},
    )
    return _back(request)


@require_POST
@JUDGEMENT.view
def leave_out(request: MemberRequest, draft: TestDraft, *, action_id: str) -> HttpResponseBase:
    try:
        judgement_drafts.leave_out_action(test=draft.test, action_id=action_id, revision=revision_of(request))
        messages.success(request, _("Left out of the draft. The other ratings still count."))
    except KeyError:
        messages.info(request, _("That action no longer exists."))
    except judgement_drafts.LastActions:
        messages.error(
            request,
            _("Not left out: a situation needs at least two actions. Remove or rewrite the situation."),
        )
    return _back(request)


def _back(request: MemberRequest) -> HttpResponseBase:
    return JUDGEMENT.to_named(request, "judgement_panel")


def _gone(request: MemberRequest) -> HttpResponseBase:
    messages.info(request, _("This expert is no longer on the panel."))
    return _back(request)


def _expert_row(request: MemberRequest, draft: TestDraft, pk: int) -> Panelist | None:
    return Panelist.objects.of(request.organisation).filter(test=draft.test, pk=pk).first()


def _page(request: MemberRequest, draft: TestDraft, form: InviteForm) -> HttpResponseBase:
    experts = experts_of(draft.test, draft.content)
    hidden = _has_to_rate(request, experts)
    finished = sum(expert.counts for expert in experts)
    failures = _failures(request, experts)
    return JUDGEMENT.render(
        request,
        "assessments/judgement/panel.html",
        draft,
        {
            "form": form,
            "experts": [
                (expert, failures.get(panelists.subject_ref_of(expert.row), "")) for expert in experts
            ],
            "finished": finished,
            "least": LEAST_EXPERTS,
            "missing": max(0, LEAST_EXPERTS - finished),
            "hidden": hidden,
            "result": None if hidden else shown_result(draft.test, draft.content, experts),
            "step": STEP,
            "steps": draft.content["response_scale"],
            "language": draft.source.language,
            "situations": draft.content["situations"],
        },
        name=_("Panel"),
        status=422 if form.is_bound else 200,
    )


def _has_to_rate(request: MemberRequest, experts: list[Expert]) -> bool:
    """Whether the member is on the panel and must not see others' ratings yet."""
    mine = next((expert for expert in experts if is_same(expert.row.email, request.member.user.email)), None)
    return mine is not None and mine.is_open


def _failures(request: MemberRequest, experts: list[Expert]) -> dict[str, str]:
    """Return why the last mail to an expert didn't arrive, by the expert's subject reference."""
    refs = [panelists.subject_ref_of(expert.row) for expert in experts]
    last: dict[str, Any] = {}
    for mail in Email.objects.of(request.organisation).filter(subject_ref__in=refs).order_by("pk"):
        last[mail.subject_ref] = mail
    return {
        ref: mail.bounce_reason or mail.last_error or _("not delivered")
        for ref, mail in last.items()
        if mail.state == Email.State.FAILED or mail.bounced_at is not None
    }
