"""The names by which trainer and inference meet in the MLflow registry."""

from typing import Final

REGISTERED_MODEL: Final = "spam-classifier"
"""The registered model; vectoriser and classifier are one pipeline and one version of it."""

PRODUCTION: Final = "Production"
"""The alias of the version that serves. MLflow's aliases are case-sensitive."""

CHALLENGER: Final = "Challenger"
"""The alias of a version that is scored in the shadow of the one that serves."""

MODEL_FILE: Final = "model.skops"
"""The pipeline inside a version's artifact folder."""

MANIFEST_FILE: Final = "manifest.json"
"""`kit.manifest.Manifest` inside a version's artifact folder."""

SIGNATURE_FILE: Final = "model.sig"
"""The signature over all other files inside a version's artifact folder; there if the trainer
signs. It is in Sigstore's bundle format, as OpenSSF's model-signing writes it."""

UNSIGNED_FILES: Final = (SIGNATURE_FILE, "registered_model_meta")
"""What a signature leaves out: itself, and what MLflow's client adds to what it downloads."""

TAG_MANIFEST_SHA256: Final = "hamgate.manifest.sha256"
"""Version tag: SHA-256 (hex) of the manifest, which in turn has the digest of every other file."""

TAG_GATE: Final = "hamgate.gate"
"""Version tag: the gate's decision, `GATE_PASSED` or `GATE_REFUSED`."""

TAG_GATE_REASONS: Final = "hamgate.gate.reasons"
"""Version tag: a JSON list of the gate's reasons, empty when it passed."""

TAG_GATE_POLICY: Final = "hamgate.gate.policy"
"""Version tag: `version@digest` of the policy that the decision was made by."""

TAG_F1: Final = "hamgate.f1"
"""Version tag: spam F1 of the model alone, by which the gate judged it; for people to see."""

TAG_PREVIOUS: Final = "hamgate.promotion.previous"
"""Version tag: the version that `Production` named before it last came to this one."""

TAG_PROMOTED_AT: Final = "hamgate.promotion.at"
"""Version tag: when `Production` last came to this version, by promotion or rollback (ISO 8601)."""

TAG_PROMOTED_BY: Final = "hamgate.promotion.by"
"""Version tag: who brought it there."""

TAG_PROMOTED_REASON: Final = "hamgate.promotion.reason"
"""Version tag: why, in the words of whoever did it."""

TAG_PROMOTIONS: Final = "hamgate.promotions"
"""Tag of the registered model: a JSON list of the versions in the order in which they served. What
is behind the last place of the one that `Production` names was rolled back, or never came to serve.
"""

TAG_RULES_PACK: Final = "hamgate.rules.pack"
"""Version tag: `name@version` of the rule pack that the version was trained to serve with."""

TAG_RULES_DIGEST: Final = "hamgate.rules.digest"
"""Version tag: SHA-256 (hex) of that pack's file."""

MISSING_CODES: Final = frozenset({"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"})
"""MLflow's error codes for a model or version that does not exist, and for an alias that does not
(our names being valid, the second can mean nothing else)."""

GATE_PASSED: Final = "passed"
GATE_REFUSED: Final = "refused"
