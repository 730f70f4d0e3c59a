from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import assert_never

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.reports.domain.reviews import (
    CannotAssign,
    assign,
    assign_several,
    colleagues,
    mark_reviewed,
    to_review,
    undo_review,
    visible_reviews,
)
from goodword.reports.models import ResultReview
from goodword.roles.models import Step
from goodword.workspace.lists.query import whole_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    review: ResultReview
    application: Application
    #: for example "First reference, 1 of 4"
    news: str
    #: anchor of the result on the candidate's page
    anchor: str


def with_relations(rows: QuerySet[ResultReview]) -> QuerySet[ResultReview]:
    return rows.select_related(
        "step_request__application__candidate",
        "step_request__application__role",
        "step_request__step",
        "report",
        "assigned_to__user",
        "reviewed_by__user",
    ).defer("report__snapshot")


def rows_of(reviews: Iterable[ResultReview]) -> list[ReviewRow]:
    """`reviews`: fetched with their relations."""
    return [
        ReviewRow(
            review=review,
            application=review.step_request.application,
            news=_news(review),
            anchor=review.step_request.step.kind,
        )
        for review in reviews
    ]


def _news(review: ResultReview) -> str:
    if review.report is None:
        return _("First reference, 1 of %(n)s") % {"n": review.wanted} if review.wanted else _("Result")
    match kind := Step.Kind(review.step_request.step.kind):
        case Step.Kind.ASSESSMENT:
            first, later = _("Assessment complete"), _("Assessment, version %(n)s")
        case Step.Kind.REFERENCE_CHECK:
            first, later = _("Reference check complete"), _("Reference check, version %(n)s")
        case _:
            assert_never(kind)
    return later % {"n": review.report.version} if review.report.version > 1 else first


def reviewed(member: Membership) -> QuerySet[ResultReview]:
    return visible_reviews(member).filter(reviewed_at__isnull=False)


def monday(member: Membership, *, now: datetime) -> datetime:
    """The start of this week in the organisation's time zone."""
    zone = member.organisation.zone
    today = now.astimezone(zone).date()
    return datetime.combine(today - timedelta(days=today.weekday()), time(), tzinfo=zone)


PAGE = 50


