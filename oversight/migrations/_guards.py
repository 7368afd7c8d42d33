"""What was found and decided stays as it was, and firms are not shown it."""

from authorizations.migrations._guards import OF_OWN
from database.guards import always, append_only, at_commit, changes, frozen, refuse, see_all
from database.row_security import NOBODY, close, show_to_firm

GUARDS = [
    append_only("oversight_evaluation"),
    append_only("oversight_flagstep"),
    frozen(
        "oversight_flag",
        "uuid",
        "jurisdiction_id",
        "rule",
        "subject_kind",
        "subject_id",
        "authorization_id",
        "raised_at",
    ),
    show_to_firm("oversight_evaluation", OF_OWN),
    show_to_firm("oversight_flag", NOBODY),
    show_to_firm("oversight_flagstep", NOBODY),
]

# As the verbs leave a flag, so it must be found: its last steps say who proposed, who was drawn and
# who ended it. What was ended before, and not opened again since, is compared with its own steps.
FLAG_AGREES = f"""
DECLARE
    flag oversight_flag;
    opened integer;
    last oversight_flagstep;
    proposed oversight_flagstep;
    drawn oversight_flagstep;
    ended oversight_flagstep;
BEGIN
    SELECT * INTO flag FROM oversight_flag WHERE id = NEW.id;
    SELECT * INTO last FROM oversight_flagstep
        WHERE flag_id = flag.id ORDER BY sequence DESC LIMIT 1;
    IF (flag.state, flag.steps_count) IS DISTINCT FROM (last.state, last.sequence) THEN
        {refuse("a flag is in the state of its last step")}
    END IF;
    SELECT max(sequence) INTO opened FROM oversight_flagstep
        WHERE flag_id = flag.id AND kind IN ('raised', 'reopened');
    SELECT * INTO proposed FROM oversight_flagstep WHERE flag_id = flag.id
        AND sequence > opened AND kind = 'proposed' ORDER BY sequence DESC LIMIT 1;
    SELECT * INTO drawn FROM oversight_flagstep WHERE flag_id = flag.id
        AND sequence > opened AND kind = 'drawn' ORDER BY sequence DESC LIMIT 1;
    SELECT * INTO ended FROM oversight_flagstep WHERE flag_id = flag.id
        AND sequence > opened AND kind IN ('decided', 'agreed', 'overruled')
        ORDER BY sequence DESC LIMIT 1;
    IF (flag.proposed_by_id, flag.proposed_key_id, flag.proposed_outcome, flag.second_id)
        IS DISTINCT FROM (proposed.user_id, proposed.api_key_id,
            coalesce(proposed.data->>'outcome', ''), (drawn.data->>'officer')::bigint)
    THEN
        {refuse("who proposed and who was drawn is what the steps of the flag say")}
    END IF;
    IF (flag.decided_by_id, flag.decided_at) IS DISTINCT FROM (ended.user_id, ended.at)
        OR (flag.state IN ('explained', 'dismissed', 'confirmed')) <> (ended.id IS NOT NULL)
    THEN
        {refuse("who ended a flag is the person of its step")}
    END IF;
    IF ended.id IS NULL THEN RETURN NULL; END IF;
    IF NOT EXISTS (SELECT FROM registry_membership WHERE user_id = ended.user_id
        AND jurisdiction_id = flag.jurisdiction_id AND organization_id IS NULL
        AND (ended_at IS NULL OR ended_at >= ended.at))
    THEN
        {refuse("an officer ends a flag")}
    END IF;
    IF (flag.severity = 'high' OR proposed.id IS NOT NULL) AND (
        ended.kind = 'decided' OR drawn.data->>'officer' IS DISTINCT FROM ended.user_id::text
        OR num_nonnulls(proposed.user_id, proposed.api_key_id) IS DISTINCT FROM 1
        OR ended.user_id = coalesce(proposed.user_id,
            (SELECT sponsor_id FROM registry_apikey WHERE id = proposed.api_key_id)))
    THEN
        {refuse("the officer who was drawn ends what another proposed")}
    END IF;
    RETURN NULL;
END
"""
FLAG_IS_JUDGED = f"""
DECLARE
    flag oversight_flag;
    found jsonb;
    mine jsonb;
BEGIN
    SELECT * INTO flag FROM oversight_flag WHERE id = NEW.id;
    SELECT findings INTO found FROM oversight_evaluation
        WHERE authorization_id = flag.authorization_id ORDER BY id DESC LIMIT 1;
    mine := jsonb_build_object('rule', flag.rule, 'subject', flag.subject_kind);
    IF flag.subject_kind = 'sale' THEN
        mine := mine || jsonb_build_object('sale', flag.subject_id);
    END IF;
    IF (found IS NOT NULL AND found @> jsonb_build_array(mine)) IS DISTINCT FROM flag.holds THEN
        {refuse("a flag holds as long as the last evaluation finds it")}
    END IF;
    IF flag.holds AND NOT EXISTS (SELECT FROM jsonb_array_elements(found) AS one
        WHERE one @> mine AND one->>'severity' = flag.severity AND one->'evidence' = flag.evidence)
    THEN
        {refuse("a flag is as severe as the last evaluation found it")}
    END IF;
    IF NOT flag.holds AND NOT EXISTS (
        SELECT FROM (SELECT findings FROM oversight_evaluation
            WHERE authorization_id = flag.authorization_id
                AND findings @> jsonb_build_array(mine)
            ORDER BY id DESC LIMIT 1) last, jsonb_array_elements(last.findings) AS one
        WHERE one @> mine AND one->>'severity' = flag.severity AND one->'evidence' = flag.evidence)
    THEN
        {refuse("what is no longer found stays as it was last found")}
    END IF;
    RETURN NULL;
END
"""
DUTY_IS_DONE = f"""
BEGIN
    IF NOT EXISTS (SELECT FROM oversight_evaluation
        WHERE authorization_id = OLD.authorization_id AND version >= OLD.version
            AND evaluated_at >= OLD.due_at)
    THEN
        {refuse("a duty is removed once it is done")}
    END IF;
    RETURN OLD;
END
"""
BY_STEPS = (
    "state",
    "steps_count",
    "proposed_outcome",
    "proposed_by_id",
    "proposed_key_id",
    "second_id",
    "decided_by_id",
    "decided_at",
)
BY_EVALUATION = ("severity", "evidence", "holds")
# Added later: state and severity are not the application's to choose.
FLAG_GUARDS = [
    at_commit("oversight_flag", "begins_with_a_step", "AFTER INSERT", FLAG_AGREES),
    at_commit(
        "oversight_flag", "agrees_with_steps", "AFTER UPDATE", FLAG_AGREES, changes(*BY_STEPS)
    ),
    at_commit(
        "oversight_flag", "is_as_found", "AFTER UPDATE", FLAG_IS_JUDGED, changes(*BY_EVALUATION)
    ),
    always("authorizations_duty", "is_done", "BEFORE DELETE", DUTY_IS_DONE),
]
# Added later: who says nothing sees nothing, and guards see all whoever commits.
CLOSED = [
    *(
        see_all(f"oversight_flag_{name}")
        for name in ("begins_with_a_step", "agrees_with_steps", "is_as_found")
    ),
    see_all("authorizations_duty_is_done"),
    close("oversight_evaluation", OF_OWN),
    close("oversight_flag", NOBODY),
    close("oversight_flagstep", NOBODY),
]

