"""The three steps on top of the wizard, with what was chosen."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from goodword.greenhouse.setup.catalogue import Job
from goodword.roles.models import Role


def stepper(
    role: Role, *, at: int, job: Job | None = None, stages: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """For the component: `at` counts from 0; earlier steps are links back."""
    query = f"?job={job.id}" if job else ""
    slug = role.organisation.slug
    rows = [
        (
            _("Choose the Greenhouse job"),
            "role_automation",
            " · ".join([job.name, *job.details[:1]]) if job else "",
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