@require_safe
@access.member()
def results_list(request: MemberRequest) -> HttpResponse:
    member = request.member
    show = request.GET.get("show", "")
    if show not in {"all", "reviewed"}:
        show = "mine" if member.may_work else "all"
    this_week = show == "reviewed" and request.GET.get("since") == "week"
    if show == "reviewed":
        rows = reviewed(member).order_by("-reviewed_at", "-pk")
        rows = rows.filter(reviewed_at__gte=monday(member, now=clock.now())) if this_week else rows
    else:
        rows = to_review(member, mine=show == "mine").order_by("since", "pk")
    page = Paginator(with_relations(rows), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workspace/results_to_review/results.html",
        {
            "page": page,
            "rows": rows_of(page.object_list),
            "show": show,
            "this_week": this_week,
            "back": request.get_full_path(),
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def tick(request: MemberRequest, pk: int) -> HttpResponseBase:
    review = _review(request, pk)
    seen = request.POST.get("since", "") or review.since.isoformat()
    if not _is_newer(review, than=seen):
        if mark_reviewed(review, member=request.member, now=clock.now()):
            messages.success(request, _("Marked as reviewed."))
            return _back(request, review)
        review = _review(request, pk)  # a colleague or a newer result may have come first
    if _is_newer(review, than=seen):
        messages.warning(request, _("Not marked as reviewed: a newer result has arrived."))
    elif review.reviewed_by:
        messages.info(request, _("Already reviewed by %(name)s.") % {"name": review.reviewed_by.user.name})
    return _back(request, review)


def _is_newer(review: ResultReview, *, than: str) -> bool:
    """`than`: `since` of the result that the page showed."""
    return than != review.since.isoformat()


@require_POST
@access.member(kinds=access.WORKS)
def undo(request: MemberRequest, pk: int) -> HttpResponseBase:
    review = _review(request, pk)
    if undo_review(review, member=request.member, now=clock.now()):
        messages.success(request, _("Moved back to Results to review."))
    return _back(request, review)


class AssignForm(forms.Form):
    colleague = forms.TypedChoiceField(
        label=gettext_lazy("Colleague"),
        coerce=int,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose a colleague.")),
    )

    def __init__(self, data: QueryDict | None, *, among: Iterable[Membership], now: int | None) -> None:
        super().__init__(data, initial={"colleague": now})
        field = self.fields["colleague"]
        assert isinstance(field, forms.ChoiceField)
        names = [(member.pk, f"{member.user.name}, {member.user.email}") for member in among]
        field.choices = [("", _("Choose …")), *names]


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def assign_page(request: MemberRequest, pk: int) -> HttpResponseBase:
    review = _review(request, pk)
    application = review.step_request.application
    data = request.POST if request.method == "POST" else None
    among = {member.pk: member for member in colleagues([application])}
    form = AssignForm(data, among=among.values(), now=review.assigned_to_id)
    if form.is_valid():
        colleague = among[form.cleaned_data["colleague"]]
        try:
            assign(review, to=colleague, by=request.member, now=clock.now())
        except CannotAssign:
            form.add_error("colleague", _("This person can no longer see the result. Choose somebody else."))
        else:
            messages.success(request, _("Assigned to %(name)s.") % {"name": colleague.user.name})
            return redirect("results", request.organisation.slug)
    return render(
        request,
        "workspace/results_to_review/assign.html",
        {"form": form, "row": rows_of([review])[0], "back": _list_before(request)},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def assign_several_page(request: MemberRequest) -> HttpResponseBase:
    """`review`: the results chosen on the list."""
    data = request.POST if request.method == "POST" else request.GET
    ids = {pk for text in data.getlist("review")[:PAGE] if (pk := whole_number(text)) is not None}
    rows = with_relations(to_review(request.member, mine=False).filter(pk__in=ids))
    reviews = list(rows.order_by("since", "pk"))
    if not reviews:
        return _none_to_assign(request)
    among = {
        member.pk: member for member in colleagues([review.step_request.application for review in reviews])
    }
    form = AssignForm(request.POST if request.method == "POST" else None, among=among.values(), now=None)
    if form.is_valid():
        colleague = among[form.cleaned_data["colleague"]]
        try:
            n = assign_several(reviews, to=colleague, by=request.member, now=clock.now())
        except CannotAssign:
            form.add_error(
                "colleague", _("This person can no longer see all these results. Choose somebody else.")
            )
        else:
            if not n:
                return _none_to_assign(request)
            messages.success(request, _several_assigned(n, len(ids), colleague))
            return redirect("results", request.organisation.slug)
    return render(
        request,
        "workspace/results_to_review/assign_several.html",
        {"form": form, "rows": rows_of(reviews), "back": _list_before(request)},
        status=422 if form.is_bound else 200,
    )


def _none_to_assign(request: MemberRequest) -> HttpResponseBase:
    messages.info(request, _("Nothing assigned: none of these results is waiting for a review."))
    return redirect(_list_before(request))


def _several_assigned(n: int, of: int, colleague: Membership) -> str:
    done = ngettext("%(n)s result assigned to %(name)s.", "%(n)s results assigned to %(name)s.", n)
    done %= {"n": n, "name": colleague.user.name}
    if n < of:
        left = ngettext("%(n)s no longer waits for a review.", "%(n)s no longer wait for a review.", of - n)
        done += " " + left % {"n": of - n}
    return done


def _list_before(request: MemberRequest) -> str:
    """The list with the link to this page, Home or one of *Results to review*, with its filters."""
    back = request.POST.get("back") or request.GET.get("back", "")
    results, home = (reverse(name, args=[request.organisation.slug]) for name in ("results", "needs_you"))
    return back if back.partition("?")[0] in {results, home} else results


def _review(request: MemberRequest, pk: int) -> ResultReview:
    return access.get_or_404(with_relations(visible_reviews(request.member)), pk)


def _back(request: MemberRequest, review: ResultReview) -> HttpResponseBase:
    if request.POST.get("on") == "candidate":
        return redirect("candidate", request.organisation.slug, review.step_request.application_id)
    return redirect("results", request.organisation.slug)