# Whoever is drawn is none of the first's own, nor of a firm's side, and one of two at least. The
# body is that of two triggers: a row is not born with a second of its choice either.
SECOND_IS_APART = f"""
DECLARE
    flag oversight_flag;
    first bigint;
    drawn_at timestamptz;
    pool bigint[];
BEGIN
    SELECT * INTO flag FROM oversight_flag WHERE id = NEW.id;
    IF flag.second_id IS NULL THEN RETURN NULL; END IF;
    first := coalesce(flag.proposed_by_id,
        (SELECT sponsor_id FROM registry_apikey WHERE id = flag.proposed_key_id));
    SELECT at INTO drawn_at FROM oversight_flagstep
        WHERE flag_id = flag.id AND kind = 'drawn' ORDER BY sequence DESC LIMIT 1;
    SELECT array_agg(DISTINCT member.user_id) INTO pool FROM registry_membership member
    JOIN registry_user person ON person.id = member.user_id AND person.is_active
    LEFT JOIN registry_invitation invitation ON invitation.id = member.invitation_id
    LEFT JOIN registry_apikey key ON key.id = invitation.invited_key_id
    WHERE member.jurisdiction_id = flag.jurisdiction_id AND member.role = 'officer'
        AND member.ended_at IS NULL
        AND (first IS NULL OR first NOT IN (member.user_id, coalesce(invitation.invited_by_id, 0),
            coalesce(key.sponsor_id, 0)))
        AND NOT EXISTS (SELECT FROM registry_membership dealer
            WHERE dealer.user_id = member.user_id
                AND dealer.organization_id IN (flag.buyer_id, flag.seller_id)
                AND (dealer.ended_at IS NULL OR dealer.ended_at > drawn_at - interval '730 days'));
    IF coalesce(cardinality(pool), 0) < 2 OR NOT flag.second_id = ANY (pool) THEN
        {refuse("a second is drawn from two others at least, none of them the first’s or a firm’s")}
    END IF;
    RETURN NULL;
END
"""
DRAW_GUARDS = [
    at_commit(
        "oversight_flag",
        "second_is_apart",
        "AFTER UPDATE",
        SECOND_IS_APART,
        f"NEW.second_id IS NOT NULL AND ({changes('second_id')})",
    ),
    at_commit(
        "oversight_flag",
        "begins_with_no_second",
        "AFTER INSERT",
        SECOND_IS_APART,
        "NEW.second_id IS NOT NULL",
    ),
    see_all("oversight_flag_second_is_apart"),
    see_all("oversight_flag_begins_with_no_second"),
]
