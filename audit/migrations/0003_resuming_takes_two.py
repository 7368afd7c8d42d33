import django.db.models.deletion
from django.db import migrations, models

from audit.migrations._guards import ACCEPTED_UNTIL_NOW, RESUMING_TAKES_TWO


class Migration(migrations.Migration):
    """Codes are issued again, and what is broken is accepted, by two people."""

    dependencies = [
        ("audit", "0002_violations_are_kept"),
        ("registry", "0019_keys_keep_their_bounds"),
    ]

    operations = [
        migrations.AddField(
            model_name="violation",
            name="resuming",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.proposal",
            ),
        ),
        migrations.AddField(
            model_name="violation",
            name="accepted_by_one",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        ACCEPTED_UNTIL_NOW,
        migrations.AddConstraint(
            model_name="violation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_at__isnull", True),
                    ("resuming__isnull", False),
                    ("accepted_by_one", True),
                    _connector="OR",
                ),
                name="two_people_accept_a_violation",
            ),
        ),
        *RESUMING_TAKES_TWO,
    ]
