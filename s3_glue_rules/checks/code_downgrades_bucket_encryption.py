"""SGR419: the script of a job asks for no less than the bucket's default encryption."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes, undecided
from s3_glue_rules.model.code.uploads import Asked, bucket_written_to, encryption_asked, names_no_key
from s3_glue_rules.model.downgrades import AWS_KEYS, OWN_KEYS, STRENGTH
from s3_glue_rules.model.resources import Bucket, ScriptRun, UploadByJob
from s3_glue_rules.model.values import UndecidableError

SUBJECT = UploadByJob


def check(site: UploadByJob) -> Answer:
    """Fail an upload that asks for less than the default of its bucket: the request wins over the default."""
    answer = not_applicable("no job runs it, or it writes to no bucket that is followed")
    for run in site.runs:
        for call in site.calls:
            named = bucket_written_to(call)
            for use in run.buckets(named) if named is not None else ():
                asked = list(encryption_asked(site.module, call))
                if not asked:
                    answer = passes("the bucket's default applies")
                for one in asked:
                    if use.bucket is None:
                        continue
                    found = _compared(site, run, one, use.bucket)
                    if found is not None:
                        return found
                    answer = passes("it asks for no less than the bucket's default")
    return answer


def _compared(site: UploadByJob, run: ScriptRun, asked: Asked, bucket: Bucket) -> Answer | None:
    try:
        default = bucket.algorithm.text(default="AES256")
    except UndecidableError as unknown:
        return undecided(
            f"this asks for {asked.algorithm}, and the default of bucket {bucket.label} is not known: {unknown.reason}",
            at=asked.place,
        )
    if STRENGTH.get(default, 0) == 0 or asked.algorithm not in STRENGTH:
        return None
    chain = (
        run.job.link(f"Glue job {run.job.label} runs this script"),
        bucket.link(f"the default of bucket {bucket.label} is {default}"),
    )
    if STRENGTH[asked.algorithm] < STRENGTH[default]:
        return fails(
            f"this asks for {asked.algorithm}, which is weaker than the {default} that bucket {bucket.label} has for a "
            f"default, and the request wins. Remove ServerSideEncryption, or set it to {default} with the key of the "
            "bucket in SSEKMSKeyId",
            at=asked.place,
            chain=chain,
        )
    if bucket.key.kind in AWS_KEYS or not names_no_key(site.module, asked.key):
        return None
    if bucket.key.kind not in OWN_KEYS:
        return undecided(
            f"this asks for {asked.algorithm} without a key, so Amazon S3 uses the AWS managed key aws/s3, and whether "
            f"the key of bucket {bucket.label} is customer managed cannot be told: {bucket.key.reason}",
            at=asked.place,
            chain=chain,
        )
    return fails(
        f"this asks for {asked.algorithm} without a key, so Amazon S3 uses the AWS managed key aws/s3 and not the "
        f"customer managed key of bucket {bucket.label}. Remove ServerSideEncryption, or name the key in SSEKMSKeyId",
        at=asked.place,
        chain=(*chain, *(Link(link.origin, link.says) for link in bucket.key.chain)),
    )
