import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0012_plain_names")]

    operations = [
        migrations.RenameModel("AttemptSign", "AttemptFlag"),
        migrations.RemoveConstraint("AttemptFlag", "attempt_sign_once"),
        migrations.AlterField(
            "AttemptFlag",
            "attempt",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="assessments.attempt"
            ),
        ),
        migrations.AddConstraint(
            "AttemptFlag",
            models.UniqueConstraint(fields=("attempt", "code", "key"), name="attempt_flag_once"),
        ),
    ]
