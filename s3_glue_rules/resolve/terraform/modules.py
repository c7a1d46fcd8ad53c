"""Module instances: variables, locals, outputs, resources and inner modules of one use of a module directory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Condition,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Unknown,
    Value,
    Variable,
)
from s3_glue_rules.read.hcl_syntax import Block
from s3_glue_rules.read.terraform import ModuleText
from s3_glue_rules.resolve.conditions import every
from s3_glue_rules.resolve.terraform.bodies import body_value
from s3_glue_rules.resolve.terraform.context import MOST_MODULE_DEPTH, MOST_MODULES, Context
from s3_glue_rules.resolve.terraform.data_sources import data_attribute
from s3_glue_rules.resolve.terraform.expansion import Expansion, Instance, Key, expand, keyed
from s3_glue_rules.resolve.terraform.expressions import Frame, evaluate
from s3_glue_rules.resolve.terraform.functions.reading import Files
from s3_glue_rules.resolve.terraform.objects import WHOLE, Namespace, ObjectWithAttributes
from s3_glue_rules.resolve.terraform.types import Converter, type_of
from s3_glue_rules.resolve.terraform.variables import open_variable, without_null


@dataclass(eq=False)
class ModuleInstance:
    """One use of a module directory.

    ``address`` is its prefix (empty for the root), ``call`` the block that calls it with the frame it is evaluated in.
    """

    context: Context
    text: ModuleText
    address: str = ""
    key: str = ""
    parent: ModuleInstance | None = None
    call: Block | None = None
    call_frame: Frame | None = None
    exists: Condition = field(default_factory=lambda: Always(holds=True))
    depth: int = 0
    _memo: dict[tuple[str, ...], Value] = field(default_factory=dict)
    _busy: set[tuple[str, ...]] = field(default_factory=set)
    _expansions: dict[str, Expansion] = field(default_factory=dict)
    _calls: dict[str, list[tuple[Instance, ModuleInstance]] | None] = field(default_factory=dict)
    _properties: dict[str, Value] = field(default_factory=dict)

    @property
    def frame(self) -> Frame:
        """The frame of expressions that stand at the top of the module."""
        return Frame(self)

    @cached_property
    def files(self) -> Files:
        """The files that functions may read."""
        return Files(self.context.root, self.context.boundary)

    def spend(self, origin: Origin) -> None:
        """Count one step of work."""
        self.context.spend(origin)

    def path(self, rest: str) -> str:
        """Return the address of something in this module."""
        return f"{self.address}.{rest}" if self.address else rest

    # Names

    def name(self, word: str, origin: Origin) -> Value:
        """Return what the first word of a traversal stands for."""
        if word == "data":
            return Namespace(lambda kind, _: Namespace(lambda name, place: self._data(kind, name, place)), origin)
        if word in {"each", "count", "self"}:
            return Unknown(f"{word} has no meaning here", origin)
        find = {
            "var": self.variable,
            "local": self.local,
            "module": self._module,
            "path": self._path,
            "terraform": self._terraform,
        }.get(word)
        if find is not None:
            return Namespace(find, origin)
        return Namespace(lambda name, place: self._resource(word, name, place), origin)

    def once(self, key: tuple[str, ...], origin: Origin, compute: Callable[[], Value]) -> Value:
        """Return what was computed under a key, or compute it; Unknown where it depends on itself."""
        known = self._memo.get(key)
        if known is not None:
            return known
        if key in self._busy:
            return Unknown(f"{'.'.join(key)} depends on itself", origin)
        self._busy.add(key)
        try:
            found = self._memo[key] = compute()
        finally:
            self._busy.discard(key)
        return found

    def local(self, name: str, origin: Origin) -> Value:
        """Return a local value."""
        argument = self.text.local_values.get(name)
        if argument is None:
            return Unknown(f"local.{name} is not declared", origin)
        return self.once(("local", name), origin, lambda: evaluate(argument.expression, self.frame))

    def output(self, name: str, origin: Origin) -> Value:
        """Return an output value."""
        block = self.text.outputs.get(name)
        argument = block.body.arguments.get("value") if block is not None else None
        if argument is None:
            return Unknown(f"{self.address} has no output {name}", origin)
        return self.once(("output", name), origin, lambda: evaluate(argument.expression, self.frame))

    def _path(self, name: str, origin: Origin) -> Value:
        if name == "module":
            return Known(str(self.text.folder), origin)
        if name in {"root", "cwd"}:
            return Known(str(self.context.root), origin)
        return Unknown(f"path.{name} is not known", origin)

    def _terraform(self, name: str, origin: Origin) -> Value:
        return Open(Variable(f"terraform.{name}", f"terraform.{name}", "default"), origin)

    # Variables

    def variable(self, name: str, origin: Origin) -> Value:
        """Return the value of a variable: what the caller or a file gives, its default, or an open variable."""
        block = self.text.variables.get(name)
        if block is None:
            return Unknown(f"var.{name} is not declared", origin)
        return self.once(("var", name), origin, lambda: self._variable(name, block))

    def _variable(self, name: str, block: Block) -> Value:
        arguments = block.body.arguments
        wanted = type_of(arguments["type"].expression if "type" in arguments else None)
        default = evaluate(arguments["default"].expression, self.frame) if "default" in arguments else None
        convert = Converter(lambda expression: evaluate(expression, self.frame)).convert
        nullable = True
        if "nullable" in arguments:
            said = evaluate(arguments["nullable"].expression, self.frame)
            nullable = not (isinstance(said, Known) and said.value in (False, "false"))
        if default is not None:
            default = convert(default, wanted)
        given = self._given(name)
        if given is None:
            if self.parent is None:
                return open_variable(name, block, wanted, default)
            return Unknown(f"the caller gives no value for var.{name}", block.origin) if default is None else default
        given = convert(given, wanted)
        return given if nullable or default is None else without_null(given, default)

    def _given(self, name: str) -> Value | None:
        if self.parent is None:
            return self.context.values.get(name)
        argument = self.call.body.arguments.get(name) if self.call is not None else None
        if argument is None or self.call_frame is None:
            return None
        value = evaluate(argument.expression, self.call_frame)
        return Absent(argument.origin) if isinstance(value, Absent) else value

    # Resources

    def _resource(self, kind: str, name: str, origin: Origin) -> Value:
        if (kind, name) not in self.text.resources:
            return Unknown(f"{kind}.{name} is not declared", origin)

        def compute() -> Value:
            self.resource_instances(kind, name)
            base = self.path(f"{kind}.{name}")
            return self._expansions[base].shape.filled(lambda key: Reference(keyed(base, key), WHOLE))

        return self.once(("resource", kind, name), origin, compute)

    def resource_instances(self, kind: str, name: str) -> tuple[Instance, ...]:
        """Return the instances of a resource block, and make them known by their addresses."""
        base = self.path(f"{kind}.{name}")
        is_new = base not in self._expansions
        expansion = self._expand(self.text.resources[kind, name], base)
        if is_new:
            for instance in expansion.instances:
                self.context.places[keyed(base, instance.key)] = (self, kind, name, instance)
        return expansion.instances

    def properties(self, kind: str, name: str, instance: Instance) -> Value:
        """Return the arguments of one instance of a resource."""
        address = keyed(self.path(f"{kind}.{name}"), instance.key)
        if address not in self._properties:
            block = self.text.resources[kind, name]
            self._properties[address] = Unknown(f"{address} depends on itself", block.origin)
            self._properties[address] = body_value(block.body, instance.frame, block.origin)
        return self._properties[address]

    def followed(self, reference: Reference) -> Value:
        """Return what the configuration writes for an attribute of a resource of any module of the root."""
        found = self.context.places.get(reference.target)
        if found is None:
            return Unknown(reference.why_unknown(), reference.origin)
        owner, kind, name, instance = found
        if reference.attribute == WHOLE:
            return Unknown(f"the whole of {reference.target} is used as a value", reference.origin)
        value = owner.properties(kind, name, instance)
        if reference.attribute == "tags" and isinstance(value, Mapping) and "tags" not in value.entries:
            return Absent(reference.origin)
        for step in reference.attribute.split("."):
            if isinstance(value, Mapping) and step in value.entries:
                value = value.entries[step]
            elif isinstance(value, Sequence) and step.isdigit() and int(step) < len(value.items):
                value = value.items[int(step)]
            else:
                return Unknown(reference.why_unknown(), reference.origin)
        return self.followed(value) if isinstance(value, Reference) and value != reference else value

    def stands_for_all(self, reference: Reference) -> bool:
        """Return whether the resource stands for instances whose keys are not known."""
        return reference.target in self.context.standing

    def _expand(self, block: Block, base: str) -> Expansion:
        """Work out ``count`` or ``for_each``, once."""
        known = self._expansions.get(base)
        if known is None:
            known = self._expansions[base] = expand(block, base, self.frame)
            if known.standing:
                self.context.standing.add(base)
        return known

    # Data sources

    def _data(self, kind: str, name: str, origin: Origin) -> Value:
        block = self.text.data.get((kind, name))
        if block is None:
            return Unknown(f"data.{kind}.{name} is not declared", origin)
        base = self.path(f"data.{kind}.{name}")

        def compute() -> Value:
            expansion = self._expand(block, base)
            by_key = {instance.key: instance for instance in expansion.instances}

            def make(key: Key) -> Value:
                address = keyed(base, key)
                return ObjectWithAttributes(
                    lambda attribute, place: data_attribute(
                        self, block, address, by_key[key], attribute=attribute, origin=place
                    ),
                    address,
                )

            return expansion.shape.filled(make)

        return self.once(("data", kind, name), origin, compute)

    # Modules

    def _module(self, name: str, origin: Origin) -> Value:
        block = self.text.modules.get(name)
        if block is None:
            return Unknown(f"module.{name} is not declared", origin)
        return self.once(("module", name), origin, lambda: self.module_value(name, block))

    def module_value(self, name: str, block: Block) -> Value:
        """Return what the name of a module call stands for."""
        made = self.calls(name)
        base = self.path(f"module.{name}")
        if made is None:
            reason = f"{base} is a module that is not at hand"
            return ObjectWithAttributes(lambda attribute, place: Unknown(f"{reason} ({attribute})", place), base)
        by_key = {instance.key: module for instance, module in made}

        def make(key: Key) -> Value:
            module = by_key.get(key)
            if module is None:
                return Unknown(
                    f"more modules are called than are followed, {keyed(base, key)} among them", block.origin
                )
            return ObjectWithAttributes(module.output, keyed(base, key), block.origin)

        return self._expand(block, base).shape.filled(make)

    def calls(self, name: str) -> list[tuple[Instance, ModuleInstance]] | None:
        """Return the instances of a module call, or None where its directory is not at hand."""
        if name in self._calls:
            return self._calls[name]
        self._calls[name] = None
        block = self.text.modules[name]
        text = self._directory(name, block)
        if text is None:
            return None
        base = self.path(f"module.{name}")
        instances = self._expand(block, base).instances
        made: list[tuple[Instance, ModuleInstance]] = []
        for instance in instances:
            self.context.modules += 1
            if self.context.modules > MOST_MODULES:
                self.context.problem(block.origin, f"more than {MOST_MODULES:,} module instances; not all were judged")
                break
            child = ModuleInstance(
                self.context,
                text,
                keyed(base, instance.key),
                f"{self.key}.{name}" if self.key else name,
                self,
                block,
                instance.frame,
                every((self.exists, instance.exists)),
                self.depth + 1,
            )
            made.append((instance, child))
        self._calls[name] = made
        return made

    def _directory(self, name: str, block: Block) -> ModuleText | None:
        """Return the text of the called module; None (with a problem or a note) where it is not at hand."""
        argument = block.body.arguments.get("source")
        source = evaluate(argument.expression, self.frame) if argument is not None else None
        if not isinstance(source, Known) or not isinstance(source.value, str):
            self.context.problem(block.origin, f"module {name} names no source that can be read; it was not judged")
            return None
        place = argument.origin if argument is not None else block.origin
        installed = self.context.installed.get(f"{self.key}.{name}" if self.key else name)
        if source.value.startswith(("./", "../", ".\\", "..\\")) or source.value in {".", ".."}:
            folder = self.text.folder / source.value.replace("\\", "/")
        elif installed is not None:
            folder = installed
        else:
            span = block.origin.span()
            self.context.notes.append(
                Problem(
                    span.file,
                    span.line,
                    f"module {name} ({source.value}) is not installed, so its resources were not judged: run terraform "
                    "init first, or scan a plan",
                )
            )
            return None
        try:
            folder = folder.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            self.context.problem(place, f"the module directory {source.value} cannot be found: {error}")
            return None
        if not self.context.within(folder) and not (installed is not None and folder == installed):
            self.context.problem(place, f"the module directory {source.value} lies outside of what is scanned")
            return None
        if self.depth >= MOST_MODULE_DEPTH:
            self.context.problem(place, f"modules call each other deeper than {MOST_MODULE_DEPTH} levels")
            return None
        above: ModuleInstance | None = self
        while above is not None:
            if above.text.folder == folder:
                self.context.problem(place, f"the module in {source.value} calls itself; it is not followed")
                return None
            above = above.parent
        if not folder.is_dir():
            self.context.problem(place, f"there is no module directory {source.value}; it was not judged")
            return None
        text = self.context.load(folder)
        if not text.files:
            self.context.problem(place, f"the module directory {source.value} holds no Terraform files")
            return None
        for file in text.files:
            if file not in self.context.files:
                self.context.files[file] = None
                self.context.problems.extend(problem for problem in text.problems if problem.file == file)
        return text
