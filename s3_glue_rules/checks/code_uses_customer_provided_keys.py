"""SGR412: objects are not encrypted with keys that the code provides (SSE-C)."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, warns
from s3_glue_rules.model.code.customer_keys import customer_key_asked, reads_only
from s3_glue_rules.model.resources import StorageCall

SUBJECT = StorageCall


def check(site: StorageCall) -> Answer:
    """Fail what writes with SSE-C; warn of what only reads what was written so; a copy away from it is fine."""
    answer = not_applicable("it hands over no parameters of encryption")
    for call in site.calls:
        own = customer_key_asked(site.module, call)
        operation = call.api.rpartition(".")[2]
        if own is None:
            answer = passes("it asks for no customer-provided key")
            continue
        if reads_only(call):
            answer = warns(
                f"{operation} reads an object that is encrypted with a customer-provided key (SSE-C): the object is "
                "lost with the key, and Amazon S3 keeps none. Copy such objects to SSE-KMS (copy_object with "
                "CopySourceSSECustomerKey and ServerSideEncryption='aws:kms')",
                at=own,
            )
            continue
        return fails(
            f"{operation} encrypts with a customer-provided key (SSE-C): the object is lost with the key, which the "
            "code has to hand over with every request, and no key policy and no AWS CloudTrail event stands in "
            "between. Use ServerSideEncryption='aws:kms' with SSEKMSKeyId and the ARN of a KMS key, or the default of "
            "the bucket",
            at=own,
        )
    return answer
