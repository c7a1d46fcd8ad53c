"""Templates → estates: stacks with their nested stacks, and the resources that they declare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any, Protocol

from s3_glue_rules.model.declarations import Declaration, Estate, Suppression
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.spans import Path
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Condition,
    Known,
    Mapping,
    Sequence,
    Unknown,
    Value,
)
from s3_glue_rules.read.cloudformation import Template, suppressions_of
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.resolve.cloudformation import Resolver, foreach_parts, loop_text
from s3_glue_rules.resolve.conditions import every
from s3_glue_rules.resolve.scope import Links, Stack, Written

MOST_STACKS = 500
MOST_NESTING = 20
MOST_RESOURCES = 100_000

NESTED_TYPES = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
PARAMETER_TYPE = "AWS::CloudFormation::Template::Parameter"


class Hints(Protocol):
    """What an assembly knows of resources beside the template: acknowledgements and lines of the author's code."""

    def suppressions(self, construct_path: str, logical_id: str) -> tuple[tuple[str, str], ...]:
        """Return (policy id, reason) pairs that the author acknowledged for a construct or one above it."""
        ...

    def source_line(self, construct_path: str, logical_id: str) -> str | None:
        """Return ``file:line:column`` of the code that created the construct, where it is known."""
        ...

    def construct_path(self, template_file: str, logical_id: str) -> str | None:
        """Return the construct path of a resource whose metadata does not tell it."""
        ...


class NoHints:
    """The hints of a plain template: none."""

    def suppressions(self, construct_path: str, logical_id: str) -> tuple[tuple[str, str], ...]:
        """Return nothing."""
        del construct_path, logical_id
        return ()

    def source_line(self, construct_path: str, logical_id: str) -> str | None:
        """Return nothing."""
        del construct_path, logical_id
        return None

    def construct_path(self, template_file: str, logical_id: str) -> str | None:
        """Return nothing."""
        del template_file, logical_id
        return None


LoadTemplate = Callable[[FilePath], Template | None]


