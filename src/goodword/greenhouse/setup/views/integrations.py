"""Settings > Integrations: what is connected, and how it does."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.setup import webhooks
from goodword.greenhouse.setup.box import box_of
from goodword.greenhouse.setup.card import card_of
from goodword.greenhouse.setup.connection import connections, ended
from goodword.greenhouse.setup.views.shared import page


@require_safe
@access.member(kinds=access.WORKS)
def integrations(request: MemberRequest) -> HttpResponse:
    """The two groups of integrations, with a card for each Greenhouse account in the first."""
    return page(request, "integrations", overview(request))


def overview(request: MemberRequest) -> dict[str, Any]:
    """Variables of integrations.html. Only an admin's page holds the boxes with the secret keys."""
    now = clock.now()
    live = connections(request.organisation)
    return {
        "cards": [
            {
                "connection": one,
                "card": card_of(one, now=now),
                "box": box_of(one, now=now) if request.member.is_admin else None,
                "hooks": webhooks.standing(one),
            }
            for one in live
        ],
        "ended": ended(request.organisation),
    }
