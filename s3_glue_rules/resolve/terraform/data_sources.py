"""Data sources: policy documents and aliases of keys are worked out, anything else is open until deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Known, Open, Text, Value, Variable, scalar_text
from s3_glue_rules.read.hcl_syntax import Block
from s3_glue_rules.resolve.terraform.bodies import body_value
from s3_glue_rules.resolve.terraform.expansion import Instance
from s3_glue_rules.resolve.terraform.expressions import evaluate
from s3_glue_rules.resolve.terraform.policy_document import policy_document
from s3_glue_rules.resolve.terraform.providers import region_of

if TYPE_CHECKING:
    from s3_glue_rules.resolve.terraform.modules import ModuleInstance


def data_attribute(
    module: ModuleInstance, block: Block, address: str, instance: Instance, *, attribute: str, origin: Origin
) -> Value:
    """Return an attribute of one instance of a data source at an address."""
    kind = block.labels[0]
    if kind == "aws_iam_policy_document" and attribute in {"json", "minified_json"}:
        return module.once(
            ("document", address),
            origin,
            lambda: policy_document(body_value(block.body, instance.frame, block.origin)),
        )
    if kind in {"aws_kms_alias", "aws_kms_key"}:
        argument = block.body.arguments.get("name" if kind == "aws_kms_alias" else "key_id")
        named = evaluate(argument.expression, instance.frame) if argument is not None else None
        if isinstance(named, Known) and "alias/" in scalar_text(named.value):
            # The alias says who manages the key, whichever identifier of the key is asked for.
            alias = scalar_text(named.value).rpartition("alias/")[2]
            is_arn = attribute.endswith("arn")
            return Known(f"arn:aws:kms:::alias/{alias}" if is_arn else f"alias/{alias}", origin)
    if kind == "aws_region" and attribute in {"name", "id", "region"}:
        region = region_of(module, block)
        if region is not None:
            return Known(region, origin)
    label = f"{address}.{attribute}"
    value = Open(Variable(label, label), origin)
    # Whatever it is, an ARN is none of "*", "" or an alias.
    return Text((Known("arn:"), value), origin) if attribute == "arn" or attribute.endswith("_arn") else value
