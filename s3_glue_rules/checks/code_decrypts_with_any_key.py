"""SGR415: discovery is bounded by a filter."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.code.values import Literal, Parameter
from s3_glue_rules.model.resources import EncryptionSdkCall

SUBJECT = EncryptionSdkCall

# Where the filter is handed over, for each thing that discovers keys.
_DISCOVERIES = {
    "aws_encryption_sdk.DiscoveryAwsKmsMasterKeyProvider",
    "aws_encryption_sdk.MRKAwareDiscoveryAwsKmsMasterKeyProvider",
    "aws_cryptographic_material_providers.CreateAwsKmsDiscoveryKeyringInput",
    "aws_cryptographic_material_providers.CreateAwsKmsDiscoveryMultiKeyringInput",
    "aws_cryptographic_material_providers.CreateAwsKmsMrkDiscoveryKeyringInput",
    "aws_cryptographic_material_providers.CreateAwsKmsMrkDiscoveryMultiKeyringInput",
}


def check(site: EncryptionSdkCall) -> Answer:
    """Fail a provider or keyring that decrypts with any key that the caller may use."""
    answer = not_applicable("it discovers no keys")
    for call in site.calls:
        if call.api not in _DISCOVERIES:
            continue
        # A configuration object, or a mapping that is not known, may hold the filter.
        if not call.is_complete or call.arguments or "config" in call.keywords:
            return not_applicable("what it is handed is not known")
        given = call.argument("discovery_filter")
        options = site.module.options(given) if given is not None else ()
        missing = next((option for option in options if isinstance(option, Literal) and option.value is None), None)
        if any(isinstance(option, Parameter) for option in options):
            # Its default counts where nobody hands over anything else: other modules may.
            return not_applicable("what it is handed is not known")
        if given is None or missing is not None:
            return fails(
                f"{call.api.rpartition('.')[2]} without discovery_filter decrypts with any key of any account that the "
                "caller may use, so that whoever writes a message chooses the key. Pass discovery_filter="
                'DiscoveryFilter(account_ids=[...], partition="aws"), or name the keys (AwsKmsKeyring, '
                "StrictAwsKmsMasterKeyProvider)",
                at=call.origin if missing is None else missing.origin,
            )
        answer = passes("a filter names the accounts")
    return answer
