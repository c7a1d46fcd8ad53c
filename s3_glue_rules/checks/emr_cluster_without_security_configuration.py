"""SGR404: every EMR cluster has a security configuration."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes, undecided
from s3_glue_rules.model.resources import EmrCluster, Naming

SUBJECT = EmrCluster


def check(cluster: EmrCluster) -> Answer:
    """Fail a cluster that names no security configuration, or something that is none."""
    use = cluster.use
    name = cluster.term("SecurityConfiguration")
    if use.naming is Naming.ABSENT:
        return fails(
            f"EMR cluster {cluster.label} has no {name}: Amazon EMR encrypts neither its local disks nor the traffic "
            f"between its nodes, and what it writes to S3 gets the default of the bucket. {_remedy(cluster)}",
            at=None if use.value.is_absent else use.value.origin,
        )
    if use.naming is Naming.WRONG:
        return fails(
            f"{name} of EMR cluster {cluster.label} is {use.reason}. Refer to the "
            f"{cluster.term('AWS::EMR::SecurityConfiguration')} itself ({cluster.term('Ref gives its name')})",
            at=use.value.origin,
            chain=use.chain,
        )
    if use.naming is Naming.UNRESOLVED:
        return undecided(use.reason, at=use.value.origin, chain=use.chain)
    return passes("the name leads to a security configuration")


def _remedy(cluster: EmrCluster) -> str:
    if cluster.is_too_old:
        return f"{cluster.release.text()} takes none: use a newer release, and name a security configuration"
    return f"Name a security configuration in {cluster.term('SecurityConfiguration')}"
