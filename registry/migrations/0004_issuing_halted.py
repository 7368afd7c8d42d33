from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_cache")]

    operations = [
        migrations.AddField(
            "jurisdiction",
            "issuing_halted_at",
            models.DateTimeField(null=True, editable=False),
        ),
    ]
