import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("references", "0012_step_requests")]

    operations = [
        migrations.RenameModel("Sign", "CheckFlag"),
        migrations.RemoveConstraint("CheckFlag", "sign_once"),
        migrations.AlterField(
            "CheckFlag",
            "check_run",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="references.check"
            ),
        ),
        migrations.AlterField(
            "CheckFlag",
            "referee",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="flags",
                to="references.referee",
            ),
        ),
        migrations.AddConstraint(
            "CheckFlag",
            models.UniqueConstraint(fields=("check_run", "code", "key"), name="check_flag_once"),
        ),
    ]
