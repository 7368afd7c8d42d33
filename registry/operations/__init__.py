"""The register's verbs."""

from registry.operations.amendments import (
    amend_driver,
    amend_site,
    amend_vehicle,
    retire,
)
from registry.operations.factors import note_factor_change, seal_factors
from registry.operations.firms import add_organization
from registry.operations.invitations import invite, invite_first_officer
from registry.operations.keys import KeyTerms, issue_api_key, revoke_api_key
from registry.operations.licenses import (
    grant_license,
    propose_reinstatement,
    revoke_license,
    suspend_license,
)
from registry.operations.memberships import end_membership, propose_end_of_officer
from registry.operations.people import accept_invitation, join
from registry.operations.permits import grant_permit
from registry.operations.places import add_driver, add_site, add_vehicle
from registry.operations.products import add_product, propose_product_version
from registry.operations.recoveries import (
    ask_recovery,
    find_recovery,
    finish_recoveries,
    recover_at_console,
    stop_recovery,
)
from registry.operations.sessions import (
    begin_session,
    end_other_sessions,
    end_session,
    live_sessions_of,
    sign_out_person,
)

__all__ = [
    "KeyTerms",
    "accept_invitation",
    "add_driver",
    "add_organization",
    "add_product",
    "add_site",
    "add_vehicle",
    "amend_driver",
    "amend_site",
    "amend_vehicle",
    "ask_recovery",
    "begin_session",
    "end_membership",
    "end_other_sessions",
    "end_session",
    "find_recovery",
    "finish_recoveries",
    "grant_license",
    "grant_permit",
    "invite",
    "invite_first_officer",
    "issue_api_key",
    "join",
    "live_sessions_of",
    "note_factor_change",
    "propose_end_of_officer",
    "propose_product_version",
    "propose_reinstatement",
    "recover_at_console",
    "retire",
    "revoke_api_key",
    "revoke_license",
    "seal_factors",
    "sign_out_person",
    "stop_recovery",
    "suspend_license",
]
