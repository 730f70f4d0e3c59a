"""What is said of each kind of sign: what was found, what else it can come from, and what one can do.

Sentences of facts are in `sentences.py`. Each kind has innocent causes, and none has a verdict.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from goodword.references.signs import addresses, contradictions, devices, likeness, speed
from goodword.steps.signs.shown import Words

_HOW_TO_REACH = _(
    "Ask the company for the referee by a number or an address that you have found yourself, such as on its website."
)
_TALK = _("Talk to both. Ask each for their own example.")

WORDS: Mapping[str, Words] = {
    addresses.MEMBER: Words(
        _("An address from inside"),
        (
            _("The candidate has worked here, or with someone who works here now."),
            _("A former colleague has changed to your organisation."),
        ),
        _("Ask the referee how they know the candidate, and whether they have a part in this decision."),
    ),
    addresses.DISPOSABLE: Words(
        _("A disposable address"),
        (
            _("Some people give such an address to keep advertisements away."),
            _("The list of such domains can be wrong, or out of date."),
        ),
        _HOW_TO_REACH,
    ),
    addresses.FREE: Words(
        _("A private address"),
        (
            _("People who have left a company only have a private address."),
            _("Small firms and the self-employed often use one for work."),
            _("Some companies do not allow references from work addresses."),
        ),
        _HOW_TO_REACH,
    ),
    addresses.DOMAIN: Words(
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
    speed.CODE: Words(
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
    likeness.TEXTS: Words(
        _("Texts that are alike"),
        (
            _("Both may have used words that the candidate or a colleague sent them as a help."),
            _("Both may have used the same sample text or the same writing program."),
        ),
        _TALK,
    ),
    likeness.RATINGS: Words(
        _("The same ratings"),
        (
            _("Two people who saw the same work can well come to the same ratings."),
            _("With few levels to choose from, equal ratings come about by chance."),
        ),
        _("Read the texts of both. If these differ, there is most likely nothing in it."),
    ),
    contradictions.DATES: Words(
        _("Other dates than stated"),
        (
            _("Referees remember their own time with the candidate, and that can be shorter."),
            _("Months are easily mixed up years later."),
        ),
        _("Ask the candidate about the dates. A certificate or a contract settles it."),
    ),
    contradictions.TITLE: Words(
        _("Another job title than stated"),
        (
            _("Titles inside a company and on a CV often differ, or are translations."),
            _("The referee may remember the title of an earlier time."),
        ),
        _("Ask the candidate what their tasks were. A certificate or a contract settles the title."),
    ),
    contradictions.TITLES: Words(
        _("Two referees give different titles"),
        (
            _("The title changed while the two worked with the candidate."),
            _("One may have given the official title, the other what everybody said."),
        ),
        _("Ask the candidate which title was theirs, and when it changed."),
    ),
    devices.BOTH: Words(
        _("The same network and the same kind of device"),
        (
            _("People who share a home, or an office, can share network and computer."),
            _("A referee may have answered while visiting the candidate."),
            _("Mobile networks and privacy services give many people one address."),
        ),
        _TALK,
    ),
    devices.ADDRESS: Words(
        _("The same network"),
        (
            _("Colleagues in one office share one network address, and so do people in one home."),
            _("Mobile networks and privacy services give many people one address."),
        ),
        _TALK,
    ),
    devices.DEVICE: Words(
        _("The same kind of device"),
        (_("What a browser says of itself is the same for all devices of one kind and version."),),
        _("On its own this says little. Consider the rest."),
    ),
}
