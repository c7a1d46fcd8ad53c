"""What is said about bucket policies: why a statement lets plain HTTP in, and which statement and header is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_glue_rules.model.findings import Finding
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, FIXTURES

HEADER = "s3:x-amz-server-side-encryption"
KEY_ID = f"{HEADER}-aws-kms-key-id"


def found(policy_id: str, file: str = "bad.yaml") -> dict[str, Finding]:
    policy = next(policy for policy in CATALOGUE if policy.id == policy_id)
    path = Path(FIXTURES / policy.stem / file)
    return {finding.logical_id: finding for finding in scan([str(path)], (policy,)).findings}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("AllowsOnly", "(an Allow denies nobody, whatever it asks of the transport)"),
        ("Inverted", "(it denies requests with TLS instead of those without)"),
        ("OneNetworkOnly", "(it denies plain HTTP only where other conditions hold too)"),
        ("OneRoleOnly", "(it leaves out some principals)"),
        ("OneActionOnly", "(it denies only some actions)"),
        ("OtherBucketNamed", "(it is about other resources)"),
        ("ObjectsOnly", "leaves out the bucket's own ARN"),
        ("BucketOnly", "leaves out its objects"),
        ("NoPolicy", "has no bucket policy here"),
        ("TlsFloorOnly", "denies plain HTTP. Attach"),
    ],
)
def test_why_plain_http_is_not_denied(name: str, says: str) -> None:
    assert says in found("SGR109")[name].message


@pytest.mark.parametrize(
    ("name", "starts", "says"),
    [
        ("NotEquals", "statement 'DenyIncorrectEncryptionHeader' in", f'Add Null with {HEADER} "false"'),
        ("PinnedWithoutNull", "a statement in", f'Add Null with {KEY_ID} "false"'),
        ("OwnDefaultDenied", "a statement in", f"Accept aws:kms in {HEADER} there"),
        ("PinnedAlias", "statement 'DenyOtherKeys' in", f"Compare {KEY_ID} with the full ARN"),
        ("HeaderDemandedAndDenied", "the statements in", "List all values to accept"),
    ],
)
def test_what_blocks_the_default(name: str, starts: str, says: str) -> None:
    message = found("SGR111")[name].message
    assert message.startswith(starts)
    assert says in message


def test_what_to_accept_instead_of_a_weaker_header() -> None:
    messages = {name: finding.message for name, finding in found("SGR112").items()}
    assert f"StringNotEquals {HEADER} with aws:kms and aws:kms:dsse" in messages["NoPolicy"]
    assert f"StringNotEquals {HEADER} with aws:kms:dsse" in messages["DualLayerDefault"]