class EstateBuilder:
    """Builds one estate. ``load`` reads nested templates, and remembers what it read."""

    def __init__(self, name: str, load: LoadTemplate) -> None:
        self.estate = Estate(name)
        self.load = load
        self.children: set[FilePath] = set()
        self._stacks: list[tuple[Resolver, str | None]] = []
        self._links = Links(self._find_export, self._find_output)
        self._declare_later: list[tuple[Resolver, Hints]] = []
        self._exports: dict[str, tuple[Resolver, str]] = {}
        self._exports_of = 0

    def add_stack(
        self,
        template: Template,
        *,
        key: str = "",
        environment: dict[str, str] | None = None,
        stack_name: str | None = None,
        hints: Hints | None = None,
    ) -> None:
        """Add a top-level stack of the estate. Raises ReadError past the bounds."""
        stack = Stack(template, key, self._links, environment=environment or {})
        self._grow(stack, stack_name, hints or NoHints(), ())

    def finish(self) -> Estate:
        """Declare all resources (every stack is known now, so that references between stacks can be followed)."""
        for resolver, hints in self._declare_later:
            file = resolver.stack.template.file
            try:
                self._declare_all(resolver, hints)
            except ReadError as error:
                self.estate.problems.append(Problem(file, error.line, error.message))
            except RecursionError:
                self.estate.problems.append(
                    Problem(file, 1, "its conditions or values depend on each other too deeply; not all was judged")
                )
        return self.estate

    def _grow(self, stack: Stack, stack_name: str | None, hints: Hints, above: tuple[str, ...]) -> Resolver:
        template = stack.template
        if len(self._stacks) >= MOST_STACKS:
            raise ReadError(1, f"the estate has more than {MOST_STACKS} stacks")
        resolver = Resolver(stack)
        self._stacks.append((resolver, stack_name))
        if template.file not in self.estate.files:
            self.estate.files.append(template.file)
            self.estate.problems.extend(template.problems)
        for name in template.unknown_transforms:
            self.estate.gaps.append(f"the transform {name} may add resources to {template.file}")
        self._unfold(resolver, template.resources, ("Resources",), ())
        for logical_id, written in list(stack.resources.items()):
            kind = written.body.get("Type")
            if kind in NESTED_TYPES:
                self._nest(resolver, logical_id, written, hints, (*above, template.file))
            elif isinstance(kind, str) and kind.endswith("::MODULE"):
                self.estate.gaps.append(f"the module {kind} adds resources that are not in {template.file}")
        self._declare_later.append((resolver, hints))
        return resolver

    def _unfold(
        self, resolver: Resolver, resources: dict[Any, Any], path: Path, loop: tuple[tuple[str, Value], ...]
    ) -> None:
        """Collect the resources of a section, those that Fn::ForEach makes included."""
        stack = resolver.stack
        for key, body in resources.items():
            if str(key).startswith("Fn::ForEach::"):
                self._unfold_loop(resolver, body, (*path, key), loop)
            elif key == "Fn::Transform":
                self.estate.gaps.append(f"AWS::Include adds resources that are not in {stack.template.file}")
            elif not isinstance(body, dict) or not isinstance(body.get("Type"), str):
                span = resolver.origin((*path, key)).span()
                self.estate.problems.append(
                    Problem(span.file, span.line, f"the resource {key} has no Type; it was not judged")
                )
            elif not isinstance(body.get("Properties"), (dict, type(None))):
                span = resolver.origin((*path, key, "Properties")).span()
                self.estate.problems.append(
                    Problem(span.file, span.line, f"Properties of {key} must be a mapping; it was not judged")
                )
            else:
                self._check_nulls(resolver, body, (*path, key))
                if len(stack.resources) >= MOST_RESOURCES:
                    raise ReadError(1, f"it declares more than {MOST_RESOURCES:,} resources")
                stack.resources[loop_text(str(key), loop)] = Written(body, (*path, key), loop)

    def _check_nulls(self, resolver: Resolver, body: dict[Any, Any], path: Path) -> None:
        for name in ("Metadata", "Properties", "DependsOn", "Condition"):
            if name in body and body[name] is None:
                span = resolver.origin((*path, name)).span()
                self.estate.problems.append(
                    Problem(
                        span.file,
                        span.line,
                        f"{name} of {path[-1]} is empty (null), which CloudFormation refuses: remove it or fill it in",
                    )
                )

    def _unfold_loop(self, resolver: Resolver, node: Any, path: Path, loop: tuple[tuple[str, Value], ...]) -> None:
        parts = foreach_parts(node)
        if parts is None:
            span = resolver.origin(path).span()
            self.estate.problems.append(
                Problem(span.file, span.line, f"{path[-1]} is not [identifier, collection, {{output}}]; not judged")
            )
            return
        identifier, collection, body = parts
        items = resolver.collection(collection, (*path, 1), loop)
        if items is None:
            span = resolver.origin(path).span()
            self.estate.gaps.append(f"{path[-1]} in {span.file} loops over something that only deployment knows")
            items = [Unknown("the items of the loop are known only at deployment", resolver.origin((*path, 1)))]
        for item in items:
            self._unfold(resolver, body, (*path, 2), (*loop, (identifier, item)))

    def _nest(
        self, resolver: Resolver, logical_id: str, written: Written, hints: Hints, above: tuple[str, ...]
    ) -> None:
        stack = resolver.stack
        body = written.body
        properties = body.get("Properties")
        properties = properties if isinstance(properties, dict) else {}
        where = resolver.origin(written.path).span()
        metadata = body.get("Metadata")
        location = metadata.get("aws:asset:path") if isinstance(metadata, dict) else None
        if location is None:
            location = properties.get(NESTED_TYPES[body["Type"]])
        if not isinstance(location, str) or "://" in location or "${" in location:
            self.estate.gaps.append(f"the template of the nested stack {logical_id} in {where.file} is not at hand")
            return
        path = FilePath(stack.template.file).parent / location
        template = None
        try:
            path = path.resolve()
            template = self.load(path) if path.is_file() else None
        except ReadError as error:
            self.estate.problems.append(Problem(str(path), error.line, error.message))
        except (OSError, ValueError, RuntimeError):
            pass  # no file can have that name, or its links go round in a circle
        if template is None:
            self.estate.problems.append(
                Problem(where.file, where.line, f"the nested template {location} of {logical_id} could not be read")
            )
            return
        if template.file in above:
            self.estate.problems.append(
                Problem(where.file, where.line, f"the nested stack {logical_id} contains itself; it is not followed")
            )
            return
        if len(above) >= MOST_NESTING:
            raise ReadError(where.line, f"stacks are nested deeper than {MOST_NESTING} levels")
        self.children.add(path)
        given = properties.get("Parameters")
        place = (*written.path, "Properties", "Parameters")
        child = Stack(
            template,
            stack.address(logical_id),
            self._links,
            parent=resolver,
            given={str(k): (v, (*place, k), written.loop) for k, v in given.items()} if isinstance(given, dict) else {},
            environment=stack.environment,
            exists=every((stack.exists, _existence(resolver, written))),
        )
        stack.children[logical_id] = self._grow(child, None, hints, above)

    def _declare_all(self, resolver: Resolver, hints: Hints) -> None:
        stack = resolver.stack
        for logical_id, written in stack.resources.items():
            self.estate.add(_declaration(resolver, logical_id, written, hints))
        for name, declared in stack.template.sections["Parameters"].items():
            if isinstance(declared, dict) and declared.get("Default") is not None:
                self.estate.add(_parameter_declaration(resolver, str(name), declared))

    def _find_export(self, name: Value) -> Value | None:
        if self._exports_of != len(self._stacks):
            # Set first: the name of an export may itself be imported.
            self._exports_of = len(self._stacks)
            self._exports = {}
            for resolver, _ in self._stacks:
                for output, declared in resolver.stack.template.sections["Outputs"].items():
                    export = declared.get("Export") if isinstance(declared, dict) else None
                    if isinstance(export, dict):
                        exported = resolver.value(export.get("Name"), ("Outputs", output, "Export", "Name"))
                        if isinstance(exported, Known):
                            self._exports.setdefault(symbol(exported), (resolver, str(output)))
        found = self._exports.get(symbol(name))
        return None if found is None else found[0].output(found[1], ("Outputs", found[1]))

    def _find_output(self, stack: Value, output: Value) -> Value | None:
        if not isinstance(stack, Known) or not isinstance(output, Known):
            return None
        for resolver, name in self._stacks:
            if name == stack.text() and output.text() in resolver.stack.template.sections["Outputs"]:
                return resolver.output(output.text(), ("Outputs", output.text()))
        return None


