"""SGR114: replication takes objects under KMS keys along, and names the key of their replicas."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Verdict, fails, not_applicable, passes, undecided
from s3_glue_rules.model.customer_keys import broken
from s3_glue_rules.model.resources import Bucket, KeyKind, Replication, ReplicationRule
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Replication


def check(replication: Replication) -> Answer:
    """Fail a rule that leaves out what the source encrypts, or that replicates it without a usable key."""
    answers = [_judged(replication, rule) for rule in replication.rules]
    for verdict in (Verdict.FAIL, Verdict.UNDECIDED, Verdict.PASS):
        for answer in answers:
            if answer.verdict is verdict:
                return answer
    return not_applicable("no rule replicates objects under KMS keys, and the source has none by default")


def _judged(replication: Replication, rule: ReplicationRule) -> Answer:
    try:
        return _judged_rule(replication, rule)
    except UndecidableError as unknown:
        return undecided(unknown.reason, at=unknown.origin)


def _judged_rule(replication: Replication, rule: ReplicationRule) -> Answer:
    status = rule.status.text()
    if status != "Enabled":
        return not_applicable(f"the rule is {status}")
    criteria = replication.term("SourceSelectionCriteria.SseKmsEncryptedObjects")
    key_name = replication.term("ReplicaKmsKeyID")
    is_selected = not rule.selection.is_absent and rule.selection.text() == "Enabled"
    has_key = rule.key.kind is not KeyKind.ABSENT
    if is_selected and not has_key:
        return fails(
            f"a replication rule of {replication.label} selects objects under KMS keys and names no key for the "
            f"replicas: S3 refuses it. Set {key_name} to the ARN of a key in the Region of the destination",
            at=rule.selection.origin,
        )
    if has_key and rule.selection.is_absent:
        return fails(
            f"a replication rule of {replication.label} names a key for replicas and selects no objects under KMS "
            f"keys: S3 refuses it. Enable {criteria}",
            at=rule.key.value.origin,
        )
    if is_selected:
        return _judged_key(replication, rule, key_name)
    return _judged_gap(replication, rule, criteria, key_name)


def _judged_gap(replication: Replication, rule: ReplicationRule, criteria: str, key_name: str) -> Answer:
    """Answer for a rule that leaves out objects under KMS keys: whether there are any is up to the source."""
    source: Bucket | None = replication.source
    if source is None:
        return undecided("whether the bucket encrypts with KMS is not known: it is not declared here", at=rule.origin)
    if source.doubt is not None:
        return undecided(f"whether the bucket encrypts with KMS is not known: {source.doubt}", at=rule.origin)
    if not source.uses_kms:
        return not_applicable("objects under SSE-S3 are replicated as they are")
    return fails(
        f"a replication rule of bucket {source.label} leaves out objects under KMS keys, and {source.algorithm.text()} "
        f"is the bucket's default: what is uploaded is not replicated. Enable {criteria}, and set {key_name} to "
        "the ARN of a key in the Region of the destination",
        at=rule.origin if rule.selection.is_absent else rule.selection.origin,
        chain=(source.link(f"the default of bucket {source.label} is {source.algorithm.text()}"),),
    )


def _judged_key(replication: Replication, rule: ReplicationRule, key_name: str) -> Answer:
    use = rule.key
    at = use.value.origin
    where = f"{key_name} of a replication rule of {replication.label}"
    effect = "S3 accepts the configuration, and replicating fails"
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(f"{where} is {use.reason}: no KMS key. {effect}. Name a key", at=at, chain=use.chain)
    if use.form in {"key id", "alias"}:
        return fails(
            f"{where} is {'a key id' if use.form == 'key id' else 'the name of an alias'}, and S3 takes the ARN of a "
            f"key or of an alias there: {effect}. Write the ARN",
            at=at,
            chain=use.chain,
        )
    region = _region_of_destination(rule)
    if use.is_outside_of(region):
        return fails(
            f"{where} is a key in {use.key_region}, and the destination is in {region}: {effect}. Name a key there",
            at=at,
            chain=use.chain,
        )
    problem = broken(use, f"{effect}: {where} is", "replicas")
    if problem is not None:
        return problem
    if use.kind is KeyKind.UNRESOLVED and not use.value.is_known:
        return undecided(f"whether {where} is a key that S3 takes is not known: {use.reason}", at=at, chain=use.chain)
    return passes("objects under KMS keys are replicated, under a key of the destination")


def _region_of_destination(rule: ReplicationRule) -> str | None:
    try:
        destination = rule.destination
    except UndecidableError:
        return None
    return None if destination is None else destination.region
