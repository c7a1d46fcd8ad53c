"""SGR402: the security configuration of Amazon EMR encrypts data in S3, on local disks and in transit."""

from __future__ import annotations

from typing import NamedTuple

from s3_glue_rules.model.answers import Answer, Link, fails, passes
from s3_glue_rules.model.resources import EmrSecurityConfiguration
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import UndecidableError, Value

SUBJECT = EmrSecurityConfiguration

S3_MODES = {"SSE-S3", "SSE-KMS", "CSE-KMS", "CSE-Custom"}
DISK_PROVIDERS = {"AwsKms", "Custom"}
CERTIFICATE_PROVIDERS = {"PEM", "Custom", "EMR"}


class _Gap(NamedTuple):
    """Something that is left in the clear: what is wrong, what to do, and where it stands."""

    says: str
    remedy: str
    at: Origin | None


def check(configuration: EmrSecurityConfiguration) -> Answer:
    """Fail a switch that is off or not there, and a part that is missing or of an unknown mode."""
    gaps: list[_Gap] = []
    unknown: UndecidableError | None = None
    for find in (_switch, _s3, _local_disks, _transit):
        try:
            gap = find(configuration)
        except UndecidableError as error:
            unknown = unknown or error
            continue
        if gap is not None:
            gaps.append(gap)
    if gaps:
        said, remedies = "; ".join(gap.says for gap in gaps), "; ".join(gap.remedy for gap in gaps)
        return fails(
            f"EMR security configuration {configuration.label} does not encrypt everything: {said}. To do: {remedies}",
            at=gaps[0].at,
            chain=tuple(Link(gap.at or configuration.header, gap.says) for gap in gaps[1:]),
        )
    if unknown is not None:
        raise unknown
    return passes("data at rest and in transit is encrypted")


def _switch(configuration: EmrSecurityConfiguration) -> _Gap | None:
    if configuration.encrypts_at_rest:
        return None
    return _Gap(
        f"EnableAtRestEncryption {_off(configuration.at_rest)}, so objects get the default of the bucket that they go "
        "to, and local disks no encryption from Amazon EMR",
        "set EnableAtRestEncryption to true and configure S3 and local disks",
        _written(configuration.at_rest),
    )


def _s3(configuration: EmrSecurityConfiguration) -> _Gap | None:
    if not configuration.encrypts_at_rest:
        return None
    part = configuration.s3
    remedy = f"set {part.mode_name} of S3EncryptionConfiguration to SSE-KMS or CSE-KMS, with a customer managed key"
    if part.mode.is_absent:
        says = "nothing is said about Amazon S3, so objects get the default of the bucket that they go to"
        return _Gap(says, remedy, None)
    mode = part.mode.text()
    if mode in S3_MODES:
        return None
    return _Gap(f"{part.mode_name} is '{mode}', which Amazon EMR does not know", remedy, part.mode.origin)


def _local_disks(configuration: EmrSecurityConfiguration) -> _Gap | None:
    if not configuration.encrypts_at_rest:
        return None
    part = configuration.local_disks
    remedy = f"set {part.mode_name} of LocalDiskEncryptionConfiguration to AwsKms, with a customer managed key"
    if part.mode.is_absent:
        return _Gap("nothing is said about local disks, so Amazon EMR does not encrypt them", remedy, None)
    provider = part.mode.text()
    if provider in DISK_PROVIDERS:
        return None
    return _Gap(f"{part.mode_name} is '{provider}', which Amazon EMR does not know", remedy, part.mode.origin)


def _transit(configuration: EmrSecurityConfiguration) -> _Gap | None:
    certificates = "set CertificateProviderType of TLSCertificateConfiguration to PEM, with the certificates"
    if not configuration.encrypts_in_transit:
        return _Gap(
            f"EnableInTransitEncryption {_off(configuration.in_transit)}, so traffic between nodes is not encrypted",
            f"set EnableInTransitEncryption to true, and {certificates.removeprefix('set ')}",
            _written(configuration.in_transit),
        )
    provider = configuration.certificate_provider
    if provider.is_absent:
        return _Gap("nothing says who provides the certificates for encryption in transit", certificates, None)
    if provider.text() in CERTIFICATE_PROVIDERS:
        return None
    return _Gap(
        f"CertificateProviderType is '{provider.text()}', which Amazon EMR does not know", certificates, provider.origin
    )


def _off(switch: Value) -> str:
    return "is not set, which means false" if switch.is_absent else "is false"


def _written(value: Value) -> Origin | None:
    return None if value.is_absent else value.origin
