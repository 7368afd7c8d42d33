from django.db import migrations

from authorizations.migrations._guards import CLOSED


class Migration(migrations.Migration):
    """A session that has not said for whom it works is shown no rows of firms."""

    dependencies = [
        ("authorizations", "0009_missed_codes"),
        ("registry", "0014_who_says_nothing_sees_nothing"),
    ]

    operations = [*CLOSED]