def _existence(resolver: Resolver, written: Written) -> Condition:
    name = written.body.get("Condition")
    if isinstance(name, str):
        return resolver.condition(loop_text(name, written.loop))
    return Always(holds=True)


# Where tools for local work find what a property is uploaded from
# (https://docs.aws.amazon.com/cdk/v2/guide/assets.html#assets-cfn).
ASSET_PATH = "aws:asset:path"
ASSET_PROPERTY = "aws:asset:property"


def _declaration(resolver: Resolver, logical_id: str, written: Written, hints: Hints) -> Declaration:
    stack = resolver.stack
    body, path, loop = written.body, written.path, written.loop
    origin = resolver.origin(path)
    metadata = body.get("Metadata")
    construct = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
    construct = construct if isinstance(construct, str) and construct else None
    construct = construct or hints.construct_path(stack.template.file, logical_id)
    name = construct or stack.address(logical_id)

    def read_properties() -> Value:
        properties = body.get("Properties")
        own: Value = Mapping({}, origin, complete=not stack.template.unknown_transforms)
        if properties is not None:
            own = resolver.value(properties, (*path, "Properties"), loop)
        shared = _globals(resolver, body["Type"])
        return own if shared is None else merged(shared, own)

    attributes: dict[str, Value] = {
        key: resolver.value(body[key], (*path, key), loop)
        for key in ("DeletionPolicy", "UpdateReplacePolicy")
        if key in body
    }
    asset = metadata.get(ASSET_PATH) if isinstance(metadata, dict) else None
    if isinstance(asset, str) and "ScriptLocation" in str(metadata.get(ASSET_PROPERTY, "ScriptLocation")):
        attributes[ASSET_PATH] = Known(asset, resolver.origin((*path, "Metadata", ASSET_PATH)))
    written_id = str(path[1]) if len(path) > 1 else logical_id
    suppressions = suppressions_of(stack.template, written_id, metadata) + tuple(
        Suppression(policy, reason, origin) for policy, reason in hints.suppressions(name, logical_id)
    )
    return Declaration(
        address=stack.address(logical_id),
        logical_id=logical_id,
        type=body["Type"],
        language="cloudformation",
        origin=origin,
        read_properties=read_properties,
        name=name,
        scope=stack.key,
        exists=every((stack.exists, _existence(resolver, written))),
        attributes=attributes,
        suppressions=suppressions,
        source_line=hints.source_line(name, logical_id),
        region=stack.environment.get("AWS::Region"),
    )


def _parameter_declaration(resolver: Resolver, name: str, declared: dict[Any, Any]) -> Declaration:
    path: Path = ("Parameters", name)
    return Declaration(
        address=resolver.stack.address(f"Parameters/{name}"),
        logical_id=name,
        type=PARAMETER_TYPE,
        language="cloudformation",
        origin=resolver.origin(path),
        read_properties=lambda: resolver.value(declared, path),
        name=resolver.stack.address(f"Parameters/{name}"),
        scope=resolver.stack.key,
    )


def _globals(resolver: Resolver, kind: str) -> Value | None:
    """Return what SAM's Globals section adds to a resource of the type."""
    if not kind.startswith("AWS::Serverless::"):
        return None
    section = kind.removeprefix("AWS::Serverless::")
    shared = resolver.stack.template.sections["Globals"].get(section)
    if not isinstance(shared, dict):
        return None
    return resolver.value(shared, ("Globals", section))


def merged(shared: Value, own: Value) -> Value:
    """Merge as SAM does: mappings key by key, lists one after the other, anything else replaced.

    Source: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
    """
    if isinstance(own, Absent):
        return shared
    if isinstance(own, Choice):
        return Choice(own.condition, merged(shared, own.then), merged(shared, own.otherwise), own.origin)
    if isinstance(shared, Choice):
        return Choice(shared.condition, merged(shared.then, own), merged(shared.otherwise, own), own.origin)
    if isinstance(shared, Mapping) and isinstance(own, Mapping):
        entries = dict(shared.entries)
        for name, value in own.entries.items():
            entries[name] = merged(entries[name], value) if name in entries else value
        return Mapping(entries, own.origin, shared.complete and own.complete)
    if isinstance(shared, Sequence) and isinstance(own, Sequence):
        return Sequence((*shared.items, *own.items), own.origin)
    return own
