"""Planned values, what is unknown of them, and what the configuration writes → values.

A place that the configuration writes and whose value is known after apply is followed to what it refers to. One that
the configuration does not write is computed by the provider, and therefore absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Absent, Encoded, Known, Mapping, Reference, Sequence, Unknown, Value
from s3_glue_rules.resolve.plan.follow import Context, Follower, Found, Wanted, same_value
from s3_glue_rules.resolve.plan.index import Item, PlanIndex, mapping
from s3_glue_rules.resolve.terraform.policy_document import policy_document

LATER = "known after apply"

# Attributes that hold an identifier and nothing around it. The plan tells a reference and a text around a reference
# alike, so that the others (names, policies, URLs) are not taken for what they refer to.
_IDENTIFIER = re.compile(
    r"(?:^|_)(?:bucket|bucket_name|arns?|ids?|security_configuration|roles?|role_name|permissions_boundary|"
    r"identifiers|log_group_name|grantee_principal|database_name|table_name|connections|log_destination)$|_key$"
)
_OWN_NAMES = {("aws_s3_bucket", "bucket"), ("aws_s3_directory_bucket", "bucket")}

_HASH = re.compile(r"[0-9a-f]{40}")

# Known names of these are given as the reference that the configuration writes, so that equal names are told apart.
_JOINED = {
    "kms_key_id", "kms_master_key_id", "kms_key_arn", "target_key_id", "key_id", "security_configuration", "bucket",
    "target_bucket", "permissions_boundary", "policy_arn",
}  # fmt: skip

_KEYS = {"target_key_id", "key_id", "primary_key_arn"}
_KEY = Wanted("aws_kms_", "arn")
_SECURITY_CONFIGURATION = Wanted("aws_glue_security_configuration", "name")

# What the provider reads back from other resources into these: the state has it, this resource does not write it.
_BUCKET_TYPE = "aws_s3_bucket"
_BUCKET_RULES = "aws_s3_bucket_server_side_encryption_configuration"
_ENCRYPTION = "server_side_encryption_configuration"
MIRRORED = {
    _BUCKET_TYPE: {
        "acceleration_status", "acl", "cors_rule", "grant", "lifecycle_rule", "logging", "object_lock_configuration",
        "policy", "replication_configuration", "request_payer", _ENCRYPTION, "versioning", "website",
    },
    "aws_iam_role": {"inline_policy", "managed_policy_arns"},
    "aws_kms_key": {"policy"},
}  # fmt: skip

# What the provider computes where the configuration does not write it, at any depth.
_COMPUTED = {
    "aws_config_configuration_recorder": {"exclusion_by_resource_types", "recording_group", "recording_strategy"},
    "aws_cloudtrail_event_data_store": {
        "advanced_event_selector", "ends_with", "equals", "not_ends_with", "not_equals", "not_starts_with",
        "starts_with",
    },
}  # fmt: skip

# Places that name a bucket or a key, or hold or begin with such a name. What is unknown there can only be what it
# refers to.
_REACHING = {
    "bucket", "default_arguments", "log_destination", "non_overridable_arguments", "not_resources", "not_starts_with",
    "resources", "script_location", "starts_with", "values",
}  # fmt: skip

# Blocks that have no order: the configuration's order is not that of the values.
_UNORDERED = {"condition", "principals", "not_principals", "rule", "filter"}


class ValueReader:
    """Reads the values of the resources of a plan."""

    def __init__(self, index: PlanIndex) -> None:
        self._index = index
        self._follower = Follower(index, self._document)

    def properties(self, item: Item) -> Mapping:
        """Return the arguments of a resource instance. What the provider computes is left out."""
        return _Shape(self._index, self._follower, item, self._has_rules).properties()

    def scalar(self, expression: Any, context: Context, origin: Origin) -> Value:
        """Return the value of an expression that is known, such as the Region of a provider; Unknown otherwise."""
        found = self._follower.found(expression, context, origin, Wanted())
        if len(found) == 1 and isinstance(found[0].value, Known):
            return found[0].value
        return Unknown(LATER, origin)

    @cached_property
    def _ruled_buckets(self) -> set[Any]:
        rules = (item for item in self._index.managed.values() if item.type == _BUCKET_RULES)
        return {name if isinstance(name := item.values.get("bucket"), str) else None for item in rules}

    def _has_rules(self, bucket: Item) -> bool:
        """Return whether a resource of its own may write the encryption of a bucket."""
        names = {name for attribute in ("bucket", "id") if isinstance(name := bucket.values.get(attribute), str)}
        return bool(self._ruled_buckets & {None, *names})

    def _document(self, item: Item) -> Value:
        return policy_document(self.properties(item))


class _Shape:
    """The values of one resource instance."""

    def __init__(self, index: PlanIndex, follower: Follower, item: Item, has_rules: Callable[[Item], bool]) -> None:
        self._index = index
        self._has_rules = has_rules
        self._follower = follower
        self._item = item
        self._block = index.block(item)
        written = mapping(self._block)
        self._context = Context(index.scope(item.module), item.key, written.get("for_each_expression"))
        self._origin = index.document.origin(*item.values_path)

    def properties(self) -> Mapping:
        """Return the arguments."""
        item = self._item
        written = None if self._block is None else mapping(self._block.get("expressions"))
        entries = dict(self._entries(item.values, item.unknown, item.sensitive, written, self._origin))
        if written is not None:
            mirrored = MIRRORED.get(item.type, set()) & entries.keys() - written.keys()
            entries = {
                name: value for name, value in entries.items() if name not in mirrored or not self._is_mirrored(name)
            }
        return Mapping(entries, self._origin)

    def _is_mirrored(self, name: str) -> bool:
        item = self._item
        if not item.before or item.before.get(name) != item.values.get(name):
            return False
        if name != _ENCRYPTION or '"aws:kms' not in repr(item.values[name]).replace("'", '"'):
            return True
        # A `dynamic` block may write it, unless a resource of its own does.
        return self._has_rules(item)

    def _entries(
        self, values: dict[str, Any], unknown: Any, sensitive: Any, written: dict[str, Any] | None, origin: Origin
    ) -> Iterator[tuple[str, Value]]:
        """Yield the entries of a resource or block. ``written`` is None where the configuration does not show it."""
        unknown, sensitive = mapping(unknown), mapping(sensitive)
        for name in dict.fromkeys((*values, *unknown)):
            below = unknown.get(name)
            place = origin.at(name)
            if below is True:
                if written is None:
                    yield name, Unknown(LATER, place)
                elif name in written:
                    value = self._later(written[name], name, place)
                    if not isinstance(value, Absent):
                        yield name, value
                elif isinstance(sensitive.get(name), list) and not self._is_computed(name, origin):
                    yield name, Unknown(LATER, place)
            elif name in values:
                block = None if written is None else written.get(name)
                value = self._value(values[name], (below, sensitive.get(name)), block, place)
                if not isinstance(value, Absent):
                    yield name, value

    def _is_computed(self, name: str, origin: Origin) -> bool:
        """Return whether an unknown list of blocks is one that the provider computes.

        The configuration does not show blocks that `dynamic` makes, so that only those of some types are told apart.
        """
        if name in _COMPUTED.get(self._item.type, ()):
            return True
        return origin.path == self._item.values_path and name in MIRRORED.get(self._item.type, ())

    def _value(self, data: Any, marks: tuple[Any, Any], written: Any, origin: Origin) -> Value:
        """Return what is known at a place. ``marks`` says which parts are unknown, and which are lists."""
        unknown, sensitive = marks
        name = str(next((step for step in reversed(origin.path) if isinstance(step, str)), ""))
        if isinstance(data, list):
            return self._list(data, marks, written, name, origin)
        if isinstance(data, dict):
            if _is_block(written):
                return Mapping(dict(self._entries(data, unknown, sensitive, written, origin)), origin)
            return self._map(data, mapping(unknown), written, origin)
        if data is None or data == "":
            # The provider writes empty texts for arguments that are null.
            return Absent(origin)
        return self._known(data, written, name, origin)

    def _map(self, data: dict[str, Any], unknown: dict[str, Any], written: Any, origin: Origin) -> Mapping:
        """Return an object that one expression gives: which part of it refers to what is not told.

        A key that is the only part known after apply is what the expression refers to.
        """
        entries: dict[str, Value] = {}
        later = [key for key, mark in unknown.items() if mark is True]
        for key in dict.fromkeys((*data, *unknown)):
            place = origin.at(key)
            if unknown.get(key) is True:
                is_told = later == [key] and key in _JOINED and written is not None
                entries[key] = self._later(written, key, place) if is_told else Unknown(LATER, place)
            elif data.get(key) == "":
                entries[key] = Known("", place)
            else:
                value = self._value(data.get(key), (unknown.get(key), None), None, place)
                if not isinstance(value, Absent):
                    entries[key] = value
        return Mapping(entries, origin)

    def _list(self, data: list[Any], marks: tuple[Any, Any], written: Any, name: str, origin: Origin) -> Value:
        items: list[Value] = []
        unknown, sensitive = marks
        blocks = _blocks(written)
        open_places = [number for number in range(len(data)) if _at(unknown, number) is True]
        later = self._items_later(written, name, open_places, origin)
        for number, data_item in enumerate(data):
            below = _at(unknown, number)
            place = origin.at(number)
            if below is True:
                items.append(later[number])
            elif isinstance(data_item, dict):
                block = _matching(blocks, data, number, name)
                inner = _at(sensitive, number)
                items.append(Mapping(dict(self._entries(data_item, below, inner, block, place)), place))
            else:
                items.append(self._value(data_item, (below, None), None, place))
        items = [item for item in items if not isinstance(item, Absent)]
        return Sequence(tuple(items), origin) if items else Absent(origin)

    def _items_later(self, written: Any, name: str, places: list[int], origin: Origin) -> dict[int, Value]:
        """Return the unknown items of a list: told apart where there is one, or one reference for each."""
        unknown = {number: Unknown(LATER, origin.at(number)) for number in places}
        later: dict[int, Value] = {**unknown}
        if not places or not isinstance(written, dict):
            return later
        if len(places) == 1:
            later[places[0]] = self._later(written, name, origin.at(places[0]))
        elif name in _REACHING:
            found = self._follower.found(written, self._context, origin, _wanted(name))
            among = self._follower.reach(found, self._context.scope)
            later = {number: replace(value, among=among) for number, value in unknown.items()}
        elif name.endswith("policy_documents"):
            found = self._follower.found(written, self._context, origin, Wanted())
            documents = [item.value for item in found if isinstance(item.value, Encoded)]
            if len(documents) == len(found) == len(places):
                later.update(zip(places, documents, strict=True))
        return later

    def _later(self, written: Any, name: str, origin: Origin) -> Value:
        """Return what a place that is known after apply refers to."""
        found = self._follower.found(written, self._context, origin, _wanted(name))
        value = self._meant(found, name, origin)
        if isinstance(value, Unknown) and name in _REACHING:
            return replace(value, among=self._follower.reach(found, self._context.scope))
        return value

    def _meant(self, found: list[Found], name: str, origin: Origin) -> Value:
        pending = [item for item in found if item.pending]
        if not pending:
            # All that the expression refers to is known, so the provider chooses the value: nothing is given.
            return Absent(origin) if any(isinstance(item.value, Absent) for item in found) else Unknown(LATER, origin)
        if len(pending) > 1:
            return Unknown(f"{LATER}; the plan does not tell which of its references it is", origin)
        value = pending[0].value
        if isinstance(value, (Unknown, Encoded)):
            return value
        if not _IDENTIFIER.search(name) or (self._item.type, name) in _OWN_NAMES:
            return Unknown(LATER, origin)
        if isinstance(value, Reference) and not self._index.managed[value.target].type.startswith("aws_"):
            # Values of other providers are seldom taken as they are: they seed names, or are decoded.
            return Unknown(value.why_unknown(), origin)
        return value

    def _known(self, data: Any, written: Any, name: str, origin: Origin) -> Value:
        value = Known(data, origin)
        if name == "user_data" and isinstance(data, str) and _HASH.fullmatch(data):
            constant = mapping(written).get("constant_value")
            return (
                Known(constant, origin) if isinstance(constant, str) else Unknown("the plan has a hash of it", origin)
            )
        if name not in _JOINED or (self._item.type, name) in _OWN_NAMES:
            return value
        found = self._follower.found(written, self._context, origin, _wanted(name))
        found = [item for item in found if item.pending or item.is_alias or isinstance(item.value, Reference)]
        same = [reference for item in found if (reference := self._same(item, data)) is not None]
        if len(same) == 1:
            return same[0]
        if len(found) == 1 and found[0].is_alias:
            return found[0].value
        owner = self._index.identifiers.get(data) if isinstance(data, str) else None
        return value if owner is None or owner[0] == self._item.address else Reference(*owner, origin)

    def _same(self, item: Found, data: Any) -> Reference | None:
        if not isinstance(item.value, Reference) or not isinstance(data, str):
            return None
        attribute = same_value(self._index, item.value, data, guessed=item.guessed)
        return None if attribute is None else Reference(item.value.target, attribute, item.value.origin)


def _wanted(name: str) -> Wanted:
    if "kms" in name or name in _KEYS:
        return _KEY
    if name == "security_configuration":
        return _SECURITY_CONFIGURATION
    return Wanted("aws_s3_bucket" if "bucket" in name else "", "arn" if name.endswith(("arn", "arns")) else "id")


def _at(marks: Any, number: int) -> Any:
    return marks[number] if isinstance(marks, list) and number < len(marks) else None


def _is_block(written: Any) -> bool:
    """Return whether a part of the configuration is a block, not an expression."""
    return isinstance(written, dict) and not {"references", "constant_value"} & written.keys()


def _blocks(written: Any) -> list[dict[str, Any]]:
    blocks = written if isinstance(written, list) else [written]
    return [block for block in blocks if _is_block(block)]


def _matching(blocks: list[dict[str, Any]], data: list[Any], number: int, name: str) -> dict[str, Any] | None:
    """Return the block that an item of a list of blocks comes from; None where `dynamic` may have made it."""
    if len(blocks) == len(data) == 1:
        return blocks[0]
    fitting = [block for block in blocks if _fits(block, data[number])]
    if len(fitting) == 1 or (fitting and all(block == fitting[0] for block in fitting)):
        return fitting[0]
    in_order = len(blocks) == len(data) and name not in _UNORDERED
    return blocks[number] if in_order and blocks[number] in fitting else None


def _fits(block: dict[str, Any], data: Any) -> bool:
    """Return whether all constants that a block writes are the values of an item."""
    for name, written in block.items():
        value = mapping(data).get(name)
        if isinstance(written, dict) and "constant_value" in written:
            constant = written["constant_value"]
            if _texts(constant) != _texts(value):
                return False
        elif isinstance(written, list) and not (isinstance(value, list) and len(value) >= len(written)):
            return False
    return True


def _texts(data: Any) -> list[str]:
    """Return a scalar or list as texts to compare: types and the order of sets differ, null may be an empty text."""
    items = data if isinstance(data, list) else [data]
    return sorted(
        str(item).lower() if isinstance(item, bool) else str(item) for item in items if not (item is None or item == "")
    )
