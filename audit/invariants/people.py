"""Invariant 11: people come, go and decide by two, each on one side."""

from audit.invariants.question import EVERYTHING, Question

OWN = (
    Question(
        11,
        "nobody acts for the authority and for a firm",
        EVERYTHING,
        """
        SELECT 'user ' || officer.user_id FROM registry_membership officer
        JOIN registry_membership dealer ON dealer.user_id = officer.user_id
            AND dealer.jurisdiction_id = officer.jurisdiction_id
        WHERE officer.organization_id IS NULL AND dealer.organization_id IS NOT NULL
            AND officer.ended_at IS NULL AND dealer.ended_at IS NULL
        """,
    ),
    # What ended before it took two was marked so when the column came.
    Question(
        11,
        "an officer leaves by two officers or by their own word",
        EVERYTHING,
        """
        SELECT 'membership ' || left_office.id FROM registry_membership left_office
        LEFT JOIN registry_proposal ending ON ending.id = left_office.ending_id
            AND ending.act = 'officer.end' AND ending.subject_id = left_office.id
            AND ending.state = 'approved' AND ending.decided_by_id IS NOT NULL
            AND ending.decided_by_id IS DISTINCT FROM ending.sponsor_id
            AND ending.decided_by_id <> left_office.user_id
        WHERE left_office.role = 'officer' AND left_office.ended_at IS NOT NULL
            AND CASE left_office.ended_how
                WHEN 'before' THEN false
                WHEN 'approved' THEN ending.id IS NULL
                WHEN 'resigned' THEN NOT EXISTS (SELECT FROM registry_event
                    WHERE subject_kind = 'membership' AND subject_id = left_office.id
                        AND kind = 'membership.ended' AND user_id = left_office.user_id)
                ELSE true END
        """,
    ),
    Question(
        11,
        "nobody of the firm ends its flag",
        "step",
        """
        SELECT row.id FROM {rows} row
        JOIN oversight_flag flag ON flag.id = row.flag_id
        JOIN registry_membership own ON own.user_id = row.user_id
            AND own.organization_id IN (flag.buyer_id, flag.seller_id)
            AND (own.ended_at IS NULL OR own.ended_at > row.at - interval '730 days')
        WHERE row.kind IN ('decided', 'agreed', 'overruled')
        """,
    ),
)
