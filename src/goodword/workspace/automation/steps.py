"""The three steps on top of the wizard, with what was chosen."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from goodword.roles.models import Role
from goodword.workspace.automation.accounts import Choice


def stepper(
    role: Role, *, at: int, choice: Choice | None = None, stages: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """For the component: `at` counts from 0; earlier steps are links back."""
    query = "?" + urlencode({"job": choice.key}) if choice else ""
    slug = role.organisation.slug
    rows = [
        (
            _("Choose the Greenhouse job"),
            "role_automation",
            " · ".join([choice.job.name, *choice.job.details[:1]]) if choice else "",
        ),
        (_("Connect the stages"), "role_automation_stages", ", ".join(stages)),
        (_("Review and confirm"), "role_automation_review", ""),
    ]
    return [
        {
            "label": label,
            "state": "done" if place < at else "current" if place == at else "todo",
            "value": value,
            "url": reverse(name, args=[slug, role.pk]) + query,
        }
        for place, (label, name, value) in enumerate(rows)
    ]
