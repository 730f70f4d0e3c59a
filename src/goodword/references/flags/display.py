from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from goodword.questionnaires.labels import period
from goodword.references.comments import named
from goodword.references.flags import rules
from goodword.references.flags.rules import CANDIDATE
from goodword.references.models import Check, CheckFlag, Referee
from goodword.workflow.flags.dismissal import dismissal_view
from goodword.workflow.flags.display import DisplayedFlag, FlagList, FlagWording, display, flag_list

_HOW_TO_REACH = _(
    "Contact the referee through the company, using a number or address you have found "
    "yourself, such as on its website."
)
_TALK = _("Talk to both, and ask each for an example.")
WORDS: Mapping[str, FlagWording] = {
    rules.MEMBER: FlagWording(
        _("Address at your organisation"),
        (
            _("The candidate has worked here, or with someone who works here now."),
            _("A former colleague has joined your organisation."),
        ),
        _("Ask the referee how they know the candidate, and whether they are involved in this decision."),
    ),
    rules.DISPOSABLE: FlagWording(
        _("Disposable address"),
        (
            _("Some people use such an address to avoid spam."),
            _("The list of such domains can be wrong or out of date."),
        ),
        _HOW_TO_REACH,
    ),
    rules.FREE: FlagWording(
        _("Personal address"),
        (
            _("People who have left a company often have only a personal address."),
            _("Small firms and freelancers often use one for work."),
            _("Some companies don't allow references from work addresses."),
        ),
        _HOW_TO_REACH,
    ),
    rules.DOMAIN: FlagWording(
        _("Address doesn't match the company"),
        (
            _("The referee now works elsewhere."),
            _("The company uses the domain of its group or a brand, or an abbreviation."),
            _("The company has changed its name."),
        ),
        _("Look at the domain's website. If that doesn't explain it, ask the referee where they work now."),
    ),
    rules.FAST: FlagWording(
        _("Referee answered very fast"),
        (
            _("Some people read fast and know at once what to say."),
            _("Texts may have been written elsewhere and pasted, or dictated."),
        ),
        _("Do the texts contain details that only a real colleague would know? If not, talk to the referee."),
    ),
    rules.ALIKE_TEXTS: FlagWording(
        _("Similar texts"),
        (
            _("Both may have used notes that the candidate or a colleague sent them."),
            _("Both may have used the same sample text or writing tool."),
        ),
        _TALK,
    ),
    rules.ALIKE_RATINGS: FlagWording(
        _("Identical ratings"),
        (
            _("Two people who saw the same work may well rate it the same."),
            _("With few levels to choose from, ratings can match by chance."),
        ),
        _("Compare their texts. If these differ, it is most likely chance."),
    ),
    rules.PRIVATE_TOPICS: FlagWording(
        _("Comments may touch on a private topic"),
        (
            _("Many of these words also have a harmless meaning."),
            _("The writer may have wanted to explain something in the candidate's favour."),
        ),
        _(
            "Read the comments before you share them. Health, family, age, belief and origin must play no part in "
            "the decision."
        ),
    ),
    rules.DATES_CORRECTED: FlagWording(
        _("Dates differ"),
        (
            _("Referees remember their own time with the candidate, which may have been shorter."),
            _("Months are easily mixed up years later."),
        ),
        _("Ask the candidate about the dates. A contract or a letter from the employer can settle it."),
    ),
    rules.TITLE_CORRECTED: FlagWording(
        _("Job title differs"),
        (
            _("Titles on a CV often differ from those used in the company, or are translated."),
            _("The referee may remember an earlier title."),
        ),
        _(
            "Ask the candidate what their job was. A contract or a letter from the employer can settle the title."
        ),
    ),
    rules.TITLES_DIFFER: FlagWording(
        _("Referees give different job titles"),
        (
            _("The title changed while they worked with the candidate."),
            _("One may have given the official title, the other the everyday one."),
        ),
        _("Ask the candidate which title was theirs, and when it changed."),
    ),
    rules.SAME_NETWORK_AND_DEVICE: FlagWording(
        _("Same network and type of device"),
        (
            _("People who share a home or office may share a network and a computer."),
            _("A referee may have answered while visiting the candidate."),
            _("Mobile networks and privacy services give many people the same address."),
        ),
        _TALK,
    ),
    rules.SAME_NETWORK: FlagWording(
        _("Same network"),
        (
            _("Colleagues in one office share a network address, as do people in one home."),
            _("Mobile networks and privacy services give many people the same address."),
        ),
        _TALK,
    ),
    rules.SAME_DEVICE: FlagWording(
        _("Same type of device"),
        (_("Browsers report the same for all devices of one type and version."),),
        _("On its own this says little. Consider the other flags."),
    ),
}
type Facts = Mapping[str, Any]


def sentence(code: str, facts: Facts, names: Sequence[str]) -> str:
    """`names`: one or two, the candidate's last."""
    known = dict(facts) | {"one": names[0], "other": names[-1]}
    return SENTENCES[code](known)


def _member(facts: Facts) -> str:
    return (
        gettext(
            "%(one)s has an address at %(domain)s, which belongs to your organisation or one of its members."
        )
        % facts
    )


def _disposable(facts: Facts) -> str:
    return gettext("%(one)s has an address at %(domain)s, a service for disposable addresses.") % facts


def _free(facts: Facts) -> str:
    return gettext("%(one)s has an address at %(domain)s, a free mail provider.") % facts


