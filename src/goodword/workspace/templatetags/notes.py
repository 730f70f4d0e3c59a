"""How a note on the Activity Feed ended, for templates."""

from django import template

from goodword.greenhouse.feed.trouble import End, end_of
from goodword.greenhouse.models import FeedPost

register = template.Library()


@register.simple_tag
def end(post: FeedPost) -> End:
    """What the failure of a note means, and which buttons it has."""
    return end_of(post)
