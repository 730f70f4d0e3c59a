"""Sentences that tell people how long their data is kept."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application


def period(months: int) -> str:
    years, rest = divmod(months, 12)
    if rest:
        return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    return ngettext("%(count)s year", "%(count)s years", years) % {"count": years}


def retention_for_candidate(organisation: Organisation) -> str:
    text = _retention(
        organisation,
        old=_(
            "It is erased %(period)s after your last application at %(organisation)s ends, or after the last answer "
            "from you or your referees, whichever is later."
        ),
        hidden=_(
            "It is erased %(period)s after your applications are removed from the recruiting software "
            "of %(organisation)s."
        ),
    )
    if not organisation.erases_old and not organisation.erases_hidden:
        return text
    return f"{text} {_('It is kept while you wait for an answer to a request for a human review.')}"


def retention_for_referee(organisation: Organisation, *, candidate: str) -> str:
    return _retention(
        organisation,
        old=_(
            "It is erased with the data of %(candidate)s, %(period)s after their last application at %(organisation)s "
            "ends, or after the last answer from them or their referees, whichever is later."
        ),
        hidden=_of_hidden(),
        candidate=candidate,
    )


def retention_for_expert(organisation: Organisation) -> str:
    if not organisation.erases_old:
        return _(
            "%(organisation)s has not set a date for automatic erasure. You can erase it at any time."
        ) % {"organisation": organisation.name}
    return _(
        "It is erased %(period)s after our last e-mail to you or your last rating. You can erase it at any time."
    ) % {"period": period(organisation.keep_months)}


def retention_for_rater(organisation: Organisation, *, candidate: str) -> str:
    """Tell raters how long their data is kept. Ratings are erased with the person rated; for earlier erasure, raters
    have to write to the organisation."""
    sentences = _rules(
        organisation,
        old=_(
            "It is erased with the data of %(candidate)s, %(period)s after their last application at %(organisation)s "
            "ended (for example, because they were hired), or after the last answer from them or their referees, "
            "whichever is later."
        ),
        hidden=_of_hidden(),
        candidate=candidate,
    )
    nothing = _(
        "It is erased together with the data of %(candidate)s. %(organisation)s has not set a date for that."
    )
    return " ".join(sentences) or nothing % {"organisation": organisation.name, "candidate": candidate}


def may_be_rated_later(application: Application, *, begun_at: datetime | None) -> bool:
    """`begun_at`: when the assessment was started, or None. Keep in line with workspace.validity.asking."""
    role = application.role
    if role is None or role.asks_for_ratings_since is None:
        return False
    return begun_at is None or begun_at >= role.asks_for_ratings_since


def _of_hidden() -> str:
    return _(
        "It is erased %(period)s after the applications of %(candidate)s are removed from the "
        "recruiting software of %(organisation)s."
    )


def _rules(organisation: Organisation, *, old: str, hidden: str, **names: str) -> list[str]:
    """A sentence for each rule that the organisation has turned on."""
    names["organisation"] = organisation.name
    sentences = []
    if organisation.erases_old:
        sentences.append(old % {**names, "period": period(organisation.keep_months)})
    if organisation.erases_hidden:
        sentences.append(hidden % {**names, "period": period(organisation.hidden_months)})
    return sentences


def _retention(organisation: Organisation, *, old: str, hidden: str, **names: str) -> str:
    sentences = _rules(organisation, old=old, hidden=hidden, **names)
    if not sentences:
        nothing = _("%(organisation)s has not set a date for automatic erasure.")
        sentences.append(nothing % {"organisation": organisation.name})
    sentences.append(_("You can have it erased at any time, unless legal reasons require it to be kept."))
    return " ".join(sentences)
