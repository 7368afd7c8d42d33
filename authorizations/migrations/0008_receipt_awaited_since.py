from django.db import migrations, models

NOTE = """
UPDATE authorizations_authorization row SET receipt_awaited_since = awaited.since
FROM (
    SELECT sale.authorization_id, min(greatest(sale.sold_at, sale.recorded_at)) AS since
    FROM authorizations_sale sale
    LEFT JOIN authorizations_receipt receipt ON receipt.sale_id = sale.id
    LEFT JOIN LATERAL (SELECT is_void FROM authorizations_sale WHERE root_id = sale.id
        ORDER BY version DESC LIMIT 1) last ON true
    WHERE sale.root_id IS NULL AND receipt.id IS NULL AND last.is_void IS NOT TRUE
    GROUP BY sale.authorization_id
) awaited
WHERE awaited.authorization_id = row.id
"""


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0007_day_list_index")]
    operations = [
        migrations.AddField(
            model_name="authorization",
            name="receipt_awaited_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(NOTE, migrations.RunSQL.noop),
    ]
