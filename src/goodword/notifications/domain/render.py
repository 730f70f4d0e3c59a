"""From a queued row to the words of a mail, in the recipient's language, text and HTML."""

import re
from dataclasses import dataclass

from css_inline import CSSInliner
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils import translation

from goodword.notifications.models import Email

REDACTED = "[link]"

#: keeps the rules for dark screens, which cannot stand in an element, and fetches nothing
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Rendered:
    """A mail's subject and both parts."""

    subject: str
    text: str
    html: str


def render(email: Email, *, link: str) -> Rendered:
    """Render the mail with this link (an empty one where it carries none).

    The text template's first line is the subject, after "Subject:". Text is not escaped, HTML is.
    """
    context = {**email.context, "link": link, "button_url": link, "language": email.language}
    with translation.override(email.language):
        text = _render(f"{email.template}.txt", context, autoescape=False)
        head, _, body = text.lstrip().partition("\n")
        subject = " ".join(head.removeprefix("Subject:").split())[:300]
        html = _render(f"{email.template}.html", {**context, "subject": subject}, autoescape=True)
    body = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
    return Rendered(subject=subject, text=body, html=_INLINER.inline(html))


def redact(rendered: Rendered, *, link: str) -> Rendered:
    """The same without the secret, for the delivery log."""
    if not link:
        return rendered
    return Rendered(
        subject=rendered.subject,
        text=rendered.text.replace(link, REDACTED),
        html=rendered.html.replace(link, REDACTED),
    )


def _render(name: str, context: dict[str, object], *, autoescape: bool) -> str:
    template = get_template(name)
    assert isinstance(template, Template)
    return str(template.template.render(Context(context, autoescape=autoescape)))
