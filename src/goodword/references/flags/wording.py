"""The wording of flags on a check: title, explanations, what to do, and the facts in a sentence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from goodword.questionnaires.labels import period
from goodword.references.flags import addresses, devices, rules
from goodword.workflow.flags.review import FlagWording

_HOW_TO_REACH = _(
    "Ask the company for the referee by a number or an address that you have found yourself, such as on its website."
)
_TALK = _("Talk to both. Ask each for their own example.")
WORDS: Mapping[str, FlagWording] = {
    addresses.MEMBER: FlagWording(
        _("An address from inside"),
        (
            _("The candidate has worked here, or with someone who works here now."),
            _("A former colleague has changed to your organisation."),
        ),
        _("Ask the referee how they know the candidate, and whether they have a part in this decision."),
    ),
    addresses.DISPOSABLE: FlagWording(
        _("A disposable address"),
        (
            _("Some people give such an address to keep advertisements away."),
            _("The list of such domains can be wrong, or out of date."),
        ),
        _HOW_TO_REACH,
    ),
    addresses.FREE: FlagWording(
        _("A private address"),
        (
            _("People who have left a company only have a private address."),
            _("Small firms and the self-employed often use one for work."),
            _("Some companies do not allow references from work addresses."),
        ),
        _HOW_TO_REACH,
    ),
    addresses.DOMAIN: FlagWording(
        _("The address does not fit the company"),
        (
            _("The referee works elsewhere today."),
            _("The company uses the domain of its group, of a brand or an abbreviation."),
            _("The company has changed its name."),
        ),
        _(
            "Look at the website of the domain. If it does not explain itself, ask the referee where they work today."
        ),
    ),
    rules.FAST: FlagWording(
        _("Answered very fast"),
        (
            _("A practised reader who knows at once what to say can be quick."),
            _("Texts may have been written before, in another place, and pasted, or dictated."),
        ),
        _(
            "Read the texts: do they contain details that only a real colleague would know? If not, talk to the "
            "referee."
        ),
    ),
    rules.ALIKE_TEXTS: FlagWording(
        _("Texts that are alike"),
        (
            _("Both may have used words that the candidate or a colleague sent them as a help."),
            _("Both may have used the same sample text or the same writing program."),
        ),
        _TALK,
    ),
    rules.ALIKE_RATINGS: FlagWording(
        _("The same ratings"),
        (
            _("Two people who saw the same work can well come to the same ratings."),
            _("With few levels to choose from, equal ratings come about by chance."),
        ),
        _("Read the texts of both. If these differ, there is most likely nothing in it."),
    ),
    rules.DATES_CORRECTED: FlagWording(
        _("Other dates than stated"),
        (
            _("Referees remember their own time with the candidate, and that can be shorter."),
            _("Months are easily mixed up years later."),
        ),
        _("Ask the candidate about the dates. A certificate or a contract settles it."),
    ),
    rules.TITLE_CORRECTED: FlagWording(
        _("Another job title than stated"),
        (
            _("Titles inside a company and on a CV often differ, or are translations."),
            _("The referee may remember the title of an earlier time."),
        ),
        _("Ask the candidate what their tasks were. A certificate or a contract settles the title."),
    ),
    rules.TITLES_DIFFER: FlagWording(
        _("Two referees give different titles"),
        (
            _("The title changed while the two worked with the candidate."),
            _("One may have given the official title, the other what everybody said."),
        ),
        _("Ask the candidate which title was theirs, and when it changed."),
    ),
    devices.BOTH: FlagWording(
        _("The same network and the same kind of device"),
        (
            _("People who share a home, or an office, can share network and computer."),
            _("A referee may have answered while visiting the candidate."),
            _("Mobile networks and privacy services give many people one address."),
        ),
        _TALK,
    ),
    devices.ADDRESS: FlagWording(
        _("The same network"),
        (
            _("Colleagues in one office share one network address, and so do people in one home."),
            _("Mobile networks and privacy services give many people one address."),
        ),
        _TALK,
    ),
    devices.DEVICE: FlagWording(
        _("The same kind of device"),
        (_("What a browser says of itself is the same for all devices of one kind and version."),),
        _("On its own this says little. Consider the rest."),
    ),
}


type Facts = Mapping[str, Any]


def sentence(code: str, facts: Facts, names: Sequence[str]) -> str:
    """The sentence for facts as the pure functions give them. `names` are one or two, the candidate's last."""
    known = dict(facts) | {"one": names[0], "other": names[-1]}
    return _SENTENCES[code](known)


