from django.db import migrations

from oversight.migrations._guards import DRAW_GUARDS


class Migration(migrations.Migration):
    """A second is drawn from two other officers at least, apart from the first and the firms."""

    dependencies = [("oversight", "0005_who_says_nothing_sees_nothing")]

    operations = [*DRAW_GUARDS]
