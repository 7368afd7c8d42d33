from django.db import migrations

from audit.migrations._guards import GUARDS


class Migration(migrations.Migration):
    """A violation is accepted only where the issue of codes is resumed."""

    dependencies = [
        ("audit", "0001_initial"),
        ("registry", "0006_proposals"),
    ]

    operations = [*GUARDS]
