from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.domain.holds import active, erased_before, hold_on
from goodword.candidates.models import Application, Candidate, Hold
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.core.text import clean_text
from goodword.roles.models import Role
from goodword.workflow.domain.legal_hold import NothingToKeep, lift_hold, place_hold, waiting


class HoldForm(forms.Form):
    use_required_attribute = False

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        help_text=gettext_lazy("Shown to candidates and referees who request erasure."),
        choices=Hold.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a ground.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For members only, for example a case number."),
        max_length=500,
        error_messages={"required": gettext_lazy("Enter a reason.")},
    )

    def clean_reason(self) -> str:
        reason = clean_text(self.cleaned_data["reason"], one_line=True)
        if not reason:
            raise forms.ValidationError(self.fields["reason"].error_messages["required"])
        return reason


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def candidate_hold(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = _application(request, pk)
    person = application.candidate
    back = reverse("candidate", args=[request.organisation.slug, pk])
    if person.erased_at is not None:
        return redirect(back)
    own = active(request.organisation).filter(candidate=person)
    found = own.order_by("pk").first() or hold_on(person)
    return _page(request, person, found, name=person.name, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def role_hold(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = access.owned(Role.objects.of(request.organisation), pk)
    back = reverse("role", args=[request.organisation.slug, pk])
    return _page(
        request, role, active(request.organisation).filter(role=role).first(), name=role.title, back=back
    )


@require_POST
@access.member(kinds=access.ADMIN)
def lift(request: MemberRequest, pk: int) -> HttpResponseBase:
    access.owned(Hold.objects.of(request.organisation), pk)
    if lift_hold(hold_id=pk, by=request.member, now=clock.now()):
        messages.success(request, _("Legal hold lifted."))
    return redirect(reverse("retention", args=[request.organisation.slug]) + "#holds")


def _page(
    request: MemberRequest, on: Candidate | Role, found: Hold | None, *, name: str, back: str
) -> HttpResponse:
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            place_hold(
                on=on, ground=values["ground"], reason=values["reason"], by=request.member, now=clock.now()
            )
        except NothingToKeep:
            messages.info(request, _("This person has already been erased."))
        else:
            messages.success(request, _("Legal hold placed."))
            if isinstance(on, Role) and (gone := erased_before(on)):
                messages.warning(request, _erased_already(gone))
        return redirect(back)
    context = {
        "on_role": isinstance(on, Role),
        "hold": found,
        "waiting": waiting(found).count() if found else 0,
        "erased": erased_before(on) if isinstance(on, Role) else 0,
        "form": form,
        "name": name,
        "back": back,
    }
    return render(request, "workspace/retention/hold.html", context, status=422 if form.is_bound else 200)


def _erased_already(people: int) -> str:
    message = ngettext(
        "%(n)s person who applied for this role had already been erased.",
        "%(n)s people who applied for this role had already been erased.",
        people,
    )
    return message % {"n": people}


def _application(request: MemberRequest, pk: int) -> Application:
    return access.owned(visible_applications(request.member).select_related("candidate"), pk)
