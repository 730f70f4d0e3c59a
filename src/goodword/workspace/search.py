"""Search for candidates by any part of their name or e-mail address."""

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf
from django.http import HttpRequest

from goodword.candidates.models import Application


def search_text(request: HttpRequest) -> str:
    return request.GET.get("q", "")


def matching_name(rows: QuerySet[Application], query: str, *, or_role: bool = False) -> QuerySet[Application]:
    """Filter by name (displayed or in Greenhouse) or address; with `or_role` also by role title."""
    shown_first = Coalesce(NullIf(F("candidate__preferred_name"), Value("")), F("candidate__first_name"))
    rows = rows.annotate(
        shown_name=Concat(shown_first, Value(" "), F("candidate__last_name")),
        full_name=Concat(F("candidate__first_name"), Value(" "), F("candidate__last_name")),
    )
    query = " ".join(query.split())
    wanted = (
        Q(shown_name__icontains=query) | Q(full_name__icontains=query) | Q(candidate__email__icontains=query)
    )
    return rows.filter(wanted | Q(role__title__icontains=query) if or_role else wanted)
