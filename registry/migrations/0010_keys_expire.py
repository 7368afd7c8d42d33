import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Keys that are there live as long as one that is made today; each answer tells it in time.
FILL = """
UPDATE registry_apikey SET expires_at = clock_timestamp() + interval '365 days'
WHERE expires_at IS NULL AND revoked_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0009_credentials_are_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="addresses",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="requests_a_minute",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_from",
            field=models.GenericIPAddressField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="KeyWindow",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="window",
                        serialize=False,
                        to="registry.apikey",
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("taken", models.IntegerField()),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