def _member(facts: Facts) -> str:
    return _now("%(one)s has an address at %(domain)s: your organisation's, or a member's own.") % facts


def _disposable(facts: Facts) -> str:
    return _now("%(one)s has an address at %(domain)s, a service for addresses to be thrown away.") % facts


def _free(facts: Facts) -> str:
    return _now("%(one)s has an address at %(domain)s, a free mail provider.") % facts


def _domain(facts: Facts) -> str:
    return _now("%(one)s has an address at %(domain)s; the company stated is %(company)s.") % facts


def _fast(facts: Facts) -> str:
    known = dict(facts) | {
        "time": _in_words(facts["seconds"]),
        "minutes": round(facts["expected"] / 60),
        "rate": round(facts["words"] * 60 / max(1, facts["seconds"])),
    }
    if facts["hasty"] and facts["typed"]:
        text = _now(
            "%(one)s took %(time)s for what takes most people about %(minutes)s minutes, and wrote %(words)s words "
            "in it: %(rate)s a minute, faster than anyone types."
        )
    elif facts["hasty"]:
        text = _now(
            "%(one)s took %(time)s for what takes most people about %(minutes)s minutes: less than a quarter."
        )
    else:
        text = _now(
            "%(one)s took %(time)s and wrote %(words)s words in it: %(rate)s a minute, faster than anyone types."
        )
    return text % known


def _texts(facts: Facts) -> str:
    text = _now(
        "A text of %(one)s and one of %(other)s share %(percent)s %% of their wording. The shorter has %(words)s words."
    )
    return text % facts


def _ratings(facts: Facts) -> str:
    if facts["same_picks"]:
        return (
            _now("%(one)s and %(other)s gave the same %(ratings)s ratings and picked the same words.") % facts
        )
    return _now("%(one)s and %(other)s gave the same %(ratings)s ratings.") % facts


def _dates(facts: Facts) -> str:
    known = dict(facts) | {
        "stated": period(facts["stated_from"], facts["stated_to"] or None),
        "said": period(facts["said_from"], facts["said_to"] or None),
    }
    return _now("The candidate stated: %(stated)s. %(one)s says: %(said)s.") % known


def _title(facts: Facts) -> str:
    return _now("The candidate stated “%(stated)s”. %(one)s says “%(said)s”.") % facts


def _titles(facts: Facts) -> str:
    return _now("%(one)s says “%(first)s”, %(other)s says “%(second)s”, both of %(company)s.") % facts


def _same_address_and_device(facts: Facts) -> str:
    if facts["office"]:
        text = _now(
            "%(one)s and %(other)s worked from the same network address, on devices of the same kind. They are "
            "said to share a company, so this is to be expected."
        )
    else:
        text = _now(
            "%(one)s and %(other)s worked from the same network address, on devices of the same kind."
        )
    return text % facts


def _same_address(facts: Facts) -> str:
    if facts["office"]:
        text = _now(
            "%(one)s and %(other)s worked from the same network address. They are said to share a company, so "
            "this is to be expected."
        )
    else:
        text = _now("%(one)s and %(other)s worked from the same network address, on different devices.")
    return text % facts


def _same_device(facts: Facts) -> str:
    text = _now(
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
    rules.FAST: _fast,
    rules.ALIKE_TEXTS: _texts,
    rules.ALIKE_RATINGS: _ratings,
    rules.DATES_CORRECTED: _dates,
    rules.TITLE_CORRECTED: _title,
    rules.TITLES_DIFFER: _titles,
    devices.BOTH: _same_address_and_device,
    devices.ADDRESS: _same_address,
    devices.DEVICE: _same_device,
}
