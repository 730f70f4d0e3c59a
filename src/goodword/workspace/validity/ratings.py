"""Import of ratings: upload, preview, confirmation; deletion of an import."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.double_clicks import once
from goodword.accounts.models import Organisation
from goodword.accounts.navigation import settings_nav
from goodword.assessments.psychometrics.validity import LEAST
from goodword.candidates import ratings
from goodword.candidates.models import RatingImport
from goodword.candidates.people_files import LARGEST, in_lines
from goodword.candidates.rating_files import RatedLine, RatingScale, read_ratings
from goodword.candidates.ratings import DAYS, KEPT_FOR, PersonToRate, counts_of, people_to_rate, replaced_by
from goodword.core import clock
from goodword.core.csv_files import UnreadableFile
from goodword.core.tables import table_file
from goodword.core.text import written_count
from goodword.ui.fields import CsvField
from goodword.workspace.deleted_uploads import UploadDeleted, explains_deletion
from goodword.workspace.validity.answering import refused
from goodword.workspace.validity.asking import end_rated, switch_all_off

#: ends of a rating scale
_MOST: Final = 1_000_000


class UploadForm(forms.Form):
    use_required_attribute = False
    lowest = forms.FloatField(
        label=gettext_lazy("Lowest possible rating"),
        initial=1,
        min_value=-_MOST,
        max_value=_MOST,
        error_messages={"required": gettext_lazy("Enter the lowest rating of the scale.")},
    )
    highest = forms.FloatField(
        label=gettext_lazy("Highest (best) possible rating"),
        initial=5,
        min_value=-_MOST,
        max_value=_MOST,
        error_messages={"required": gettext_lazy("Enter the highest rating of the scale.")},
    )
    file = CsvField(
        label=gettext_lazy("CSV file with ratings"),
        help_text=gettext_lazy(
            "A line for each person and rater. Columns: E-mail, Greenhouse candidate ID or Greenhouse application ID; "
            "Rater; Date; and one for each rating, named after what is rated, such as Overall. At most 8 MB."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        lowest, highest = data.get("lowest"), data.get("highest")
        file: UploadedFile[Any] | None = data.get("file")
        if lowest is None or highest is None:
            return data
        if highest <= lowest:
            self.add_error("highest", _("Enter a number above the lowest rating."))
        elif file is not None:
            try:
                data["lines"] = read_ratings(file.read(LARGEST + 1), RatingScale(lowest, highest))
            except UnreadableFile as problem:
                self.add_error("file", str(problem))
        return data


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@once
def upload(request: MemberRequest) -> HttpResponseBase:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        data = form.cleaned_data
        lines: list[RatedLine] = data["lines"]
        made = ratings.read_into_rows(
            lines,
            RatingScale(data["lowest"], data["highest"]),
            organisation=request.organisation,
            member=request.member,
            now=clock.now(),
            refused=refused(request.organisation),
        )
        return redirect("ratings_import_check", request.organisation.slug, made.pk)
    to_rate = len(_people_to_rate(request.organisation, now=clock.now()))
    context = {"settings_nav": settings_nav(request), "form": form, "to_rate": to_rate, "days": DAYS}
    status = 422 if form.is_bound else 200
    return render(request, "workspace/validity/upload.html", context, status=status)


@require_POST
@access.member(kinds=access.ADMIN)
def allow(request: MemberRequest) -> HttpResponseBase:
    on = "on" in request.POST
    with transaction.atomic():
        changed = Organisation.objects.filter(pk=request.organisation.pk, rates_hires=not on)
        if changed.update(rates_hires=on):
            write_by(request.member, "ratings.allowed" if on else "ratings.stopped", now=clock.now())
        if not on:
            switch_all_off(organisation=request.organisation, by=request.member, now=clock.now())
    messages.success(
        request, _("Members can rate new hires.") if on else _("Members can no longer rate new hires.")
    )
    return redirect("validity", request.organisation.slug)


@require_safe
@access.member(kinds=access.ADMIN)
def people(request: MemberRequest) -> HttpResponseBase:
    organisation, now = request.organisation, clock.now()
    found = _people_to_rate(organisation, now=now)
    write_by(request.member, "ratings.people_downloaded", now=now, details={"people": len(found)})
    columns = ("Name", "E-mail", "Role", "Hired on", "Rater", "Date", "Overall")
    lines = [(one.name, one.email, one.role, one.hired_on.isoformat(), "", "", "") for one in found]
    return table_file("csv", columns, lines, name="people-to-rate")


@require_safe
@access.member(kinds=access.ADMIN)
@explains_deletion
def check(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Preview the import or, once confirmed, show its result."""
    found = _import_of(request, pk)
    counts = counts_of(found)
    n = sum(count.ratings for count in counts)
    context = {
        "settings_nav": settings_nav(request),
        "import": found,
        "scale": RatingScale(found.lowest, found.highest),
        "counts": counts,
        "ratings": n,
        "button": ngettext("Import %(n)s rating", "Import %(n)s ratings", n) % {"n": written_count(n)},
        "least": LEAST,
        "few": any(count.people < LEAST for count in counts),
        "left_out": [_left_out(why, lines) for why, lines in found.left_out.items()],
        "replaced": replaced_by(found) if found.confirmed_at is None else 0,
    }
    return render(request, "workspace/validity/check.html", context)


@require_POST
@access.member(kinds=access.ADMIN)
@explains_deletion
def confirm(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _import_of(request, pk)
    barred = refused(request.organisation)
    if ratings.confirm(found, by=request.member, now=clock.now(), refused=barred):
        end_rated(found, now=clock.now())
        messages.success(request, _("Ratings imported."))
    elif _import_of(request, pk).confirmed_at is None:
        messages.info(request, _("Nothing was imported: these people can no longer be rated."))
    return redirect("validity", request.organisation.slug)


@require_POST
@access.member(kinds=access.ADMIN)
@explains_deletion
def delete(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _import_of(request, pk)
    discards = "discard" in request.POST
    if not ratings.discard(found, by=request.member, now=clock.now(), only_unconfirmed=discards):
        messages.warning(request, _("Not discarded: somebody else has imported these ratings."))
        return redirect("ratings_import_check", request.organisation.slug, found.pk)
    messages.info(request, _("Nothing was imported.") if discards else _("Ratings deleted."))
    return redirect("validity", request.organisation.slug)


def _people_to_rate(organisation: Organisation, *, now: datetime) -> list[PersonToRate]:
    return people_to_rate(organisation, now=now, refused=refused(organisation))


def _import_of(request: MemberRequest, pk: int) -> RatingImport:
    rows = RatingImport.objects.of(request.organisation).select_related("organisation", "created_by__user")
    try:
        return access.get_or_404(rows, pk)
    except Http404:
        raise UploadDeleted(
            "workspace/validity/deleted.html", settings_nav=settings_nav(request), days=KEPT_FOR.days
        ) from None


def _left_out(why: str, lines: list[int]) -> str:
    reason = {
        ratings.UNKNOWN: _("no such person in Goodword"),
        ratings.NOT_HIRED: _("not marked as hired"),
        ratings.EARLY: _("rated before they were hired"),
        ratings.FUTURE: _("dated in the future"),
        ratings.REFUSED: _("“Don't ask for a rating” was chosen on their page"),
    }[why]
    return f"{in_lines(lines)}: {reason}."
