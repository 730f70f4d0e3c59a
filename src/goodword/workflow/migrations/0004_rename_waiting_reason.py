from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0003_wait_for_publication")]

    operations = [
        migrations.RenameField(model_name="steprequest", old_name="waits_for", new_name="waiting_reason"),
        migrations.AlterField(
            model_name="steprequest",
            name="waiting_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Nothing"),
                    ("delay", "Delay"),
                    ("no_address", "No Address"),
                    ("may_not_email", "May Not Email"),
                    ("prospect", "Prospect"),
                    ("link_in_name", "Suspicious Name"),
                    ("unpublished", "Unpublished"),
                    ("reuse", "Reuse"),
                    ("click", "Click"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]
