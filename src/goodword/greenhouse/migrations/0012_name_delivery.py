import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("greenhouse", "0011_name_activity_feed_note")]

    operations = [
        migrations.RemoveConstraint("inboxevent", "inbox_event_once"),
        migrations.RenameModel("InboxEvent", "Delivery"),
        migrations.AlterField(
            "delivery",
            "connection",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="greenhouse.connection",
            ),
        ),
        migrations.AddConstraint(
            "delivery", models.UniqueConstraint(fields=["connection", "event_id"], name="delivery_once")
        ),
    ]
