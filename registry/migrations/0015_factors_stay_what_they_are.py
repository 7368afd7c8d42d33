from django.db import migrations

from registry.migrations._guards import FACTOR_GUARD


class Migration(migrations.Migration):
    """Nobody's passkey or secret is exchanged for another where it stands."""

    dependencies = [
        ("registry", "0014_who_says_nothing_sees_nothing"),
    ]

    operations = [FACTOR_GUARD]
