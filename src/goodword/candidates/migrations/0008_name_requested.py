from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("candidates", "0007_chosen_language")]

    operations = [
        migrations.RenameField("erasure", "asked_by", "requested_by"),
        migrations.RenameField("erasure", "said_at", "requested_at"),
    ]
