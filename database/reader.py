"""What the role for reports (READER_ROLE) reads: these columns, and no others.

No code, by which goods could be had, and no person: names, addresses, documents, or texts that
people wrote, which may hold anything. Who acted is a number without a name. A new table or column
is closed to it until it is named here.
"""

READABLE = {
    "audit_violation": (
        "id number invariant subject found_at accepted_at resuming_id accepted_by_one cleared_at"
    ),
    "audit_watermark": "id marks marks_before checked_at everything_at",
    "authorizations_agreement": (
        "id jurisdiction_id authorization_id version sale_id confirms_claim recorded_at"
        " agreed_by_id api_key_id"
    ),
    "authorizations_allowance": (
        "id jurisdiction_id organization_id precursor_id activity period_start period_end"
        " limit_kg reserved_kg held_kg consumed_kg overage_kg claimed_kg"
    ),
    "authorizations_authorization": (
        "id uuid jurisdiction_id is_claim status version buyer_id seller_id product_id"
        " precursor_id quantity_value quantity_unit product_kg net_kg destination_site_id"
        " vehicle_id permit_id seller_permit_id ruleset_id allowance_id seller_allowance_id"
        " requested_at decide_by issued_at valid_until looked_up_at ended_at declared_at"
        " released_at receipt_awaited_since reserved_kg held_kg consumed_kg overage_kg"
        " claimed_kg sold_kg"
    ),
    "authorizations_duty": (
        "id authorization_id version reason lane due_at leased_until attempts parked_at"
    ),
    "authorizations_ledgerentry": (
        "id jurisdiction_id month allowance_id authorization_id version kind reserved_kg"
        " held_kg consumed_kg overage_kg claimed_kg used_after_kg limit_kg counts_every_period"
        " recorded_at"
    ),
    "authorizations_lookup": "id jurisdiction_id organization_id result authorization_id at",
    "authorizations_receipt": (
        "id uuid jurisdiction_id authorization_id version sale_id replaces_id received_at"
        " recorded_at quantity_value quantity_unit product_kg net_kg outcome reasons"
        " recorded_by_id api_key_id"
    ),
    "authorizations_ruleset": (
        "id jurisdiction_id version settings created_at proposed_by_id approved_by_id"
    ),
    "authorizations_sale": (
        "id uuid jurisdiction_id authorization_id version root_id replaces_id is_void buyer_id"
        " seller_id product_id quantity_value quantity_unit product_kg net_kg sold_at sold_on"
        " recorded_at site_id plate vehicle_id trailers unknown_trailers invoice guide"
        " invoice_key guide_key gross_kg tare_kg seals complete recorded_by_id api_key_id"
    ),
    "oversight_evaluation": "id authorization_id version ruleset_id evaluated_at",
    "oversight_flag": (
        "id uuid jurisdiction_id rule severity state subject_kind subject_id authorization_id"
        " sale_id buyer_id seller_id evidence version holds raised_at due_at steps_count"
        " assigned_to_id proposed_outcome proposed_by_id proposed_key_id decided_by_id"
        " decided_at"
    ),
    "oversight_flagstep": "id flag_id sequence kind state at user_id api_key_id",
    "oversight_heartbeat": "worker beat_at place",
    "precursors_precursor": (
        "id code name_en name_es cas un_table peru_listed peru_list_source"
        " peru_min_concentration_percent us_list hs_code molar_mass_g_mol density_kg_per_l"
        " physical_state synonyms notes tolerance_cap_kg search_text sort_en sort_es"
    ),
    "precursors_product": (
        "id jurisdiction_code code version precursor_id name_en name_es concentration_percent"
        " density_kg_per_l counts_whole oleum presentation scale_division_kg"
        " expansion_per_kelvin source density_source created_at superseded_at search_text"
        " sort_en sort_es"
    ),
    "registry_amendment": (
        "id uuid jurisdiction_id organization_id site_id vehicle_id driver_id retires loosens"
        " state proposed_at proposed_by_id proposed_key_id approved_by_id decided_at"
    ),
    "registry_clockoffset": "id ahead",
    "registry_event": (
        "id uuid jurisdiction_id month kind subject_kind subject_id sequence at organizations"
        " user_id api_key_id transaction"
    ),
    "registry_jurisdiction": ("id code name country time_zone language is_test issuing_halted_at"),
    "registry_license": (
        "id uuid jurisdiction_id organization_id number valid_from valid_to standing created_at"
    ),
    "registry_licensestep": "id license_id sequence standing at",
    "registry_membership": (
        "id jurisdiction_id user_id organization_id role invitation_id ended_at"
    ),
    "registry_organization": (
        "id uuid jurisdiction_id country tax_id name search_text created_at"
    ),
    "registry_permit": (
        "id uuid jurisdiction_id license_id organization_id precursor_id activity period"
        " limit_kg automatic_limit_kg limit_value limit_unit automatic_limit_value"
        " automatic_limit_unit state created_at decided_at proposed_by_id proposed_key_id"
        " approved_by_id raises_limit"
    ),
    "registry_productproposal": (
        "id uuid jurisdiction_id product_id name concentration_percent density_kg_per_l"
        " counts_whole oleum effective_from proposed_at proposed_by_id proposed_key_id"
        " expires_at approved_at approved_by_id refused_at"
    ),
    "registry_proposal": (
        "id uuid jurisdiction_id act subject_kind subject_id organization_id proposed_at"
        " proposed_by_id proposed_key_id sponsor_id expires_at state decided_at decided_by_id"
        " decided_key_id"
    ),
    "registry_refusal": "id jurisdiction_id code reason times",
    "registry_site": (
        "id uuid jurisdiction_id organization_id name address ubigeo latitude longitude"
        " storage_limit_value storage_limit_unit storage_limit_kg created_at retired_at"
    ),
    "registry_vehicle": (
        "id uuid jurisdiction_id organization_id plate kind capacity_value capacity_unit"
        " created_at retired_at"
    ),
}
