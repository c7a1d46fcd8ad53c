"""Plans → estates: one declaration for each resource instance that the plan leaves in place."""

from __future__ import annotations

import posixpath
from typing import Any

from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.values import Known, Mapping, Unknown, Value
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.plan import PlanDocument
from s3_glue_rules.resolve.plan.follow import Context
from s3_glue_rules.resolve.plan.index import Item, PlanIndex, Scope, mapping
from s3_glue_rules.resolve.plan.overlay import NoRoot, TerraformRoot, added, overlaid
from s3_glue_rules.resolve.plan.values import MIRRORED, ValueReader
from s3_glue_rules.resolve.terraform.estates import VARIABLE_TYPE
from s3_glue_rules.resolve.terraform.policy_document import plain_json

_REGIONAL = ("aws_s3_", "aws_kms_", "aws_glue_")


def plan_estate(document: PlanDocument, root: TerraformRoot | None = None) -> Estate:
    """Return the estate of a plan. ``root`` is the configuration behind it, where that is at hand.

    Raises ReadError past the bounds. What could not be read of the plan is among the estate's problems.
    """
    return _PlanBuilder(document, root or NoRoot()).build()


class _PlanBuilder:
    def __init__(self, document: PlanDocument, root: TerraformRoot) -> None:
        self._document = document
        self._root = root
        self._index = PlanIndex(document)
        self._values = ValueReader(self._index)
        self._regions: dict[str, str | None] = {}

    def build(self) -> Estate:
        """Return the estate."""
        file = self._document.file
        estate = Estate(file, files=[file], problems=list(self._index.problems))
        data = self._document.data
        if data.get("complete") is False or data.get("deferred_changes"):
            estate.gaps.append(f"the plan {file} is not complete (-target, or changes that are deferred)")
        try:
            for item in self._index.managed.values():
                estate.add(self._resource(item))
            self._declare_variables(estate)
        except RecursionError:
            estate.problems.append(Problem(file, 1, "the plan is nested too deeply; not all was judged"))
        return estate

    def _resource(self, item: Item) -> Declaration:
        origin = self._document.origin(*item.path)
        written = self._written(item.address)
        declaration = Declaration(
            address=item.address,
            logical_id=f"{item.type}.{item.name}",
            type=item.type,
            language="terraform",
            origin=origin,
            read_properties=lambda: self._properties(item, written),
            scope=item.module,
            attributes={"prevent_destroy": Unknown("a plan does not tell prevent_destroy", origin)},
            region=self._region(item),
        )
        if written is not None:
            declaration.origin = written.origin
            declaration.suppressions = written.suppressions
            declaration.attributes = written.attributes
            declaration.region = declaration.region or written.region
        return declaration

    def _written(self, address: str) -> Declaration | None:
        try:
            return self._root.declaration(address)
        except (ReadError, RecursionError):
            return None  # the configuration's own problems are told where it is judged itself

    def _properties(self, item: Item, written: Declaration | None) -> Value:
        planned = self._values.properties(item)
        if written is None:
            return planned
        try:
            properties = written.properties
        except (ReadError, RecursionError):
            return planned
        merged = overlaid(planned, properties, self._is_declared)
        if not isinstance(merged, Mapping):
            return merged
        computed = {name for name, later in item.unknown.items() if later is True}
        names = computed | MIRRORED.get(item.type, set())
        return added(merged, properties, names, self._is_declared)

    def _is_declared(self, address: str) -> bool:
        return address in self._index.managed

    def _region(self, item: Item) -> str | None:
        own = item.values.get("region")
        if isinstance(own, str) and own and item.type.startswith(_REGIONAL):
            return own
        key = mapping(self._index.block(item)).get("provider_config_key")
        if not isinstance(key, str):
            return None
        if key not in self._regions:
            self._regions[key] = self._provider_region(key)
        return self._regions[key]

    def _provider_region(self, key: str) -> str | None:
        providers = self._index.providers
        provider = mapping(providers.get(key))
        region = self._region_of(provider)
        if region is not None or mapping(provider.get("expressions")) or ":" not in key:
            return region
        # A module that is handed its provider: the plan does not tell which one, unless all say the same.
        name = key.rpartition(":")[2].partition(".")[0]
        others = [mapping(other) for known, other in providers.items() if known.partition(".")[0] == name]
        regions = {self._region_of(other) for other in others}
        return regions.pop() if len(regions) == 1 else None

    def _region_of(self, provider: dict[str, Any]) -> str | None:
        expression = mapping(provider.get("expressions")).get("region")
        scope = self._index.scope(str(provider.get("module_address") or ""))
        origin = self._document.origin("configuration", "provider_config")
        value = self._values.scalar(expression, Context(scope, scope.key), origin)
        return value.text() if isinstance(value, Known) else None

    def _declare_variables(self, estate: Estate) -> None:
        """Declare the variables of the root, and those of each module source once, at one of its instances."""
        by_source: dict[str, list[Scope]] = {}
        level: list[tuple[Scope, str]] = [(self._index.scope(""), ".")]
        while level:
            below: list[tuple[Scope, str]] = []
            for scope, folder in level:
                by_source.setdefault(folder, []).append(scope)
                for name, call in mapping(scope.module.get("module_calls")).items():
                    source = str(mapping(call).get("source"))
                    if source.startswith("."):
                        source = posixpath.normpath(posixpath.join(folder, source))
                    instances = self._index.module_instances(scope, name)
                    below += [(self._index.scope(address), source) for address in instances.values()]
            level = below
        for scopes in by_source.values():
            for name, declared in mapping(scopes[0].module.get("variables")).items():
                if "default" in mapping(declared):
                    estate.add(self._variable(scopes, name, declared))

    def _variable(self, scopes: list[Scope], name: str, declared: dict[str, Any]) -> Declaration:
        addresses = [f"{scope.address}.var.{name}" if scope.address else f"var.{name}" for scope in scopes]
        for address in addresses:
            written = self._written(address)
            if written is not None:
                return written
        scope = scopes[0]
        steps: list[str | int] = ["configuration", "root_module"]
        above: list[Scope] = []
        current: Scope | None = scope
        while current is not None and current.parent is not None:
            above.insert(0, current)
            current = current.parent
        for inner in above:
            steps += ["module_calls", inner.name, "module"]
        origin = self._document.origin(*steps, "variables", name)
        return Declaration(
            address=addresses[0],
            logical_id=f"var.{name}",
            type=VARIABLE_TYPE,
            language="terraform",
            origin=origin,
            read_properties=lambda: Mapping({"default": plain_json(declared["default"], origin.at("default"))}, origin),
            scope=scope.address,
        )
