from django.db import migrations

from registry.migrations._guards import GUARDS_OF_CREDENTIALS


class Migration(migrations.Migration):
    """Keys, addresses, factors and firms stay whose and what they are."""

    dependencies = [
        ("registry", "0008_sessions_of_a_person_end"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [*GUARDS_OF_CREDENTIALS]
