from typing import Any

from django import template
from django.template import Context

from goodword.notifications.domain.mail_texts import filled, filled_html, standard_text

register = template.Library()


@register.simple_tag(takes_context=True)
def mail_text(context: Context, part: str) -> str:
    """A part of the mail, in the organisation's wording or the standard one; in HTML as paragraphs."""
    values: dict[str, Any] = context.flatten()  # type: ignore[assignment]  # its keys are texts
    text = values.get("texts", {}).get(part) or standard_text(values["mail_template"], part)
    return filled_html(text, values) if context.autoescape else filled(text, values)
