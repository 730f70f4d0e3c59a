from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("roles", "0006_slots_of_before")]
    operations = [migrations.RemoveField(model_name="step", name="referees")]
