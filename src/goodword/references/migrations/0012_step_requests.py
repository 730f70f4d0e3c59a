from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("references", "0011_blank_erased_referees"), ("steps", "0004_step_requests")]

    operations = [
        migrations.RemoveConstraint("Check", "check_unfinished_once"),
        migrations.RenameField("Check", "start", "step_request"),
        migrations.AddConstraint(
            "Check",
            models.UniqueConstraint(
                condition=models.Q(("progress__in", ["pending", "in_progress"])),
                fields=("step_request",),
                name="check_unfinished_once",
            ),
        ),
    ]
