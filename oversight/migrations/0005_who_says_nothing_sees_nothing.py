from django.db import migrations

from oversight.migrations._guards import CLOSED


class Migration(migrations.Migration):
    """A session that has not said for whom it works is shown no rows of firms."""

    dependencies = [
        ("oversight", "0004_flags_agree_with_their_steps"),
        ("authorizations", "0010_who_says_nothing_sees_nothing"),
    ]

    operations = [*CLOSED]
