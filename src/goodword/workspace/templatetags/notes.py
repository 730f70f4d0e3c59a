from django import template

from goodword.greenhouse.activity_feed.outcomes import FailureHelp, help_for
from goodword.greenhouse.models import ActivityFeedNote

register = template.Library()


@register.simple_tag
def end(post: ActivityFeedNote) -> FailureHelp:
    return help_for(post)
