from collections.abc import Mapping
from typing import Any

from django import template

from goodword.assessments.kinds.registry import kind_named
from goodword.notifications.domain.mail_texts import about_minutes

register = template.Library()


@register.filter
def mail_line(part: Mapping[str, Any]) -> str:
    """An untimed part in a mail. `part`: one of those that `overview.for_mails` returns."""
    return kind_named(part["kind"]).mail_line(part["title"], part["items"], about_minutes(part["minutes"]))
