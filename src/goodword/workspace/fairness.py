"""Settings > Fairness: selection rates of groups from an uploaded file, which is read once and not kept."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Organisation
from goodword.accounts.navigation import settings_nav
from goodword.candidates.fairness.groups import Decisions, GroupFile, proposed, read_groups, rejection_reasons
from goodword.candidates.fairness.outcomes import (
    LEAST,
    GroupComparison,
    OutcomeScope,
    compare_groups,
)
from goodword.candidates.people_files import LARGEST, in_lines
from goodword.core import clock
from goodword.core.csv_files import UnreadableFile
from goodword.core.text import without_accents
from goodword.roles.models import Role
from goodword.ui.fields import CsvField

#: dates outside this range are typing errors
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)
#: number of frequent reasons that are never folded
_FREQUENT: Final = 20


class ReasonCheckboxes(forms.CheckboxSelectMultiple):
    """Folds groups of choices, unless one of them is chosen."""

    template_name = "workspace/fairness/reasons.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["groups"] = [
            (group, options, any(option["selected"] for option in options))
            for group, options, _index in context["widget"]["optgroups"]
        ]
        return context


class FairnessForm(forms.Form):
    use_required_attribute = False

    role: Any = forms.ModelChoiceField(
        label=gettext_lazy("Role"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("All roles"),
    )
    since = forms.DateField(
        label=gettext_lazy("Applied from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("Applied until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    withdrawals = forms.MultipleChoiceField(
        label=gettext_lazy("Rejection reasons of candidates who withdrew"),
        help_text=gettext_lazy("Left out of the rates and counted separately."),
        required=False,
        widget=ReasonCheckboxes,
    )
    declined = forms.MultipleChoiceField(
        label=gettext_lazy("Rejection reasons of candidates who declined an offer"),
        help_text=gettext_lazy("Counted as selected: the employer made them an offer."),
        required=False,
        widget=ReasonCheckboxes,
    )
    file = CsvField(
        label=gettext_lazy("CSV file with groups"),
        help_text=gettext_lazy(
            "Two columns: Group, and E-mail, Greenhouse candidate ID or Greenhouse application ID. At most 8 MB. It is "
            "not stored."
        ),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, organisation: Organisation, today: date
    ) -> None:
        reasons = rejection_reasons(organisation)
        usual = proposed(reasons)
        initial: dict[str, Any] = {
            "since": _a_year_before(today),
            "until": today,
            "withdrawals": sorted(usual.withdrew),
            "declined": sorted(usual.declined),
        }
        super().__init__(data, files, initial=initial)
        roles: Any = self.fields["role"]
        roles.queryset = Role.objects.of(organisation).order_by("plain_title", "pk")
        roles.label_from_instance = lambda role: role.title
        for name in ("withdrawals", "declined"):
            field: Any = self.fields[name]
            field.choices = _choices(reasons, initial[name])
            if not reasons:
                del self.fields[name]

    def clean_file(self) -> GroupFile:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            return read_groups(file.read(LARGEST + 1))
        except UnreadableFile as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        for name, day in (("since", since), ("until", until)):
            if day and not _FIRST <= day <= _LAST:
                self.add_error(name, _("Choose a date between 2000 and 2100."))
        if since and until and until < since:
            self.add_error("until", _("Choose a date on or after the start date."))

        for reason in self._decisions().in_both:
            self.add_error(
                "declined",
                _("“%(reason)s” is also chosen as a withdrawal. Choose it once.") % {"reason": reason},
            )

    def _decisions(self) -> Decisions:
        return Decisions(
            withdrew=frozenset(self.cleaned_data.get("withdrawals", ())),
            declined=frozenset(self.cleaned_data.get("declined", ())),
        )

    def scope(self, organisation: Organisation) -> OutcomeScope:
        cleaned = self.cleaned_data
        return OutcomeScope(
            organisation=organisation,
            role=cleaned["role"],
            since=cleaned["since"],
            until=cleaned["until"],
            decisions=self._decisions(),
        )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def fairness(request: MemberRequest) -> HttpResponse:
    organisation, now = request.organisation, clock.now()
    today = timezone.localdate(now, organisation.zone)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FairnessForm(*sent, organisation=organisation, today=today)
    found: GroupComparison | None = None
    unknown = ""
    if form.is_valid():
        file: GroupFile = form.cleaned_data["file"]
        scope = form.scope(organisation)
        found = compare_groups(scope, file)
        lines = sorted(file.lines[person] for person in found.unknown)
        unknown = in_lines(lines) if lines else ""
        write_by(
            request.member,
            "fairness.computed",
            now=now,
            details={
                "role": scope.role.pk if scope.role else None,
                "since": scope.since.isoformat(),
                "until": scope.until.isoformat(),
                "groups": len(found.groups),
            },
        )
    response = render(
        request,
        "workspace/fairness/fairness.html",
        {
            "settings_nav": settings_nav(request),
            "form": form,
            "found": found,
            "unknown": unknown,
            "least": LEAST,
        },
        status=422 if form.is_bound and found is None else 200,
    )
    response["Cache-Control"] = "no-store"
    return response


def _choices(reasons: Sequence[str], proposed: Collection[str]) -> list[tuple[str, Any]]:
    """The frequent and the proposed reasons, and a group of the rarer ones by name. `reasons`: most frequent first."""
    first = [reason for place, reason in enumerate(reasons) if place < _FREQUENT or reason in proposed]
    rarer = sorted(set(reasons).difference(first), key=without_accents)
    choices: list[tuple[str, Any]] = [(reason, reason) for reason in first]
    if rarer:
        label = ngettext("%(n)s less common reason", "%(n)s less common reasons", len(rarer)) % {
            "n": len(rarer)
        }
        choices.append((label, [(reason, reason) for reason in rarer]))
    return choices


def _a_year_before(day: date) -> date:
    """The day a year earlier; 28 February for 29 February."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