def _domain(facts: Facts) -> str:
    return gettext("%(one)s has an address at %(domain)s; the company stated is %(company)s.") % facts


def _fast(facts: Facts) -> str:
    known = dict(facts) | {
        "time": _in_words(facts["seconds"]),
        "usual": _minutes(facts["expected"]),
        "rate": round(facts["words"] * 60 / max(1, facts["seconds"])),
    }
    if facts["hasty"] and facts["typed"]:
        text = gettext(
            "%(one)s took %(time)s; most people take about %(usual)s. They wrote %(words)s "
            "words: %(rate)s a minute, faster than almost anyone types."
        )
    elif facts["hasty"]:
        text = gettext("%(one)s took %(time)s; most people take about %(usual)s.")
    else:
        text = gettext(
            "%(one)s took %(time)s and wrote %(words)s words: %(rate)s a minute, faster than almost anyone types."
        )
    return text % known


def _texts(facts: Facts) -> str:
    text = gettext(
        "A text by %(one)s and one by %(other)s share %(percent)s%% of their wording. The shorter "
        "has %(words)s words."
    )
    return text % facts


def _ratings(facts: Facts) -> str:
    if facts["same_picks"]:
        return (
            gettext("%(one)s and %(other)s gave the same %(ratings)s ratings and picked the same words.")
            % facts
        )
    return gettext("%(one)s and %(other)s gave the same %(ratings)s ratings.") % facts


def _dates(facts: Facts) -> str:
    known = dict(facts) | {
        "stated": period(facts["stated_from"], facts["stated_to"] or None),
        "said": period(facts["said_from"], facts["said_to"] or None),
    }
    return gettext("The candidate stated: %(stated)s. %(one)s says: %(said)s.") % known


def _title(facts: Facts) -> str:
    return gettext("The candidate stated “%(stated)s”. %(one)s says “%(said)s”.") % facts


def _titles(facts: Facts) -> str:
    return gettext("%(one)s says “%(first)s”, %(other)s says “%(second)s”, both for %(company)s.") % facts


def _same_network_and_device(facts: Facts) -> str:
    if facts["office"]:
        text = gettext(
            "%(one)s and %(other)s used the same network address and type of device. They share an "
            "employer, according to the candidate, so this is to be expected."
        )
    else:
        text = gettext("%(one)s and %(other)s used the same network address and type of device.")
    return text % facts


def _same_network(facts: Facts) -> str:
    if facts["office"]:
        text = gettext(
            "%(one)s and %(other)s used the same network address. They share an employer, according to "
            "the candidate, so this is to be expected."
        )
    else:
        text = gettext("%(one)s and %(other)s used the same network address, on different devices.")
    return text % facts


def _same_device(facts: Facts) -> str:
    text = gettext(
        "%(one)s and %(other)s used the same type of device, which appears in none of your other checks."
    )
    return text % facts


def _private_topics(facts: Facts) -> str:
    return gettext("What %(one)s wrote may touch on %(topics)s.") % {
        "one": facts["one"],
        "topics": named(facts["topics"]),
    }


def _in_words(seconds: int) -> str:
    if seconds < 120:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    return _minutes(seconds)


def _minutes(seconds: int) -> str:
    minutes = round(seconds / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    rules.MEMBER: _member,
    rules.DISPOSABLE: _disposable,
    rules.FREE: _free,
    rules.DOMAIN: _domain,
    rules.FAST: _fast,
    rules.ALIKE_TEXTS: _texts,
    rules.ALIKE_RATINGS: _ratings,
    rules.PRIVATE_TOPICS: _private_topics,
    rules.DATES_CORRECTED: _dates,
    rules.TITLE_CORRECTED: _title,
    rules.TITLES_DIFFER: _titles,
    rules.SAME_NETWORK_AND_DEVICE: _same_network_and_device,
    rules.SAME_NETWORK: _same_network,
    rules.SAME_DEVICE: _same_device,
}


def flags_of(check: Check) -> FlagList:
    referees = list(Referee.objects.of(check.organisation).select_related("request").filter(check_run=check))
    names, candidate = {referee.pk: referee.name for referee in referees}, _candidate(check)
    rows = (
        CheckFlag.objects.of(check.organisation)
        .select_related("dismissed_by__user")
        .filter(check_run=check)
        .order_by("pk")
    )
    return flag_list(
        (_displayed(row, names=names, candidate=candidate) for row in rows),
        checked=any(referee.deferred_at is not None or hasattr(referee, "request") for referee in referees),
    )


def displayed_flag(flag: CheckFlag) -> DisplayedFlag:
    referees = Referee.objects.of(flag.organisation).filter(check_run=flag.check_run)
    names = dict(referees.values_list("pk", "name"))
    return _displayed(flag, names=names, candidate=_candidate(flag.check_run))


def _candidate(check: Check) -> str:
    return check.step_request.application.candidate.name


def _displayed(flag: CheckFlag, *, names: Mapping[int, str], candidate: str) -> DisplayedFlag:
    people = [
        candidate if part == CANDIDATE else names.get(int(part)) or gettext("A referee")
        for part in flag.key.split(",")
    ]
    return display(flag, WORDS[flag.code], facts=sentence(flag.code, flag.facts, people))


dismiss_flag = dismissal_view(
    CheckFlag, application_lookup="check_run__step_request__application", displayed=displayed_flag
)
