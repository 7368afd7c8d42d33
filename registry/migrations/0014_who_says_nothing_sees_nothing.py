from django.db import migrations

from registry.migrations._guards import CLOSED


class Migration(migrations.Migration):
    """A session that has not said for whom it works is shown no rows of firms."""

    dependencies = [
        ("registry", "0013_recoveries"),
    ]

    operations = [*CLOSED]
