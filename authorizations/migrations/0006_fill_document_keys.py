"""The numbers of papers that stand, in the form in which they are compared.

A batch at a time, so that sales are recorded meanwhile; interrupted, it begins where it stopped.
"""

import re
import unicodedata
from typing import Any

from django.db import migrations, transaction

BATCH = 5000
UNFILLED = """
SELECT id, invoice, guide FROM authorizations_sale
WHERE id > %s AND invoice_key = '' AND guide_key = '' AND (invoice <> '' OR guide <> '')
ORDER BY id LIMIT %s
"""
FILL = """
UPDATE authorizations_sale sale SET invoice_key = filled.invoice, guide_key = filled.guide
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS filled(id, invoice, guide)
WHERE sale.id = filled.id
"""
# What was reported stays; the guard is open to this transaction alone.
OPEN = "ALTER TABLE authorizations_sale DISABLE TRIGGER rows_are_kept"
SHUT = "ALTER TABLE authorizations_sale ENABLE ALWAYS TRIGGER rows_are_kept"

# As in authorizations/document_numbers.py when this was written.
SIGNS = str.maketrans({"№": "N°", "º": "°"})
NUMBER_SIGN = re.compile(
    r"N\s*\.?\s*°|(?<![A-Z0-9])N(?:RO)?\s*[.:]|(?<![A-Z0-9])GUIA\s+DE\s+[A-Z]+(?![A-Z0-9])"
)
WORD = re.compile(r"[^\W_]+")
LABEL = re.compile(
    r"NO|NRO|NR|NUM|NUMERO|NUMBER|SERIES?|FACTURA|FACT|FAC|BOLETA|INVOICE|INV|DOC|DOCUMENTO"
    r"|GUIA|GUIDE|GRE|GR|REMISION|REMITENTE|TRANSPORTISTA|ELECTRONICA"
)
GLUED = re.compile(r"(?<![A-Z0-9])([A-Z][A-Z0-9]{3})([0-9]{8})(?![A-Z0-9])")
GROUP = re.compile(r"[^\W\d_]+|\d+")


def key_of(number: str) -> str:
    decomposed = unicodedata.normalize("NFKD", number.translate(SIGNS))
    seen = (sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cf"))
    text = GLUED.sub(r"\1-\2", NUMBER_SIGN.sub(" ", "".join(seen).upper()))
    words = [word for word in WORD.findall(text) if not LABEL.fullmatch(word)]
    groups = [group for word in words for group in GROUP.findall(word)]
    plain = [str(int(group)) if group.isdecimal() else group for group in groups]
    if not any(group.isdecimal() and group != "0" for group in plain):
        return ""
    return "-".join(plain)[:200]


def fill(_apps: Any, editor: Any) -> None:
    last, rows = 0, [()]
    with editor.connection.cursor() as cursor:
        while rows:
            cursor.execute(UNFILLED, [last, BATCH])
            rows = cursor.fetchall()
            if rows:
                ids, invoices, guides = zip(*rows, strict=True)
                keys = [[key_of(number) for number in numbers] for numbers in (invoices, guides)]
                with transaction.atomic(using=editor.connection.alias):
                    cursor.execute(OPEN)
                    cursor.execute(FILL, [list(ids), *keys])
                    cursor.execute(SHUT)
                last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("authorizations", "0005_sale_document_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
