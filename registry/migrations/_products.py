"""A jurisdiction's products since they take two people: their guard, and what waited before."""

from django.db.migrations import RunSQL

from database.guards import always

# The twin of registry/operations/products.py.
PRODUCT_TAKES_TWO = """
DECLARE
    substance precursors_precursor;
BEGIN
    IF NEW.jurisdiction_code = '' THEN RETURN NEW; END IF;
    SELECT * INTO substance FROM precursors_precursor WHERE id = NEW.precursor_id;
    IF NEW.version = 1 AND (NEW.counts_whole OR NEW.concentration_percent >= 100)
        AND (NEW.density_kg_per_l IS NULL OR NEW.density_kg_per_l >= substance.density_kg_per_l)
    THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM registry_proposal agreed
        JOIN registry_jurisdiction home ON home.id = agreed.jurisdiction_id
        WHERE agreed.state = 'approved' AND home.code = NEW.jurisdiction_code
            AND (NEW.version = 1 AND agreed.act = 'product.add'
                    AND agreed.subject_kind = 'precursor' AND agreed.subject_id = NEW.precursor_id
                OR NEW.version > 1 AND agreed.act = 'product.version'
                    AND agreed.subject_kind = 'product' AND agreed.subject_id = (
                        SELECT id FROM precursors_product before
                        WHERE before.jurisdiction_code = NEW.jurisdiction_code
                            AND before.code = NEW.code AND before.version = NEW.version - 1
                            AND before.precursor_id = NEW.precursor_id))
            AND agreed.terms ->> 'product' = NEW.code
            AND agreed.terms ->> 'name' = NEW.name_en
            AND (agreed.terms ->> 'concentration_percent')::numeric = NEW.concentration_percent
            AND (agreed.terms ->> 'density_kg_per_l')::numeric
                IS NOT DISTINCT FROM NEW.density_kg_per_l
            AND (agreed.terms ->> 'counts_whole')::boolean = NEW.counts_whole
            AND (agreed.terms ->> 'oleum')::boolean = NEW.oleum)
    THEN
        RAISE EXCEPTION 'what a product contains is told by two officers'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
TOLD = """jsonb_build_object('product', product.code, 'precursor', precursor.code,
    'name', {0}.{1}, 'concentration_percent', trim_scale({0}.concentration_percent)::text,
    'density_kg_per_l', trim_scale({0}.density_kg_per_l)::text,
    'counts_whole', {0}.counts_whole, 'oleum', {0}.oleum)"""
VERSIONS_BECOME_PROPOSALS = f"""
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE registry_proposal DISABLE TRIGGER decided_by_another;
INSERT INTO registry_proposal (uuid, jurisdiction_id, act, subject_kind, subject_id, about, terms,
    before, reason, proposed_at, proposed_by_id, proposed_key_id, sponsor_id, expires_at, state,
    decided_at, decided_by_id, note)
SELECT old.uuid, old.jurisdiction_id, 'product.version', 'product', old.product_id, '',
    {TOLD.format("old", "name")} || jsonb_build_object('effective_from',
        to_char(old.effective_from AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')),
    {TOLD.format("product", "name_en")}, '', old.proposed_at, old.proposed_by_id,
    old.proposed_key_id, old.proposed_by_id, old.expires_at,
    CASE WHEN old.approved_at IS NOT NULL THEN 'approved'
        WHEN old.refused_at IS NOT NULL THEN 'refused' ELSE 'proposed' END,
    coalesce(old.approved_at, old.refused_at), old.approved_by_id, ''
FROM registry_productproposal old
JOIN precursors_product product ON product.id = old.product_id
JOIN precursors_precursor precursor ON precursor.id = product.precursor_id
ORDER BY old.id;
ALTER TABLE registry_proposal ENABLE ALWAYS TRIGGER decided_by_another;
"""
PRODUCTS_TAKE_TWO = [
    RunSQL(VERSIONS_BECOME_PROPOSALS, RunSQL.noop),
    always("precursors_product", "takes_two", "BEFORE INSERT", PRODUCT_TAKES_TWO),
]
