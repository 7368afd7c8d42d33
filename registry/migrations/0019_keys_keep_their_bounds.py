from django.db import migrations

from registry.migrations._bounds import BOUNDS


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0018_more_storage_takes_two"),
    ]

    operations = [BOUNDS]
