from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_runs_of_earlier_reports"), ("steps", "0004_step_requests")]

    operations = [
        migrations.RemoveConstraint("Report", "report_version_once"),
        migrations.RenameField("Report", "start", "step_request"),
        migrations.AddConstraint(
            "Report",
            models.UniqueConstraint(fields=("step_request", "version"), name="report_version_once"),
        ),
    ]
