"""What a plan holds, by address: resource instances, module instances, and the configuration behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.spans import Path
from s3_glue_rules.read.errors import MOST_DEPTH, ReadError
from s3_glue_rules.read.plan import PlanDocument
from s3_glue_rules.resolve.plan.addresses import Key, module_of, module_parts

MOST_RESOURCES = 100_000


@dataclass(eq=False)
class Item:
    """One instance of a resource or data source.

    ``values`` are what is known, ``unknown`` has true where something is known after apply only, ``before`` what the
    state has; ``sensitive`` has a list where the schema has a list or blocks, whatever is known of them. ``path``
    leads to the entry in the plan, ``values_path`` to its values.
    """

    address: str
    mode: str
    type: str
    name: str
    key: Key
    module: str
    values: dict[str, Any]
    path: Path
    values_path: Path
    unknown: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    sensitive: dict[str, Any] = field(default_factory=dict)

    def knows(self, attribute: str) -> bool:
        """Return whether the value of an attribute (null included) is known."""
        return attribute in self.values and self.unknown.get(attribute) is not True


@dataclass(eq=False)
class Scope:
    """An instance of a module: its address, its part of the configuration, and the call that makes it."""

    address: str
    module: dict[str, Any]
    parent: Scope | None = None
    call: dict[str, Any] = field(default_factory=dict)
    key: Key = None
    name: str = ""

    def output(self, name: str) -> Any:
        """Return the expression of an output, or None."""
        return mapping(mapping(mapping(self.module.get("outputs")).get(name)).get("expression")) or None


def mapping(data: Any) -> dict[str, Any]:
    """Return JSON data that should be an object; an empty one where it is not."""
    return data if isinstance(data, dict) else {}


def block_address(mode: str, kind: str, name: str) -> str:
    """Return the address of a resource in its module's configuration."""
    return f"data.{kind}.{name}" if mode == "data" else f"{kind}.{name}"


def _entries(data: Any) -> Iterator[dict[str, Any]]:
    for entry in data if isinstance(data, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("address"), str):
            yield entry


