"""What people and programs send when they mean it: valid as far as form goes."""

# What a form would carry, so that a step that let a stranger in would be taken.
FORM = {"reason": "Mine.", "text": "Mine.", "code": "123456", "decision": "clear"}
# What a program would send; without an entry, what every step takes that needs no words.
BODIES: dict[str, dict[str, object]] = {
    "referrals:api_answers": {"answers": [{"item": 1, "outcome": "removed"}]},
    "referrals:api_clarification": {"text": "Mine."},
    "referrals:api_resumption": {"text": "Mine."},
    "referrals:api_withdrawal": {"reason": "Mine."},
    "evidence:api_preservation": {"text": "Mine."},
    "evidence:api_refusal": {"outcome": "no_data", "text": "Mine."},
    "evidence:api_clarification": {"text": "Mine."},
    "evidence:api_withdrawal": {"reason": "Mine."},
    "evidence:api_decision": {"decision": "none"},
    "evidence:api_uploads": {"size": 2_000_000, "sha256": "0" * 64},
    "evidence:api_receipts": {
        "kind": "retrieved",
        "at": "2026-11-24T12:00:00Z",
        "key_sha256": "0" * 64,
        "signature": "AA==",
    },
}
