"""What the unit writes into its orders: every field that the law asks for, all invented."""

from typing import Any

REMOVAL_ORDER: dict[str, Any] = {
    "B2_grounds": ["tco_a_incite", "tco_d_instruct"],
    "B3_reasons": (
        "The recordings glorify an attack and call for more; the manual explains how to build "
        "the device that was used. Invented for this demonstration."
    ),
    "C1_no_disclosure": True,
    "E1_authority_type": "law_enforcement",
    "E3_representative": "Andrea Bernard, supervisor",
    "E4_file_number": "DEMO-2026-0417",
    "E5_address": "1 rue de la Démonstration, 75000 Paris",
    "E6_telephone": "+33 1 00 00 00 00",
    "E8_email": "duty@unit.example",
    "F1_feedback_contact": {
        "name": "Duty desk of the referral unit (demo)",
        "phone": "+33 1 00 00 00 00",
        "email": "duty@unit.example",
        "languages": ["fr", "en"],
    },
    "G1_body": "Administrative court of Paris, 7 rue de Jouy, 75004 Paris",
    "G2_deadline": {"length": "P2M", "starting_from": "notification of the order"},
    "G3_provisions": "https://law.example/provisions/removal-orders",
    "X1_exemption_assessment": (
        "Published by the group itself, without comment or distance; no educational, "
        "journalistic, artistic or research purpose shows."
    ),
    "X2_prior_information": "not_first",
}

TEN_SECONDS: dict[str, Any] = {
    "A3_reasons": "Shows in ten seconds what a removal order shows in an hour.",
}

PRODUCTION_ORDER: dict[str, Any] = {
    "issuing_file_number": "DEMO-2026-0418",
    "addressee_kind": "designated_establishment",
    "emergency_readdress": False,
    "service_provider_name": "Platform A (simulated)",
    "deadline_kind": ["at_the_end_of_ten_days"],
    "prior_request": "none",
    "identifiers": [{"type": "user_id", "value": "channel-113507846120458221"}],
    "data_categories": ["subscriber"],
    "sub_identity": True,
    "sub_registration": True,
    "sub_payment": True,
    "proceeding_kind": "criminal",
    "offence_description": "Public provocation to commit a terrorist offence. Invented.",
    "offence_provisions": ["Article 421-2-5 of the Criminal Code"],
    "controller_role": "controller",
    "infrastructure_kind": "none",
    "user_information_delayed": True,
    "delay_reasons": ["obstruct_inquiries"],
    "delay_justification": "The subscriber would learn of the inquiry before the search.",
    "ia_type": "public_prosecutor",
    "issued_without_validation": False,
    "ia_party": {
        "name": "Prosecution office (demo)",
        "representative": "Claude Moreau",
        "post": "Prosecutor",
        "email": "office@prosecution.example",
        "languages": ["fr", "en"],
    },
    "transfer_to": ["issuing_authority"],
    "necessity_proportionality": "Nothing but the account leads to the person who published.",
    "case_summary": "The channel published the recordings of the removal order. Invented.",
}
