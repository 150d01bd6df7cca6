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
