"""What was found, in one sentence: the facts of a sign with the names of those it is about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.questionnaires.labels import period
from goodword.references.signs import addresses, contradictions, devices, likeness, speed

type Facts = Mapping[str, Any]


def sentence(code: str, facts: Facts, names: Sequence[str]) -> str:
    """The sentence for facts as the pure functions give them. `names` are one or two, the candidate's last."""
    known = dict(facts) | {"one": names[0], "other": names[-1]}
    return _SENTENCES[code](known)


def _member(facts: Facts) -> str:
    return _("%(one)s has an address at %(domain)s: your organisation's, or a member's own.") % facts


def _disposable(facts: Facts) -> str:
    return _("%(one)s has an address at %(domain)s, a service for addresses to be thrown away.") % facts


def _free(facts: Facts) -> str:
    return _("%(one)s has an address at %(domain)s, a free mail provider.") % facts


def _domain(facts: Facts) -> str:
    return _("%(one)s has an address at %(domain)s; the company stated is %(company)s.") % facts


def _fast(facts: Facts) -> str:
    known = dict(facts) | {
        "time": _in_words(facts["seconds"]),
        "minutes": round(facts["expected"] / 60),
        "rate": round(facts["words"] * 60 / max(1, facts["seconds"])),
    }
    if facts["hasty"] and facts["typed"]:
        text = _(
            "%(one)s took %(time)s for what takes most people about %(minutes)s minutes, and wrote %(words)s words "
            "in it: %(rate)s a minute, faster than anyone types."
        )
    elif facts["hasty"]:
        text = _(
            "%(one)s took %(time)s for what takes most people about %(minutes)s minutes: less than a quarter."
        )
    else:
        text = _(
            "%(one)s took %(time)s and wrote %(words)s words in it: %(rate)s a minute, faster than anyone types."
        )
    return text % known


def _texts(facts: Facts) -> str:
    text = _(
        "A text of %(one)s and one of %(other)s share %(percent)s %% of their wording. The shorter has %(words)s words."
    )
    return text % facts


def _ratings(facts: Facts) -> str:
    if facts["same_picks"]:
        return _("%(one)s and %(other)s gave the same %(ratings)s ratings and picked the same words.") % facts
    return _("%(one)s and %(other)s gave the same %(ratings)s ratings.") % facts


def _dates(facts: Facts) -> str:
    known = dict(facts) | {
        "stated": period(facts["stated_from"], facts["stated_to"] or None),
        "said": period(facts["said_from"], facts["said_to"] or None),
    }
    return _("The candidate stated: %(stated)s. %(one)s says: %(said)s.") % known


def _title(facts: Facts) -> str:
    return _("The candidate stated “%(stated)s”. %(one)s says “%(said)s”.") % facts


def _titles(facts: Facts) -> str:
    return _("%(one)s says “%(first)s”, %(other)s says “%(second)s”, both of %(company)s.") % facts


def _both(facts: Facts) -> str:
    if facts["office"]:
        text = _(
            "%(one)s and %(other)s worked from the same network address, on devices of the same kind. They are "
            "said to share a company, so this is to be expected."
        )
    else:
        text = _("%(one)s and %(other)s worked from the same network address, on devices of the same kind.")
    return text % facts


def _address(facts: Facts) -> str:
    if facts["office"]:
        text = _(
            "%(one)s and %(other)s worked from the same network address. They are said to share a company, so "
            "this is to be expected."
        )
    else:
        text = _("%(one)s and %(other)s worked from the same network address, on different devices.")
    return text % facts


def _device(facts: Facts) -> str:
    text = _(
        "%(one)s and %(other)s worked on devices of the same kind, which no other check of yours has shown."
    )
    return text % facts


def _in_words(seconds: int) -> str:
    if seconds < 120:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = round(seconds / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    addresses.MEMBER: _member,
    addresses.DISPOSABLE: _disposable,
    addresses.FREE: _free,
    addresses.DOMAIN: _domain,
    speed.CODE: _fast,
    likeness.TEXTS: _texts,
    likeness.RATINGS: _ratings,
    contradictions.DATES: _dates,
    contradictions.TITLE: _title,
    contradictions.TITLES: _titles,
    devices.BOTH: _both,
    devices.ADDRESS: _address,
    devices.DEVICE: _device,
}
