from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workflow", "0003_wait_for_publication")]

    operations = [
        migrations.RenameField(model_name="steprequest", old_name="waits_for", new_name="waiting_reason"),
    ]
