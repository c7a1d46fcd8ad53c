"""Root modules → estates: one declaration for each resource instance of the root and of the modules it calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingType
from pathlib import Path

from s3_glue_rules.model.declarations import Declaration, Estate, Suppression
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.values import Known, Mapping, Value, scalar_text
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.hcl_syntax import Block
from s3_glue_rules.read.terraform import ModuleText
from s3_glue_rules.resolve.conditions import every
from s3_glue_rules.resolve.terraform.bodies import body_value, placed
from s3_glue_rules.resolve.terraform.context import MOST_RESOURCES, Context
from s3_glue_rules.resolve.terraform.expansion import Instance, keyed
from s3_glue_rules.resolve.terraform.expressions import evaluate
from s3_glue_rules.resolve.terraform.modules import ModuleInstance
from s3_glue_rules.resolve.terraform.objects import plain
from s3_glue_rules.resolve.terraform.providers import region_of
from s3_glue_rules.resolve.terraform.values import root_values

VARIABLE_TYPE = "variable"
MODULE_TYPE = "module"


class RootBuilder:
    """Builds the estate of one root module.

    ``load`` reads module directories, ``boundary`` is the folder that nothing outside of is read from, ``var_files``
    are files of variables named by the user, ``values`` are values that are known otherwise (from a plan).
    """

    def __init__(
        self,
        text: ModuleText,
        load: Callable[[Path], ModuleText],
        boundary: Path,
        *,
        environment: MappingType[str, str] | None = None,
        var_files: tuple[str, ...] = (),
        values: MappingType[str, Value] | None = None,
    ) -> None:
        self.estate = Estate(text.shown)
        self.context = Context(text.folder, text.shown, boundary, load)
        self.root = ModuleInstance(self.context, text)
        self.context.files.update(dict.fromkeys(text.files))
        self.context.problems.extend(text.problems)
        given = root_values(
            text, self.root.frame, os.environ if environment is None else environment, var_files, self.context.problems
        )
        self.context.values.update({**given, **(values or {})})

    def build(self) -> Estate:
        """Return the estate. What could not be judged is among its problems."""
        try:
            for module in self._modules(self.root):
                self._declare(module)
        except ReadError as error:
            self.context.problems.append(_problem_of(error, self.context))
        except RecursionError:
            self.context.problems.append(
                _problem_of(
                    ReadError(1, "its values depend on each other too deeply; not all was judged"), self.context
                )
            )
        self.estate.files.extend(self.context.files)
        self.estate.problems.extend(dict.fromkeys(self.context.problems))
        self.estate.notes.extend(dict.fromkeys(self.context.notes))
        return self.estate

    def _modules(self, module: ModuleInstance) -> Iterator[ModuleInstance]:
        yield module
        for name, block in module.text.modules.items():
            made = module.calls(name)
            if made is None:
                self.estate.add(_module_declaration(module, name, block))
            for _, inner in made or ():
                yield from self._modules(inner)

    def _declare(self, module: ModuleInstance) -> None:
        for (kind, name), block in module.text.resources.items():
            for instance in module.resource_instances(kind, name):
                if len(self.estate.declarations) >= MOST_RESOURCES:
                    line = block.lines[0]
                    raise ReadError(line, f"more than {MOST_RESOURCES:,} resources; the others were not judged")
                self.estate.add(_declaration(module, kind, name, block, instance))
        if module.text.folder not in self.context.declared_variables:
            self.context.declared_variables.add(module.text.folder)
            for name, block in module.text.variables.items():
                if "default" in block.body.arguments:
                    self.estate.add(_variable_declaration(module, name, block))


def _problem_of(error: ReadError, context: Context) -> Problem:
    return Problem(next(iter(context.files), context.shown), error.line, error.message)


def _declaration(module: ModuleInstance, kind: str, name: str, block: Block, instance: Instance) -> Declaration:
    return Declaration(
        address=keyed(module.path(f"{kind}.{name}"), instance.key),
        logical_id=f"{kind}.{name}",
        type=kind,
        language="terraform",
        origin=block.origin,
        read_properties=lambda: module.properties(kind, name, instance),
        scope=module.address,
        exists=every((module.exists, instance.exists)),
        attributes=_lifecycle(block, instance),
        suppressions=suppressions(module, block),
        region=_region(module, block, instance),
    )


def _lifecycle(block: Block, instance: Instance) -> dict[str, Value]:
    for inner in block.body.of_type("lifecycle"):
        argument = inner.body.arguments.get("prevent_destroy")
        if argument is not None:
            return {"prevent_destroy": placed(plain(evaluate(argument.expression, instance.frame)), argument.origin)}
    return {}


def _region(module: ModuleInstance, block: Block, instance: Instance) -> str | None:
    argument = block.body.arguments.get("region")
    if argument is not None:
        value = evaluate(argument.expression, instance.frame)
        return scalar_text(value.value) if isinstance(value, Known) else None
    return region_of(module, block)


def suppressions(module: ModuleInstance, block: Block) -> tuple[Suppression, ...]:
    """Return what an author accepts: comments in the resource block, and in the module calls that lead to it."""
    found = [Suppression(policy, reason, block.origin) for policy, reason in block.comments if reason]
    above: ModuleInstance | None = module
    while above is not None and above.call is not None:
        call = above.call
        found.extend(Suppression(policy, reason, call.origin) for policy, reason in call.comments if reason)
        above = above.parent
    return tuple(found)


def _module_declaration(module: ModuleInstance, name: str, block: Block) -> Declaration:
    """Declare the call of a module that is not at hand: it may do anything with what its arguments name."""
    return Declaration(
        address=module.path(f"module.{name}"),
        logical_id=f"module.{name}",
        type=MODULE_TYPE,
        language="terraform",
        origin=block.origin,
        read_properties=lambda: body_value(block.body, module.frame, block.origin),
        scope=module.address,
        exists=module.exists,
    )


def _variable_declaration(module: ModuleInstance, name: str, block: Block) -> Declaration:
    argument = block.body.arguments["default"]

    def read() -> Value:
        value = plain(placed(evaluate(argument.expression, module.frame), argument.origin))
        return Mapping({"default": value}, block.origin)

    return Declaration(
        address=module.path(f"var.{name}"),
        logical_id=f"var.{name}",
        type=VARIABLE_TYPE,
        language="terraform",
        origin=block.origin,
        read_properties=read,
        scope=module.address,
        suppressions=suppressions(module, block),
    )
