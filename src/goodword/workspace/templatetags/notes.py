"""Template tag for failed notes on the Activity Feed."""

from django import template

from goodword.greenhouse.activity_feed.outcomes import FailureHelp, help_for
from goodword.greenhouse.models import ActivityFeedNote

register = template.Library()


@register.simple_tag
def end(post: ActivityFeedNote) -> FailureHelp:
    """The meaning of a failure, and the actions that help."""
    return help_for(post)
