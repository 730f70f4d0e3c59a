from collections.abc import Iterator
from itertools import groupby
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import LEAST_MONTHS, MOST_MONTHS, change_months, write_by
from goodword.accounts.models import Membership, Organisation
from goodword.accounts.navigation import settings_nav
from goodword.core import clock
from goodword.core.tables import Cell, Form, table_file
from goodword.core.text import WithoutAccents
from goodword.workspace.audit_log.entries import (
    PAGE,
    AuditRow,
    Filters,
    all_rows,
    count_by_group,
    keyset_of,
    matching,
    of_group,
    page_of,
    rows_of,
)
from goodword.workspace.audit_log.wording import GROUP_NAMES

COLUMNS: Final = ("time", "who", "e-mail address", "what", "about", "from", "changed")


@require_safe
@access.member(kinds=access.ADMIN)
def audit_log(request: MemberRequest) -> HttpResponse:
    organisation = request.organisation
    today = timezone.localdate(clock.now())
    filters = Filters.of(request.GET, today=today)
    every = matching(organisation, filters)
    counts = count_by_group(every)
    found = page_of(of_group(every, filters.group), before=filters.before)
    entries = found[:PAGE]
    older = filters.query(before=keyset_of(entries[-1])) if len(found) > PAGE else ""
    chips = [("", _("Everything")), *((group.value, name) for group, name in GROUP_NAMES.items())]
    return render(
        request,
        "workspace/audit_log/audit_log.html",
        {
            "settings_nav": settings_nav(request),
            "filters": filters,
            "days": [(day, list(rows)) for day, rows in groupby(rows_of(organisation, entries), key=_day_of)],
            "today": today,
            "chips": [
                (filters.query(kind=value), name, counts[value], value == filters.group)
                for value, name in chips
                if counts[value] or value in {"", filters.group}
            ],
            "count": counts[filters.group],
            "older": older,
            "newest": filters.query() if filters.before else "",
            "csv_query": filters.query(),
            "people": Membership.objects.of(organisation)
            .select_related("user")
            .order_by(WithoutAccents("user__name"), "pk"),
        },
    )


def _day_of(row: AuditRow) -> object:
    return timezone.localtime(row.entry.at).date()


@require_safe
@access.member(kinds=access.ADMIN)
def audit_log_file(request: MemberRequest, form: Form) -> HttpResponseBase:
    organisation = request.organisation
    now = clock.now()
    filters = Filters.of(request.GET, today=timezone.localdate(now))
    rows = of_group(matching(organisation, filters), filters.group)
    write_by(
        request.member,
        "audit_log.exported",
        now=now,
        details={
            "since": filters.since.isoformat(),
            "until": filters.until.isoformat(),
            "kind": filters.group,
        },
    )
    name = f"audit-log-{organisation.slug}-{filters.since}-{filters.until}"
    cells = _cells(organisation, all_rows(organisation, rows))
    return table_file(form, COLUMNS, cells, name=name, timespec="seconds")


def _cells(organisation: Organisation, rows: Iterator[AuditRow]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        changed = "; ".join(f"{change.name}: {change.before} -> {change.after}" for change in row.changed)
        yield (
            row.entry.at.astimezone(organisation.zone),
            row.actor,
            row.actor_email,
            row.wording.text,
            row.about.name if row.about else "",
            row.note,
            changed,
        )


class MonthsForm(forms.Form):
    use_required_attribute = False

    months = forms.IntegerField(
        label=gettext_lazy("Months"),
        min_value=LEAST_MONTHS,
        max_value=MOST_MONTHS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Choose %(least)s to %(most)s months.")
            % {"least": LEAST_MONTHS, "most": MOST_MONTHS},
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def audit_log_months(request: MemberRequest) -> HttpResponseBase:
    form = MonthsForm(
        request.POST if request.method == "POST" else None,
        initial={"months": request.organisation.audit_months},
    )
    if form.is_valid():
        months = form.cleaned_data["months"]
        if change_months(
            organisation=request.organisation, months=months, by=request.member, now=clock.now()
        ):
            messages.success(request, _("Saved. Older entries are deleted tonight."))
        return redirect("audit_log", request.organisation.slug)
    return render(
        request,
        "workspace/audit_log/months.html",
        {"settings_nav": settings_nav(request), "form": form},
        status=422 if form.is_bound else 200,
    )
