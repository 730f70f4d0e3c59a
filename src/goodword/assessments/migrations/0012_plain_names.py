from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("assessments", "0011_step_requests")]

    operations = [
        migrations.RenameField("adjustment", "may_tell", "may_disclose"),
        migrations.RenameField("adjustment", "wants_form", "wants_accessible_version"),
        migrations.RenameField("adjustment", "other_form", "accessible_version"),
        migrations.RenameField("assessment", "tells_candidate", "shares_result"),
    ]
