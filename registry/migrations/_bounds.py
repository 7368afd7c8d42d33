"""What a key decides at once stays within the bounds that two officers set on it."""

from database.guards import always

KEY_KEEPS_ITS_BOUNDS = """
BEGIN
    IF NEW.state = 'approved' AND EXISTS (
        SELECT FROM registry_apikey key WHERE key.id = NEW.decided_key_id AND (
            greatest((NEW.terms ->> 'limit_kg')::numeric,
                (NEW.terms ->> 'automatic_limit_kg')::numeric,
                (NEW.terms ->> 'storage_limit_kg')::numeric) > key.largest_limit_kg
            OR (SELECT count(*) FROM registry_proposal earlier
                WHERE earlier.decided_key_id = key.id
                    AND earlier.decided_at > NEW.decided_at - interval '1 day') >= key.acts_a_day))
    THEN
        RAISE EXCEPTION 'a key decides within its bounds'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
BOUNDS = always("registry_proposal", "within_bounds", "BEFORE INSERT", KEY_KEEPS_ITS_BOUNDS)
