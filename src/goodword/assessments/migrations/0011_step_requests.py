from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("assessments", "0010_invited_when_taken"), ("steps", "0004_step_requests")]

    operations = [migrations.RenameField("Attempt", "start", "step_request")]
