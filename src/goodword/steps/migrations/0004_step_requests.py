"""StepStart becomes StepRequest.

The apps that refer to it come first, because they were written for the earlier name.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0010_invited_when_taken"),
        ("candidates", "0007_chosen_language"),
        ("references", "0011_blank_erased_referees"),
        ("reports", "0006_runs_of_earlier_reports"),
        ("roles", "0007_no_number_of_referees"),
        ("steps", "0003_links_in_names"),
    ]

    operations = [
        migrations.RenameModel("StepStart", "StepRequest"),
        migrations.AlterField(
            "StepRequest",
            "application",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="step_requests",
                to="candidates.application",
            ),
        ),
        migrations.AlterField(
            "StepRequest",
            "step",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="step_requests", to="roles.step"
            ),
        ),
        migrations.RemoveConstraint("StepRequest", "start_once"),
        migrations.AddConstraint(
            "StepRequest",
            models.UniqueConstraint(fields=["application", "step"], name="step_request_once"),
        ),
        migrations.RenameIndex("StepRequest", new_name="step_request_due", old_name="start_due"),
    ]