class PlanIndex:
    """The parts of a plan by address. ``problems`` says what could not be read. Raises ReadError past the bounds."""

    def __init__(self, document: PlanDocument) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.managed: dict[str, Item] = {}
        self._planned: set[str] = set()
        self._instances: dict[tuple[str, str, str, str], dict[Key, Item]] = {}
        self._modules: dict[tuple[str, str], dict[Key, str]] = {}
        self._blocks: dict[int, dict[str, dict[str, Any]]] = {}
        configuration = mapping(document.data.get("configuration"))
        self._scopes: dict[str, Scope] = {"": Scope("", mapping(configuration.get("root_module")))}
        self.providers = mapping(configuration.get("provider_config"))
        self._read(("planned_values", "root_module"), planned=True)
        self._read(("prior_state", "values", "root_module"), planned=False)
        self._read_changes()

    @cached_property
    def identifiers(self) -> dict[str, tuple[str, str]]:
        """The ARNs of all resources and the ids of all keys that exist already: the address and the attribute."""
        found: dict[str, list[tuple[str, str]]] = {}
        for item in self.managed.values():
            for attribute in ("arn", "key_id") if item.type.startswith("aws_kms_") else ("arn",):
                value = item.values.get(attribute)
                if isinstance(value, str) and value:
                    found.setdefault(value, []).append((item.address, attribute))
        return {value: owners[0] for value, owners in found.items() if len(owners) == 1}

    def instances(self, module: str, mode: str, kind: str, name: str) -> dict[Key, Item]:
        """Return the instances of a resource of a module instance by their keys."""
        return self._instances.get((module, mode, kind, name), {})

    def module_instances(self, parent: Scope, name: str) -> dict[Key, str]:
        """Return the addresses of the instances of a module call by their keys, as far as the plan shows them."""
        found = self._modules.get((parent.address, name))
        if found is not None:
            return found
        call = mapping(mapping(parent.module.get("module_calls")).get(name))
        if not call or "count_expression" in call or "for_each_expression" in call:
            return {}
        return {None: f"{parent.address}.module.{name}" if parent.address else f"module.{name}"}

    def scope(self, address: str) -> Scope:
        """Return the module instance at an address. One that the configuration does not have is empty."""
        known = self._scopes.get(address)
        if known is None:
            above = self._scopes[""]
            for instance, name, key in module_parts(address):
                if instance not in self._scopes:
                    call = mapping(mapping(above.module.get("module_calls")).get(name))
                    self._scopes[instance] = Scope(instance, mapping(call.get("module")), above, call, key, name)
                above = self._scopes[instance]
            known = self._scopes[address] = above
        return known

    def block(self, item: Item) -> dict[str, Any] | None:
        """Return what the configuration writes for a resource, or None where it has no such resource."""
        return self.blocks(self.scope(item.module)).get(block_address(item.mode, item.type, item.name))

    def blocks(self, scope: Scope) -> dict[str, dict[str, Any]]:
        """Return what the configuration of a module writes: its resources and data sources by address."""
        module = scope.module
        known = self._blocks.get(id(module))
        if known is None:
            known = {block["address"]: block for block in _entries(module.get("resources"))}
            self._blocks[id(module)] = known
        return known

    def _read(self, path: Path, *, planned: bool) -> None:
        """Collect the instances below a module, those of the state only where they are data that were read."""
        module: Any = self.document.data
        for step in path:
            module = mapping(module).get(str(step))
        level: list[tuple[Path, Any]] = [(path, module)]
        for _ in range(MOST_DEPTH):
            below: list[tuple[Path, Any]] = []
            for place, node in level:
                self._read_module(place, mapping(node), planned=planned)
                children = mapping(node).get("child_modules")
                if isinstance(children, list):
                    below += [((*place, "child_modules", number), child) for number, child in enumerate(children)]
            if not below:
                return
            level = below

    def _read_module(self, place: Path, node: dict[str, Any], *, planned: bool) -> None:
        resources = node.get("resources")
        for number, entry in enumerate(resources if isinstance(resources, list) else ()):
            path = (*place, "resources", number)
            item = self._item(entry, path)
            if item is None:
                line = self.document.origin(*path).span().line
                self.problems.append(
                    Problem(self.document.file, line, "a resource of the plan has no address, type or values")
                )
            elif planned or (item.mode == "data" and item.address not in self._planned):
                self._keep(item)
        if planned and isinstance(node.get("address"), str):
            self._keep_modules(node["address"])

    def _item(self, entry: Any, path: Path) -> Item | None:
        entry = mapping(entry)
        address, kind, name = entry.get("address"), entry.get("type"), entry.get("name")
        values = entry.get("values", {})  # left out where nothing is known
        if not (isinstance(address, str) and isinstance(kind, str) and isinstance(name, str)):
            return None
        if not isinstance(values, dict):
            return None
        key = entry.get("index")
        return Item(
            address=address,
            mode=str(entry.get("mode", "managed")),
            type=kind,
            name=name,
            key=key if isinstance(key, (str, int)) else None,
            module=module_of(address),
            values=values,
            path=path,
            values_path=(*path, "values"),
        )

    def _keep(self, item: Item) -> None:
        self._planned.add(item.address)
        if item.mode == "managed":
            if len(self.managed) >= MOST_RESOURCES:
                raise ReadError(1, f"it plans more than {MOST_RESOURCES:,} resources")
            self.managed[item.address] = item
        self._instances.setdefault((item.module, item.mode, item.type, item.name), {})[item.key] = item
        self._keep_modules(item.module)

    def _keep_modules(self, address: str) -> None:
        above = ""
        for instance, name, key in module_parts(address):
            self._modules.setdefault((above, name), {})[key] = instance
            above = instance

    def _read_changes(self) -> None:
        items = {item.address: item for group in self._instances.values() for item in group.values()}
        changes = self.document.data.get("resource_changes")
        for entry in _entries(changes):
            # An object that is deposed is only waiting to be deleted.
            item = None if "deposed" in entry else items.get(entry["address"])
            if item is not None and not isinstance(entry.get("change"), dict):
                file = self.document.file
                self.problems.append(Problem(file, 1, f"the plan does not tell the change of {item.address}"))
            elif item is not None:
                change = mapping(entry.get("change"))
                item.unknown = mapping(change.get("after_unknown"))
                item.before = mapping(change.get("before"))
                item.sensitive = mapping(change.get("after_sensitive"))
