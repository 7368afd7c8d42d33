"""Sales are looked for by the keys of their papers, no longer by what was typed."""

from django.db import migrations, models
from django.db.models import Q


def index(document: str) -> migrations.RunSQL:
    """Without a lock on the table; one that an interrupted try left behind is built anew."""
    key, name = f"{document}_key", f"sale_by_{document}_key"
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    create = f"""CREATE INDEX CONCURRENTLY {name}
        ON authorizations_sale (seller_id, {key}) WHERE NOT ({key} = '')"""
    added = migrations.AddIndex(
        "sale", models.Index(fields=["seller", key], condition=~Q(**{key: ""}), name=name)
    )
    return migrations.RunSQL([drop, create], [drop], [added])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("authorizations", "0006_fill_document_keys")]

    operations = [
        index("invoice"),
        index("guide"),
        migrations.RemoveIndex("sale", "sale_by_invoice"),
        migrations.RemoveIndex("sale", "sale_by_guide"),
    ]
