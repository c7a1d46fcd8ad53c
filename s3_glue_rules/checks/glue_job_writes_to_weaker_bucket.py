"""SGR318: the buckets of a job encrypt by default as its own security configuration does."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, exempt, fails, not_applicable, passes, undecided
from s3_glue_rules.model.protection import Strength, asked_by, default_of, given_at, wording_of
from s3_glue_rules.model.resources import Bucket, Destination, Job, SecurityConfiguration

SUBJECT = Job


def check(job: Job) -> Answer:
    """Fail a job with a script, event logs or targets in a bucket weaker than its security configuration asks for."""
    if job.ignores_security_configurations:
        return not_applicable("Ray jobs do not support security configurations")
    configuration = job.use.configuration
    if configuration is None:
        return not_applicable("the job names no security configuration of this estate")
    asked = asked_by(configuration)
    if asked.most is Strength.SSE_S3:
        return not_applicable("its security configuration does not ask for KMS")
    if not job.destinations:
        return not_applicable("no place that the job names is in a bucket of this estate")
    weak: list[tuple[Destination, Bucket]] = []
    log_sources: list[Link] = []
    doubts: list[Answer] = []
    for place in job.destinations:
        given = given_at(place.use)
        bucket = place.use.bucket
        if bucket is not None and given.is_certainly_weaker_than(asked):
            source = bucket.sse_s3_destination_of if given.most is Strength.SSE_S3 else None
            if source is None:
                weak.append((place, bucket))
            else:
                log_sources.append(source)
        elif given.may_be_weaker_than(asked):
            doubt = f"how strong the bucket of {place.name} is: {given.doubt or asked.doubt}"
            doubts.append(undecided(doubt, at=place.origin))
    if weak:
        return _weaker(job, configuration, wording_of(asked), weak)
    if doubts:
        return doubts[0]
    if log_sources:
        return exempt(log_sources[0].says, chain=tuple(log_sources))
    return passes("its buckets are as strong as its security configuration asks for")


def _weaker(
    job: Job, configuration: SecurityConfiguration, asked: str, weak: list[tuple[Destination, Bucket]]
) -> Answer:
    place, bucket = weak[0]
    others = "".join(f"; {other.name} leads to {of.label}, which is weaker, too" for other, of in weak[1:])
    return fails(
        f"{place.name} of Glue job {job.label} leads to bucket {bucket.label}, whose default encryption is "
        f"{default_of(bucket)}, while security configuration {configuration.label} asks for {asked}. What is not "
        "written through the configuration, such as scripts and files that code uploads by itself, gets no more than "
        f"the bucket's default. Set {bucket.term('SSEAlgorithm')} of the bucket to aws:kms and "
        f"{bucket.term('KMSMasterKeyID')} to the ARN of a customer managed key{others}",
        at=place.origin,
        chain=(
            job.link(f"Glue job {job.label} uses security configuration {configuration.label}"),
            configuration.link(f"security configuration {configuration.label} asks for {asked}"),
            *configuration.s3[0].key.chain,
            bucket.link(f"the default encryption of bucket {bucket.label} is {default_of(bucket)}"),
        ),
    )
