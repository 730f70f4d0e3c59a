"""Search for candidates by any part of their name or e-mail address."""

from django.db.models import QuerySet
from django.http import HttpRequest

from goodword.candidates.models import Application, searched


def search_text(request: HttpRequest) -> str:
    return request.GET.get("q", "")


def matching_name(rows: QuerySet[Application], query: str) -> QuerySet[Application]:
    """Filter by name (displayed or in Greenhouse) or address."""
    text = " ".join(query.split()).lower()
    return rows.alias(searched=searched("candidate__")).filter(searched__contains=text)
