import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0008_allowances_of_every_period"),
        ("registry", "0010_keys_expire"),
    ]

    operations = [
        migrations.CreateModel(
            name="MissedCodes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("unknown", models.PositiveBigIntegerField()),
                ("foreign", models.PositiveBigIntegerField()),
                ("last_at", models.DateTimeField()),
                ("last_guess", models.CharField(max_length=64)),
                ("repeats", models.PositiveBigIntegerField()),
                ("window_at", models.DateTimeField()),
                ("in_window", models.PositiveBigIntegerField()),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "organization", "day"),
                        name="one_tally_of_missed_codes_a_day",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        # The lock reads the tally; nothing looks for the rows of one account any more.
        migrations.RemoveIndex(model_name="lookup", name="missed_lookup_of_account"),
    ]
