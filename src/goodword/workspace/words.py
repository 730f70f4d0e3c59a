"""What is said of an act that was done."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.references.domain.remind_now import Reminded


def reminded(done: Reminded) -> str:
    """Of a reminder by hand: how many are left, and that the hour is a person's choice."""
    values = {"n": done.left}
    if done.out_of_hours:
        return (
            ngettext(
                "The reminder is sent now, outside working hours, because you asked for it. %(n)s is left.",
                "The reminder is sent now, outside working hours, because you asked for it. %(n)s are left.",
                done.left,
            )
            % values
            if done.left
            else _(
                "The reminder is sent now, outside working hours, because you asked for it. It was the last one."
            )
        )
    if not done.left:
        return _("The reminder is on its way. It was the last of those that were promised.")
    return (
        ngettext(
            "The reminder is on its way. %(n)s of those promised is left.",
            "The reminder is on its way. %(n)s of those promised are left.",
            done.left,
        )
        % values
    )
