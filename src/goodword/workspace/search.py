"""Search for candidates by any part of their name or e-mail address."""

from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from goodword.candidates.models import Application, searched

#: shorter texts match only the start of words
TRIGRAM: Final = 3


def search_text(request: HttpRequest) -> str:
    return request.GET.get("q", "")


def matching_name(rows: QuerySet[Application], query: str) -> QuerySet[Application]:
    """Filter by any part of a name (as shown or in Greenhouse) or address; texts below TRIGRAM by the start of
    words."""
    text = " ".join(query.split()).lower()
    rows = rows.alias(searched=searched("candidate__"))
    if len(text) >= TRIGRAM or not (text.isascii() and text.isalnum()):
        return rows.filter(searched__contains=text)
    starts = (Q(searched__contains=before + text) for before in (" ", "\n", "-"))
    return rows.filter(reduce(or_, starts, Q(searched__startswith=text)))
