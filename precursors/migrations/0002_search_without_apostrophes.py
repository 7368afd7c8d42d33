"""Search texts and sort keys without apostrophes, as `precursors.search` folds from now on."""

from django.db import migrations

COLUMNS = ("search_text", "sort_en", "sort_es")
KEEP_VERSIONS = "ALTER TABLE precursors_product ENABLE ALWAYS TRIGGER product_version_is_kept"
SIGNS = "'[''`´ʹʻʼʽˈ‘’‛′]'"


def without_apostrophes(table: str) -> migrations.RunSQL:
    changes = ", ".join(f"{c} = regexp_replace({c}, {SIGNS}, '', 'g')" for c in COLUMNS)
    return migrations.RunSQL(
        f"UPDATE {table} SET {changes} WHERE search_text ~ {SIGNS}", migrations.RunSQL.noop
    )


class Migration(migrations.Migration):
    dependencies = [("precursors", "0001_catalogue")]

    operations = [
        without_apostrophes("precursors_precursor"),
        migrations.RunSQL(
            "ALTER TABLE precursors_product DISABLE TRIGGER product_version_is_kept",
            KEEP_VERSIONS,
        ),
        without_apostrophes("precursors_product"),
        migrations.RunSQL(
            KEEP_VERSIONS,
            "ALTER TABLE precursors_product DISABLE TRIGGER product_version_is_kept",
        ),
    ]
