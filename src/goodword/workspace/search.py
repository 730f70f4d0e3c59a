"""Search for candidates by name or address in lists, and the typo-tolerant search over all that a member can see."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import OperationalError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from psycopg.errors import QueryCanceled

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.candidates.models import Application, visible_applications
from goodword.core.searching import contains_words, words_of
from goodword.core.text import WithoutAccents, without_accents
from goodword.references.models import Referee
from goodword.reports.models import Report
from goodword.roles.models import Automation, Role, visible_roles


def search_text(request: HttpRequest) -> str:
    return request.GET.get("q", "")


def matching_name(rows: QuerySet[Application], query: str) -> QuerySet[Application]:
    """Filter by words of a name (as shown or in Greenhouse) or address, in any order and whatever their accents."""
    return rows.filter(contains_words(query, "candidate__searched"))


#: maximum results per type
AT_MOST: Final = 10
#: limits of a query, since each character slows down similarity
_WORDS: Final = 6
_LONGEST_WORD: Final = 40
#: characters of addresses that names don't have
_OF_ADDRESSES: Final = re.compile(r"[@._0-9]")
#: milliseconds; longer searches are cancelled
_LONGEST_SEARCH: Final = 5_000
#: word similarity of a match. PostgreSQL's default, 0.6, misses a wrong letter in the middle of a name
_LEAST: Final = 0.45


@dataclass(frozen=True, kw_only=True)
class Found:
    """Results, at most AT_MOST of each type."""

    candidates: Sequence[Application]
    referees: Sequence[Referee]
    roles: Sequence[Role]
    reports: Sequence[Report]

    @property
    def is_empty(self) -> bool:
        return not (self.candidates or self.referees or self.roles or self.reports)


NOTHING: Final = Found(candidates=(), referees=(), roles=(), reports=())


def find(member: Membership, text: str) -> Found:
    """Find rows in which each word of `text` resembles a word, whatever its accents, or is part of an address. Raises
    OperationalError on a timeout."""
    if not any(map(str.isalnum, without_accents(text))):
        return NOTHING
    applications = visible_applications(member).filter(erased_at=None)
    candidates = _similar(
        applications.select_related("candidate", "role"),
        text,
        "candidate__searched_names",
        address="candidate__searched",
    )
    referees = _similar(
        Referee.objects.of(member.organisation)
        .alias(plain_email=WithoutAccents("email"))
        .filter(erased_at=None, check_run__step_request__application__in=applications)
        .select_related("check_run__step_request__application__candidate"),
        text,
        "searched",
        address="plain_email",
    )
    roles = _similar(visible_roles(member), text, "plain_title")
    reports = (
        Report.objects.of(member.organisation)
        .filter(code__icontains=text.strip(), step_request__application__in=applications)
        .exclude(state=Report.State.REDACTED)
        .select_related("step_request__application__candidate", "step_request__step")
        .order_by("code", "-version")
    )
    with _search_settings():
        return Found(
            candidates=list(candidates[:AT_MOST]),
            referees=list(referees[:AT_MOST]) if member.may_work else [],
            roles=list(roles[:AT_MOST]),
            reports=list(reports[:AT_MOST]),
        )


@contextmanager
def _search_settings() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = %s", [_LEAST])
            cursor.execute("SET LOCAL statement_timeout = %s", [_LONGEST_SEARCH])
        yield


def _similar[M: Model](rows: QuerySet[M], text: str, field: str, *, address: str = "") -> QuerySet[M]:
    """Return similar rows, most similar first. `field`, `address`: without accents."""
    words = [word[:_LONGEST_WORD] for word in words_of(text)[:_WORDS]]
    wanted = reduce(and_, (_found(word, field, address) for word in words))
    nearest = TrigramWordSimilarity(words[-1], field)
    return rows.filter(wanted).order_by(nearest.desc(), "-pk")


def _found(word: str, field: str, address: str) -> Q:
    found = Q(**{f"{field}__trigram_word_similar": word})
    if (
        not word.isascii()
    ):  # PostgreSQL doesn't compare other scripts in the locale C, that of the embedded one
        found |= Q(**{f"{field}__contains": word})
    if address and _OF_ADDRESSES.search(word):  # no similarity, since many have the same ending
        found |= Q(**{f"{address}__contains": word})
    return found


@require_safe
@access.member()
def search(request: MemberRequest) -> HttpResponse:
    text = search_text(request)
    try:
        found, is_too_slow = find(request.member, text), False
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        found, is_too_slow = NOTHING, True
    context = {
        "query": text,
        "found": found,
        "is_too_slow": is_too_slow,
        "from_greenhouse": found.is_empty
        and Automation.objects.of(request.organisation)
        .filter(role__in=visible_roles(request.member))
        .exists(),
    }
    return render(request, "workspace/find.html", context)
