"""Plans of real Terraform runs: what is read of them, what refers to what, and which files are refused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.model.declarations import Declaration, Estate, Suppression
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Encoded,
    Known,
    Mapping,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
)
from s3_glue_rules.read.errors import MOST_BYTES, ReadError
from s3_glue_rules.read.plan import load_plan, parse_plan
from s3_glue_rules.read.terraform import load_module
from s3_glue_rules.resolve.plan import plan_estate
from s3_glue_rules.resolve.plan.addresses import heads, module_of, steps_of
from s3_glue_rules.resolve.terraform.plan_root import PlanRoot

PLANS = Path(__file__).parent / "data" / "plans"
SSE = "aws_s3_bucket_server_side_encryption_configuration"
KEY = ("rule", 0, "apply_server_side_encryption_by_default", 0, "kms_master_key_id")
LATER = "known after apply"


def text_of_plan(name: str) -> str:
    return (PLANS / name / "plan.json").read_text(encoding="utf-8")


def changed(name: str, change: Callable[[dict[str, Any]], object]) -> str:
    data = json.loads(text_of_plan(name))
    change(data)
    return json.dumps(data)


def estate_of(text: str) -> Estate:
    document = parse_plan(text, "plan.json")
    assert document is not None
    return plan_estate(document)


@pytest.fixture(scope="module")
def lake() -> Estate:
    return estate_of(text_of_plan("lake"))


@pytest.fixture(scope="module")
def existing() -> Estate:
    return estate_of(text_of_plan("existing"))


@pytest.fixture(scope="module")
def lake_with_root() -> Estate:
    document = load_plan(PLANS / "lake" / "plan.json", "plan.json")
    assert document is not None
    return plan_estate(document, PlanRoot(PLANS / "lake", document, lambda folder: load_module(folder, str(folder))))


def at(estate: Estate, address: str, *path: str | int) -> Value:
    value = estate.declarations[address].properties
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, Sequence) and isinstance(step, int):
            value = value.items[step]
        else:
            pytest.fail(f"{address}: nothing at {path}: {value}")
    return value


def plain(value: Value) -> Any:
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.entries.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value.items]
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Encoded):
        return plain(value.content)
    if isinstance(value, Text):
        return "".join(str(plain(part)) for part in value.parts)
    return f"<{value.target}.{value.attribute}>" if isinstance(value, Reference) else f"<{type(value).__name__}>"


def reason(value: Value) -> str:
    assert isinstance(value, Unknown)
    return value.reason


# What there is


def test_each_managed_instance_is_declared_once_and_data_sources_are_not(lake: Estate) -> None:
    planned = json.loads(text_of_plan("lake"))["resource_changes"]
    managed = {entry["address"] for entry in planned if entry["mode"] == "managed"}
    assert {a for a, d in lake.declarations.items() if d.type != "variable"} == managed
    assert "module.compute.aws_glue_job.none" not in lake.declarations
    assert lake.files == ["plan.json"]
    assert lake.problems == []
    assert lake.gaps == []


def test_a_declaration_knows_its_module_its_region_and_what_a_plan_does_not_tell(lake: Estate) -> None:
    declaration = lake.declarations['module.named["x"].module.label.aws_s3_bucket_logging.this']
    assert declaration.scope == 'module.named["x"].module.label'
    assert declaration.logical_id == "aws_s3_bucket_logging.this"
    assert declaration.type == "aws_s3_bucket_logging"
    assert declaration.language == "terraform"
    assert isinstance(declaration.attribute("prevent_destroy"), Unknown)


def test_regions_come_from_the_provider_of_the_resource(lake: Estate) -> None:
    assert lake.declarations["aws_kms_key.lake"].region == "eu-west-1"
    assert lake.declarations["aws_kms_key.dr"].region == "eu-central-1"
    assert lake.declarations["module.compute.aws_glue_job.keyed"].region == "eu-central-1"


def test_a_region_that_could_be_either_of_two_is_not_told(lake: Estate) -> None:
    assert lake.declarations["module.keyed.module.inner.aws_s3_bucket.this"].region is None

    def keep_one(data: dict[str, Any]) -> None:
        del data["configuration"]["provider_config"]["aws.dr"]

    one = estate_of(changed("lake", keep_one))
    assert one.declarations["module.keyed.module.inner.aws_s3_bucket.this"].region == "eu-west-1"


def test_objects_that_are_deposed_or_destroyed_are_not_judged(existing: Estate) -> None:
    assert "aws_s3_bucket.gone" not in existing.declarations
    assert len(existing.of_types(("aws_kms_key",))) == 1
    assert plain(at(existing, "aws_kms_key.lake", "key_id")) == "11111111-2222-3333-4444-555555555555"


def test_variables_are_declared_with_defaults_and_those_of_a_module_once(lake: Estate) -> None:
    assert plain(at(lake, "var.home_region", "default")) == "eu-west-1"
    assert at(lake, "var.key_arn", "default").is_absent
    assert lake.declarations["var.zones"].type == "variable"
    assert len([address for address in lake.declarations if address.endswith("var.same")]) == 1
    assert plain(at(lake, "module.compute.var.unset", "default")) == "unset"


# Known, absent, unknown


def test_known_null_and_computed_values_are_told_apart(lake: Estate) -> None:
    bucket = lake.declarations['aws_s3_bucket.zone["raw"]'].properties
    assert plain(bucket) == {"bucket": "acme-raw", "force_destroy": False}
    key = lake.declarations["aws_kms_key.lake"].properties
    assert isinstance(key, Mapping)
    assert not {"arn", "key_id", "policy"} & key.entries.keys()
    assert plain(key.get("enable_key_rotation")) is False


def test_an_argument_that_is_null_is_absent_even_where_the_provider_computes_it(lake: Estate) -> None:
    assert at(lake, "aws_s3_bucket.generated_name", "bucket").is_absent
    assert at(lake, "module.compute.aws_glue_job.null", "security_configuration").is_absent
    assert at(lake, f'module.named["y"].{SSE}.this', *KEY).is_absent


def test_the_inline_encryption_that_the_provider_computes_is_absent(lake: Estate, existing: Estate) -> None:
    inline = "server_side_encryption_configuration"
    assert at(lake, "aws_s3_bucket.generated_name", inline).is_absent
    assert at(existing, "aws_s3_bucket.implicit", inline).is_absent
    assert at(existing, "aws_s3_bucket.encrypted", inline).is_absent
    assert at(existing, "aws_kms_key.lake", "policy").is_absent


def test_an_inline_encryption_with_kms_that_no_other_resource_writes_is_kept(existing: Estate) -> None:
    algorithm = ("rule", 0, "apply_server_side_encryption_by_default", 0, "sse_algorithm")
    assert plain(at(existing, "aws_s3_bucket.legacy", "server_side_encryption_configuration", 0, *algorithm)) == (
        "aws:kms"
    )


def test_a_dynamic_block_whose_items_are_unknown_is_unknown(lake: Estate) -> None:
    assert reason(at(lake, f"{SSE}.unknown_rules", "rule")) == LATER


def test_a_nested_block_that_may_be_dynamic_is_unknown() -> None:
    def open_the_block(data: dict[str, Any]) -> None:
        for entry in data["resource_changes"]:
            if entry["address"] == f"{SSE}.literal_index":
                name = "apply_server_side_encryption_by_default"
                entry["change"]["after_unknown"]["rule"] = [{name: True}]
                entry["change"]["after_sensitive"]["rule"] = [{name: []}]
        for resource in data["planned_values"]["root_module"]["resources"]:
            if resource["address"] == f"{SSE}.literal_index":
                resource["values"]["rule"] = [{"bucket_key_enabled": None}]
        for block in data["configuration"]["root_module"]["resources"]:
            if block["address"] == f"{SSE}.literal_index":
                block["expressions"]["rule"] = [{}]

    estate = estate_of(changed("lake", open_the_block))
    assert reason(at(estate, f"{SSE}.literal_index", "rule", 0, "apply_server_side_encryption_by_default")) == LATER


def test_values_inside_of_dynamic_blocks_are_unknown_not_absent(lake: Estate) -> None:
    assert reason(at(lake, f"{SSE}.by_index[0]", *KEY)) == LATER


def test_names_that_may_be_put_together_are_no_references(lake: Estate) -> None:
    assert reason(at(lake, "aws_s3_bucket.composed_name", "bucket")) == LATER
    assert reason(at(lake, "aws_s3_bucket_policy.encoded", "policy")) == LATER


def test_an_argument_in_a_map_keeps_an_empty_text() -> None:
    def empty(data: dict[str, Any]) -> None:
        for module in data["planned_values"]["root_module"]["child_modules"]:
            for resource in module.get("resources", []):
                if resource["address"] == "module.compute.aws_glue_job.keyed":
                    resource["values"]["default_arguments"] = {"--extra": ""}

    estate = estate_of(changed("lake", empty))
    assert plain(at(estate, "module.compute.aws_glue_job.keyed", "default_arguments")) == {"--extra": ""}


def test_user_data_is_taken_from_the_configuration_because_the_plan_has_a_hash() -> None:
    def as_instance(written: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
        def change(data: dict[str, Any]) -> None:
            resource = data["planned_values"]["root_module"]["resources"][0]
            resource["values"] = {"user_data": "a" * 40}
            data["configuration"]["root_module"]["resources"][0]["expressions"] = {"user_data": written}

        return change

    constant = estate_of(changed("targeted", as_instance({"constant_value": "#!/bin/sh"})))
    assert plain(at(constant, "terraform_data.a", "user_data")) == "#!/bin/sh"
    composed = estate_of(changed("targeted", as_instance({"references": ["var.script"]})))
    assert "hash" in reason(at(composed, "terraform_data.a", "user_data"))


# References


@pytest.mark.parametrize(
    ("address", "path", "target", "attribute"),
    [
        (f'{SSE}.same_key["raw"]', ("bucket",), 'aws_s3_bucket.zone["raw"]', "id"),
        (f'{SSE}.same_key["curated"]', KEY, 'aws_kms_key.zone["curated"]', "arn"),
        (f"{SSE}.by_index[1]", ("bucket",), "aws_s3_bucket.numbered[1]", "id"),
        (f"{SSE}.literal_index", ("bucket",), "aws_s3_bucket.numbered[1]", "id"),
        (f"{SSE}.literal_index", KEY, "aws_kms_key.numbered[0]", "arn"),
        (f'{SSE}.chain["raw"]', ("bucket",), 'aws_s3_bucket.zone["raw"]', "id"),
        (f"{SSE}.splat", ("bucket",), "aws_s3_bucket.generated_name", "id"),
        (f"{SSE}.theirs", ("bucket",), 'module.named["x"].aws_s3_bucket.this', "id"),
        (f"module.keyed.module.inner.{SSE}.this", KEY, "aws_kms_key.lake", "arn"),
        (f'module.named["x"].{SSE}.this', KEY, "aws_kms_key.numbered[1]", "arn"),
        (f'module.named["y"].{SSE}.this', ("bucket",), 'module.named["y"].aws_s3_bucket.this', "id"),
        (
            "module.plain.module.inner.module.label.aws_s3_bucket_logging.this",
            ("target_bucket",),
            "module.plain.module.inner.aws_s3_bucket.this",
            "id",
        ),
        ('module.by_zone["x"].aws_s3_bucket_logging.this', ("bucket",), 'module.named["x"].aws_s3_bucket.this', "id"),
        (
            'module.by_zone["y"].aws_s3_bucket_logging.this',
            ("target_bucket",),
            'module.named["y"].aws_s3_bucket.this',
            "id",
        ),
        ("aws_s3_bucket_policy.encoded", ("bucket",), "module.plain.module.inner.aws_s3_bucket.this", "id"),
        (
            "module.compute.aws_glue_job.keyed",
            ("security_configuration",),
            "aws_glue_security_configuration.strict",
            "name",
        ),
        (
            "aws_glue_security_configuration.strict",
            ("encryption_configuration", 0, "job_bookmarks_encryption", 0, "kms_key_arn"),
            "aws_kms_alias.lake",
            "target_key_arn",
        ),
        ("aws_kms_alias.lake", ("target_key_id",), "aws_kms_key.lake", "key_id"),
    ],
)
def test_references_lead_to_the_instance(
    lake: Estate, address: str, path: tuple[str | int, ...], target: str, attribute: str
) -> None:
    assert at(lake, address, *path) == Reference(target, attribute)


def test_two_calls_of_one_module_do_not_mix(lake: Estate) -> None:
    assert at(lake, f"module.plain.module.inner.{SSE}.this", *KEY).is_absent
    assert plain(at(lake, f"module.plain.module.inner.{SSE}.this", "rule", 0, *KEY[2:4], "sse_algorithm")) == "AES256"
    assert plain(at(lake, f"module.keyed.module.inner.{SSE}.this", "rule", 0, *KEY[2:4], "sse_algorithm")) == "aws:kms"


def test_an_index_that_is_looked_up_is_not_guessed(lake: Estate) -> None:
    assert reason(at(lake, f'{SSE}.chain["raw"]', *KEY)) == (
        "the plan does not tell which instance of aws_kms_key.zone is meant"
    )


def test_a_local_value_beside_a_reference_leaves_it_open(lake: Estate) -> None:
    assert "which of its references" in reason(at(lake, f"{SSE}.splat", *KEY))


def test_known_names_are_given_as_the_reference_that_is_written(lake: Estate, existing: Estate) -> None:
    assert at(lake, "aws_s3_bucket_policy.merged", "bucket") == Reference('aws_s3_bucket.zone["curated"]', "bucket")
    assert at(existing, f"{SSE}.encrypted", *KEY) == Reference("aws_kms_key.lake", "arn")
    assert at(existing, "aws_s3_bucket_logging.composed", "target_bucket") == Reference("aws_s3_bucket.implicit", "id")


def test_known_arns_lead_to_the_key_that_has_them(existing: Estate) -> None:
    inline = ("server_side_encryption_configuration", 0, *KEY)
    assert at(existing, "aws_s3_bucket.legacy", *inline) == Reference("aws_kms_key.lake", "arn")
    assert plain(at(existing, "aws_kms_key.lake", "arn")).startswith("arn:aws:kms:eu-west-1:")


def test_a_known_name_around_a_reference_is_no_reference(existing: Estate) -> None:
    assert plain(at(existing, "aws_s3_bucket.composed", "bucket")) == "acme-encrypted-copy"

    def rename(data: dict[str, Any]) -> None:
        for resource in data["planned_values"]["root_module"]["resources"]:
            if resource["address"] == "aws_s3_bucket_logging.composed":
                resource["values"]["target_bucket"] = "acme-implicit-logs"

    estate = estate_of(changed("existing", rename))
    assert plain(at(estate, "aws_s3_bucket_logging.composed", "target_bucket")) == "acme-implicit-logs"


def test_data_sources_are_unknown_and_aliases_that_they_look_up_are_known(lake: Estate) -> None:
    assert reason(at(lake, f"{SSE}.theirs", *KEY)) == "data.aws_kms_key.theirs is read at deployment"
    assert plain(at(lake, f"{SSE}.managed", *KEY)) == "arn:aws:kms:::alias/aws/s3"


# Policy documents


def test_a_policy_document_that_is_known_is_the_text_of_the_plan(lake: Estate) -> None:
    policy = at(lake, 'aws_kms_key.zone["raw"]', "policy")
    assert isinstance(policy, Known)
    assert json.loads(policy.text())["Statement"][0]["Sid"] == "Administration"


def test_a_policy_document_that_is_read_during_apply_is_put_together(lake: Estate) -> None:
    policy = at(lake, "aws_s3_bucket_policy.deferred", "policy")
    assert isinstance(policy, Encoded)
    denial, logging = plain(policy)["Statement"]
    # The plan tells neither that one resource is the bucket nor that the other is what is in it.
    assert denial == {
        "Sid": "TransportSecurity",
        "Effect": "Deny",
        "Action": ["s3:*"],
        "Resource": ["<Unknown>", "<Unknown>"],
        "Principal": "*",
        "Condition": {
            "ArnNotEquals": {"aws:PrincipalArn": ["<Unknown>"]},
            "Bool": {"aws:SecureTransport": ["false"]},
        },
    }
    assert logging["Effect"] == "Allow"
    assert logging["Principal"] == {
        "AWS": ["arn:aws:iam::123456789012:root", "<Unknown>"],
        "Service": ["logging.s3.amazonaws.com"],
    }


def test_a_policy_document_of_another_one_has_its_statements(lake: Estate) -> None:
    policy = at(lake, "aws_s3_bucket_policy.merged", "policy")
    assert [statement.get("Sid") for statement in plain(policy)["Statement"]] == ["TransportSecurity", None]


def test_a_policy_document_of_unknown_documents_is_undecided() -> None:
    def forget(data: dict[str, Any]) -> None:
        for block in data["configuration"]["root_module"]["resources"]:
            if block["address"] == "data.aws_iam_policy_document.merged":
                block["expressions"]["source_policy_documents"]["references"].append("local.document")

    estate = estate_of(changed("lake", forget))
    assert plain(at(estate, "aws_s3_bucket_policy.merged", "policy"))["Statement"] == ["<Unknown>"]


# With the configuration


def test_the_root_gives_places_suppressions_and_lifecycle() -> None:
    document = load_plan(PLANS / "lake" / "plan.json", "plan.json")
    assert document is not None
    place = Origin(document.source, ("planned_values",))
    suppression = Suppression("SGR101", "a reason", place)
    arguments = Mapping(
        {
            "bucket": Known("acme-raw", place.at("bucket")),
            "policy": Reference("aws_s3_bucket.nowhere", "id", place),
        },
        place,
    )

    class Root:
        def declaration(self, address: str) -> Declaration | None:
            if address != 'aws_s3_bucket.zone["raw"]':
                return None
            return Declaration(
                address,
                "aws_s3_bucket.zone",
                "aws_s3_bucket",
                "terraform",
                place,
                lambda: arguments,
                attributes={"prevent_destroy": Known(value=True)},
                suppressions=(suppression,),
            )

    estate = plan_estate(document, Root())
    declaration = estate.declarations['aws_s3_bucket.zone["raw"]']
    assert declaration.origin == place
    assert declaration.suppressions == (suppression,)
    assert declaration.attribute("prevent_destroy") == Known(value=True)
    assert at(estate, declaration.address, "bucket").origin == place.at("bucket")
    assert at(estate, declaration.address, "force_destroy").origin == place
    # What leads out of the plan is not followed.
    assert isinstance(at(estate, declaration.address, "policy"), Absent)
    assert at(estate, 'aws_s3_bucket.zone["curated"]', "bucket").origin.path[0] == "planned_values"


def test_the_configuration_tells_what_the_plan_does_not(lake_with_root: Estate) -> None:
    estate = lake_with_root
    assert at(estate, f'{SSE}.chain["raw"]', *KEY) == Reference('aws_kms_key.zone["curated"]', "arn")
    assert at(estate, f"{SSE}.by_index[1]", *KEY) == Reference("aws_kms_key.numbered[1]", "arn")
    assert at(estate, f"{SSE}.splat", *KEY) == Reference("aws_kms_key.lake", "arn")
    denial = plain(at(estate, "aws_s3_bucket_policy.deferred", "policy"))["Statement"][0]
    assert denial["Resource"] == ['<aws_s3_bucket.zone["raw"].arn>', '<aws_s3_bucket.zone["raw"].arn>/*']
    encoded = plain(at(estate, "aws_s3_bucket_policy.encoded", "policy"))
    assert encoded["Statement"][0]["Resource"] == "<module.plain.module.inner.aws_s3_bucket.this.arn>"
    origin = estate.declarations["aws_kms_key.lake"].origin
    assert origin.span().file.endswith("main.tf")
    assert (
        'resource "aws_kms_key" "lake"'
        in Path(origin.span().file).read_text(encoding="utf-8").splitlines()[origin.span().line - 1]
    )


def test_plan_and_configuration_refer_to_the_same_things(lake: Estate) -> None:
    document = load_plan(PLANS / "lake" / "plan.json", "plan.json")
    assert document is not None
    root = PlanRoot(PLANS / "lake", document, lambda folder: load_module(folder, str(folder)))
    compared = 0

    def compare(planned: Value, written: Value) -> None:
        nonlocal compared
        if isinstance(planned, Mapping) and isinstance(written, Mapping):
            for name, value in planned.entries.items():
                compare(value, written.get(name))
        elif isinstance(planned, Sequence) and isinstance(written, Sequence):
            for value, other in zip(planned.items, written.items, strict=True):
                compare(value, other)
        elif isinstance(planned, Reference):
            assert isinstance(written, Reference)
            assert planned.target == written.target
            compared += 1

    for declaration in lake.declarations.values():
        other = root.declaration(declaration.address)
        if other is not None and declaration.type != "variable":
            compare(declaration.properties, other.properties)
    assert compared > 30


# Places


def test_findings_point_at_the_line_of_the_json() -> None:
    text = json.dumps(json.loads(text_of_plan("lake")), indent=2)
    estate = estate_of(text)
    lines = text.splitlines()
    declaration = estate.declarations["aws_kms_key.lake"]
    span = declaration.origin.span()
    assert span.file == "plan.json"
    assert '"address": "aws_kms_key.lake"' in lines[span.line]
    rotation = at(estate, "aws_kms_key.lake", "enable_key_rotation").origin.span()
    assert lines[rotation.line - 1].strip().startswith('"enable_key_rotation": false')
    # A value that is not in the JSON is shown at the block that it would stand in.
    key = at(estate, f"{SSE}.literal_index", *KEY).origin.span()
    assert "sse_algorithm" in lines[key.line]


def test_a_plan_on_one_line_has_columns(lake: Estate) -> None:
    first = lake.declarations["aws_kms_key.lake"].origin.span()
    second = lake.declarations["aws_kms_key.dr"].origin.span()
    assert first.line == second.line == 1
    assert first.column != second.column


# Files that are no plans, and plans that cannot be judged


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"format_version":"1.0"}',
        '{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{}}}',
        '{"version":4,"terraform_version":"1.11.4","resources":[]}',
        '{"format_version":"1.0","valid":true,"diagnostics":[]}',
        '["format_version", "planned_values"]',
        "format_version: '1.0'\nplanned_values: {}\n",
        'resource "aws_s3_bucket" "x" {}',
    ],
)
def test_other_files_are_passed_over(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text, encoding="utf-8")
    assert load_plan(file, "file.json") is None


def refusal(tmp_path: Path, content: str | bytes, name: str = "plan.json") -> ReadError:
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ReadError) as error:
        load_plan(file, name)
    return error.value


def without(name: str, *keys: str) -> str:
    def remove(data: dict[str, Any]) -> None:
        for key in keys:
            del data[key]

    return changed(name, remove)


def test_a_plan_that_errored_is_refused_at_the_line_that_says_so(tmp_path: Path) -> None:
    assert "errored" in refusal(tmp_path, text_of_plan("errored")).message
    pretty = json.dumps(json.loads(text_of_plan("errored")), indent=1)
    line = refusal(tmp_path, pretty).line
    assert '"errored": true' in pretty.splitlines()[line - 1]


def test_a_plan_without_its_parts_is_refused_with_what_to_do(tmp_path: Path) -> None:
    for missing in ("planned_values", "configuration", "resource_changes"):
        error = refusal(tmp_path, without("lake", missing))
        assert f"no {missing}" in error.message
        assert "terraform show -json" in error.message


def test_a_plan_that_only_refreshes_is_refused(tmp_path: Path) -> None:
    def empty(data: dict[str, Any]) -> None:
        data["planned_values"] = {"root_module": {}}
        del data["resource_changes"]

    assert "-refresh-only" in refusal(tmp_path, changed("existing", empty)).message


def test_a_plan_that_destroys_everything_is_judged_and_empty() -> None:
    def destroy(data: dict[str, Any]) -> None:
        data["planned_values"] = {"root_module": {}}

    estate = estate_of(changed("existing", destroy))
    assert estate.declarations == {}
    assert estate.problems == []


def test_truncated_json_is_refused_whatever_the_name(tmp_path: Path) -> None:
    text = text_of_plan("lake")[:20_000]
    for name in ("plan.json", "tfplan"):
        assert "not valid JSON" in refusal(tmp_path, text, name).message


def test_a_format_of_another_major_version_is_refused(tmp_path: Path) -> None:
    def bump(data: dict[str, Any]) -> None:
        data["format_version"] = "2.0"

    assert "format_version 2.0" in refusal(tmp_path, changed("lake", bump)).message


def test_bounds_and_encodings(tmp_path: Path) -> None:
    assert "bytes" in refusal(tmp_path, text_of_plan("lake") + " " * MOST_BYTES).message
    assert "UTF-8" in refusal(tmp_path, text_of_plan("lake").encode() + b"\xff").message
    deep = text_of_plan("lake")[:-2] + ',"x":' + "[" * 300 + "]" * 300 + "}"
    assert "nested deeper" in refusal(tmp_path, deep).message
    file = tmp_path / "plan.json"
    for content in (text_of_plan("lake").encode("utf-16"), text_of_plan("lake").encode("utf-8-sig")):
        file.write_bytes(content)
        assert load_plan(file, "plan.json") is not None


def test_a_plan_that_is_not_complete_says_so() -> None:
    estate = estate_of(text_of_plan("targeted"))
    assert "-target" in estate.gaps[0]


def test_what_cannot_be_read_of_a_plan_is_a_problem() -> None:
    def damage(data: dict[str, Any]) -> None:
        del data["planned_values"]["root_module"]["resources"][0]["address"]
        del data["resource_changes"][2]["change"]

    assert len(estate_of(changed("lake", damage)).problems) == 2


def test_references_that_go_round_in_circles_end() -> None:
    def circle(data: dict[str, Any]) -> None:
        calls = data["configuration"]["root_module"]["module_calls"]
        calls["keyed"]["module"]["module_calls"]["inner"]["module"]["outputs"]["id"]["expression"]["references"] = [
            "var.settings",
            "var.settings.x",
        ]
        calls["keyed"]["expressions"]["algorithm"] = {
            "references": ["module.keyed.bucket_id", "module.keyed.bucket_id.x"]
        }
        calls["keyed"]["expressions"]["key_arn"] = {
            "references": ["module.keyed.bucket_id", "module.keyed.bucket_id.y"]
        }

    estate = estate_of(changed("lake", circle))
    assert isinstance(at(estate, f"module.keyed.module.inner.{SSE}.this", *KEY), Unknown)


def test_damaged_plans_are_refused_or_judged_and_nothing_else() -> None:
    source = random.Random(20)
    junk: list[Any] = [
        None,
        True,
        1,
        "",
        "x",
        [],
        {},
        [None],
        {"references": [1, "each.value.id", "module.m", "data.x"]},
    ]
    base = text_of_plan("existing")

    def nodes(data: Any) -> list[tuple[Any, Any]]:
        inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
        return [(data, key) for key, _ in inner] + [node for _, value in inner for node in nodes(value)]

    for _ in range(150):
        data = json.loads(base)
        places = nodes(data)
        for container, key in source.sample(places, 3):
            container[key] = source.choice(junk)
        try:
            document = parse_plan(json.dumps(data), "plan.json")
            if document is not None:
                for declaration in plan_estate(document).declarations.values():
                    assert isinstance(declaration.properties, Mapping)
        except ReadError:
            continue


# Addresses


def test_addresses_are_split_at_names_and_keys() -> None:
    assert steps_of('module.a["x.y"].aws_s3_bucket.this[0].id') == (
        ("module", None),
        ("a", "x.y"),
        ("aws_s3_bucket", None),
        ("this", 0),
        ("id", None),
    )
    assert steps_of('var.list[0]["a\\"]."]') == (("var", None), ("list", 0), ("", 'a"].'))
    assert module_of('module.a["b].c"].module.d.aws_s3_bucket.this["module.x.y"]') == 'module.a["b].c"].module.d'
    assert module_of("aws_s3_bucket.this") == ""


def test_prefixes_of_references_are_not_references() -> None:
    assert heads(['aws_x.y["a"].id', 'aws_x.y["a"]', "aws_x.y", "var.a", "aws_x.y", "each.value.id", "each.value"]) == [
        'aws_x.y["a"].id',
        "var.a",
        "aws_x.y",
        "each.value.id",
    ]
