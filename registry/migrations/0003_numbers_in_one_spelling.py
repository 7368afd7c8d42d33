"""Numbers and search texts as they are written from now on."""

from django.db import migrations

# The search text is folded already: only what folding has come to leave out is left to remove.
SEARCH = """
UPDATE registry_organization SET search_text = regexp_replace(search_text, {signs}, '', 'g')
WHERE search_text ~ {signs}
"""
SIGNS = (
    "'[''`´ʹʻʼʽˈ‘’‛′\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\u2800\ufe00-\ufe0f\ufeff]'"
)
# Colombian and Paraguayan numbers are kept without their check digit. Those of a form that may
# as well have none stay as they are.
CHECK_DIGITS = """
WITH changed AS (
    SELECT id, jurisdiction_id, tax_id, left(tax_id, -1) AS base FROM registry_organization
    WHERE tax_id ~ '^CO:([02-9][0-9]{9}|1[0-9]{10})$' OR tax_id ~ '^PY:[0-9]{9}$'
)
UPDATE registry_organization firm
SET tax_id = base, search_text = replace(search_text, lower(changed.tax_id), lower(base))
FROM changed
WHERE firm.id = changed.id AND NOT EXISTS (
    SELECT FROM registry_organization other
    WHERE other.jurisdiction_id = changed.jurisdiction_id AND other.tax_id = base)
"""
# A license with the end of a line in its number could not be reached by its address.
LICENSES = """
ALTER TABLE registry_license DISABLE TRIGGER columns_are_kept;
UPDATE registry_license license
SET number = btrim(regexp_replace(number, '[\\n\\r\\t\\v\\f\\u0085\\u2028\\u2029]+', ' ', 'g'))
WHERE number ~ '[\\n\\r\\t\\v\\f\\u0085\\u2028\\u2029]' AND NOT EXISTS (
    SELECT FROM registry_license other
    WHERE other.jurisdiction_id = license.jurisdiction_id AND other.number =
        btrim(regexp_replace(
            license.number, '[\\n\\r\\t\\v\\f\\u0085\\u2028\\u2029]+', ' ', 'g')));
ALTER TABLE registry_license ENABLE ALWAYS TRIGGER columns_are_kept;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_product_proposals")]

    operations = [
        migrations.RunSQL(SEARCH.format(signs=SIGNS), migrations.RunSQL.noop),
        migrations.RunSQL(CHECK_DIGITS, migrations.RunSQL.noop),
        migrations.RunSQL(LICENSES, migrations.RunSQL.noop),
    ]
