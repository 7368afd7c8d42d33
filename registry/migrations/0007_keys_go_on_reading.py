from django.db import migrations

# A key that enters and decides has read codes and sales without a scope for it. What only reads
# flags, or reports positions, had no business there and reads no more than its scopes say.
GO_ON = """
UPDATE registry_apikey SET scopes = scopes || ARRAY['trade:read']::varchar(20)[]
WHERE organization_id IS NULL AND revoked_at IS NULL AND 'registry:write' = ANY (scopes)
    AND NOT 'trade:read' = ANY (scopes)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_proposals"),
    ]

    operations = [migrations.RunSQL(GO_ON, migrations.RunSQL.noop)]
