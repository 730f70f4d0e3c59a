from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core import clock
from goodword.reports.domain.reviews import to_review
from goodword.roles.models import Role
from goodword.roles.queries import visible_roles
from goodword.workspace.first_run.checklist import is_landing_page
from goodword.workspace.needs_you import hidden
from goodword.workspace.needs_you.needs import Hidden, Needs, Urgency, Viewer, collect
from goodword.workspace.needs_you.next_up import connections, next_up, week_figures
from goodword.workspace.needs_you.sources import NAMES, SOURCES
from goodword.workspace.results_to_review.rows import monday, reviewed, rows_of, with_relations

#: rows of each urgency, and after *Show more*
AT_MOST, MORE = 50, 500
#: results to review
RESULTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    urgency: str
    mine: bool
    hidden: bool
    more: bool

    @classmethod
    def of(cls, query: QueryDict, member: Membership) -> "Chosen":
        urgency = query.get("show", "")
        roles = query.get("roles", "")
        return cls(
            urgency=urgency if urgency in set(Urgency) else "",
            mine=member.may_work and (roles == "mine" or (roles != "all" and has_own_roles(member))),
            hidden="hidden" in query,
            more="more" in query,
        )

    def query(self, **change: object) -> str:
        now = {"show": self.urgency, "roles": "mine" if self.mine else "all", "hidden": self.hidden, **change}
        return "?" + urlencode(
            {name: "1" if value is True else value for name, value in now.items() if value}
        )


def has_own_roles(member: Membership) -> bool:
    """Members without a role of their own start with all roles."""
    return Role.objects.of(member.organisation).filter(owner=member, archived_at=None).exists()


@require_safe
@access.member()
def needs_you(request: MemberRequest) -> HttpResponseBase:
    if not request.GET and is_landing_page(request.member):
        return redirect("first_run", request.organisation.slug)
    now = clock.now()
    chosen = Chosen.of(request.GET, request.member)
    viewer = Viewer(member=request.member, mine=chosen.mine, now=now)
    ids = hidden.hidden_ids(request.member, now=now)
    at_most = MORE if chosen.more else AT_MOST
    needs = collect(viewer, SOURCES, at_most=at_most, hidden=Hidden(ids=ids, only=chosen.hidden))
    return render(
        request,
        "workspace/needs_you/home.html",
        {
            "now": now,
            "chosen": chosen,
            "needs": needs,
            "no_roles": not needs.total and not visible_roles(request.member).exists(),
            "groups": _groups(needs, chosen),
            "chips": _chips(needs, chosen),
            "scopes": _scopes(chosen),
            "hidden_count": sum(map(len, ids.values())),
            "hidden_url": chosen.query(hidden=not chosen.hidden),
            "back": request.get_full_path(),
            **_results(viewer),
            "week": week_figures(viewer, monday=monday(request.member, now=now)),
            "next_up": next_up(viewer),
            "connections": connections(viewer),
        },
    )


def _results(viewer: Viewer) -> dict[str, Any]:
    rows = to_review(viewer.member, mine=viewer.mine)
    week = reviewed(viewer.member).filter(reviewed_at__gte=monday(viewer.member, now=viewer.now))
    return {
        "rows": rows_of(with_relations(rows.order_by("since", "pk"))[:RESULTS]),
        "rows_count": rows.count(),
        "rows_url": viewer.link("results") + ("?show=mine" if viewer.mine else "?show=all"),
        "reviewed_this_week": week.count(),
        "show": "",
    }


def _groups(needs: Needs, chosen: Chosen) -> list[dict[str, Any]]:
    titles = {
        Urgency.STUCK: (_("Stuck"), _("Doesn't continue by itself")),
        Urgency.OVERDUE: (_("Overdue"), _("Late answers still count for 30 days")),
        Urgency.MENTIONED: (_("Mentions"), _("Until you open the candidate's page")),
    }
    return [
        {
            "id": urgency.value,
            "title": title,
            "note": note,
            "needs": needs.shown[urgency],
            "more": needs.more(urgency),
            "plus": "+" if urgency in needs.not_all else "",
            "more_url": "" if chosen.more else chosen.query(more=True),
        }
        for urgency, (title, note) in titles.items()
        if needs.shown[urgency] and chosen.urgency in {"", urgency}
    ]


def _chips(needs: Needs, chosen: Chosen) -> list[dict[str, Any]]:
    words = {
        "": (_("All"), needs.total_text),
        Urgency.STUCK.value: (_("Stuck"), needs.text(Urgency.STUCK)),
        Urgency.OVERDUE.value: (_("Overdue"), needs.text(Urgency.OVERDUE)),
    }
    if needs.counts[Urgency.MENTIONED] or chosen.urgency == Urgency.MENTIONED:
        words[Urgency.MENTIONED.value] = (_("Mentions"), needs.text(Urgency.MENTIONED))
    return [
        {"label": label, "count": count, "url": chosen.query(show=key), "current": chosen.urgency == key}
        for key, (label, count) in words.items()
    ]


def _scopes(chosen: Chosen) -> list[dict[str, Any]]:
    return [
        {"label": _("My roles"), "url": chosen.query(roles="mine"), "current": chosen.mine},
        {"label": _("All roles"), "url": chosen.query(roles="all"), "current": not chosen.mine},
    ]


@require_POST
@access.member(kinds=access.WORKS)
def hide(request: MemberRequest, source: str, need_id: int) -> HttpResponseBase:
    _refuse_unknown(source)
    hidden.hide(member=request.member, source=source, need_id=need_id, now=clock.now())
    _audit(request, "need.hidden", source, need_id)
    messages.success(request, _("Hidden until tomorrow."))
    return redirect("needs_you", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def show_again(request: MemberRequest, source: str, need_id: int) -> HttpResponseBase:
    _refuse_unknown(source)
    hidden.show_again(member=request.member, source=source, need_id=need_id)
    _audit(request, "need.shown_again", source, need_id)
    return redirect("needs_you", request.organisation.slug)


def _refuse_unknown(source: str) -> None:
    if source not in NAMES:
        raise Http404


def _audit(request: MemberRequest, action: str, source: str, need_id: int) -> None:
    write(
        organisation=request.organisation,
        action=action,
        member=request.member,
        now=clock.now(),
        details={"need": f"{source}:{need_id}"},
    )
