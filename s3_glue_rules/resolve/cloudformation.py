"""CloudFormation's intrinsic functions and conditions → values.

Nothing is guessed: what deployment decides stays a choice, an open variable or unknown
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from s3_glue_rules.model.reader import describe, symbol
from s3_glue_rules.model.spans import Origin, Path
from s3_glue_rules.model.values import (
    MOST_PARTS,
    Absent,
    Always,
    Choice,
    Condition,
    Equal,
    Every,
    Impossible,
    Known,
    Mapping,
    Not,
    Open,
    Reference,
    Sequence,
    Some,
    Text,
    Undetermined,
    Unknown,
    Value,
    Variable,
    scalar_text,
    text_of,
)
from s3_glue_rules.read.errors import MOST_DEPTH, ReadError
from s3_glue_rules.resolve.scope import Stack

MOST_VALUES = 500_000
MOST_LISTED = 3
MOST_STEPS = MOST_DEPTH + 100

# The items that enclosing loops stand at: identifier and value, outermost first.
Loop = tuple[tuple[str, Value], ...]

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_LOOP_NAME = re.compile(r"([$&])\{([^{}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:[^}]*\}\}")
_PSEUDO = {
    "AWS::AccountId", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName",
    "AWS::URLSuffix",
}  # fmt: skip


class Resolver:
    """Resolves what one stack writes. Values are memoized where they are shared."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._conditions: dict[str, Condition] = {}
        self._parameters: dict[str, Value] = {}
        self._outputs: dict[str, Value] = {}
        self._busy: set[str] = set()
        self._count = 0

    def origin(self, path: Path) -> Origin:
        """Return the place at a path of this stack's template."""
        return Origin(self.stack.template.source, path)

    def value(self, node: Any, path: Path, loop: Loop = ()) -> Value:
        """Resolve a node of the template. Raises ReadError past the bound on the number of values."""
        self._count += 1
        if self._count > MOST_VALUES or len(path) > MOST_STEPS:
            line = self.origin(path).span().line
            what = f"is nested deeper than {MOST_STEPS} levels" if self._count <= MOST_VALUES else "has too many values"
            raise ReadError(line, f"what anchors, loops and maps unfold to {what}")
        if isinstance(node, dict):
            return self._mapping(node, path, loop)
        if isinstance(node, list):
            items = tuple(self.value(item, (*path, index), loop) for index, item in enumerate(node))
            return Sequence(items, self.origin(path))
        if node is None:
            return Absent(self.origin(path))
        if isinstance(node, str):
            return self._string(node, path, loop)
        return Known(node, self.origin(path))

    def _mapping(self, node: dict[Any, Any], path: Path, loop: Loop) -> Value:
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            function = self._functions.get(name)
            if function is not None:
                return function(self, argument, (*path, name), loop)
            if isinstance(name, str) and name.startswith("Fn::") and not name.startswith("Fn::ForEach::"):
                return Unknown(f"{name} is not one of the functions that can be read", self.origin(path))
        entries: dict[str, Value] = {}
        complete = True
        for key, inner in node.items():
            if key == "Fn::Transform":
                complete = False
            elif isinstance(key, str) and key.startswith("Fn::ForEach::"):
                complete = self._loop_entries(entries, inner, (*path, key), loop) and complete
            else:
                name = str(key)
                if loop and "{" in name:
                    name = loop_text(name, loop)
                entries[name] = self.value(inner, (*path, key), loop)
        if self.stack.template.unknown_transforms:
            complete = False
        return Mapping(entries, self.origin(path), complete)

    def _loop_entries(self, entries: dict[str, Value], node: Any, path: Path, loop: Loop) -> bool:
        parts = foreach_parts(node)
        items = None if parts is None else self.collection(parts[1], (*path, 1), loop)
        if parts is None or items is None:
            return False
        identifier, _, body = parts
        for item in items:
            inner_loop = (*loop, (identifier, item))
            for key, inner in body.items():
                if str(key).startswith("Fn::ForEach::"):
                    self._loop_entries(entries, inner, (*path, 2, key), inner_loop)
                else:
                    name = loop_text(str(key), inner_loop)
                    entries[name] = self.value(inner, (*path, 2, key), inner_loop)
        return True

    def collection(self, node: Any, path: Path, loop: Loop = ()) -> list[Value] | None:
        """Return the items of an Fn::ForEach collection, or None where they are not known.

        A parameter stands for its default: the loop is expanded before conditions are known.
        """
        value = self.value(node, path, loop)
        if isinstance(value, Choice) and isinstance(value.then, Sequence):
            value = value.then
        if not isinstance(value, Sequence):
            return None
        items: list[Value] = []
        for item in value.items:
            if isinstance(item, Choice) and isinstance(item.then, Sequence):
                items.extend(item.then.items)
            elif isinstance(item, Sequence):
                items.extend(item.items)
            else:
                items.append(item)
        return items if all(isinstance(item, Known) for item in items) else None

    def _string(self, text: str, path: Path, loop: Loop) -> Value:
        if loop and "{" in text:
            text = loop_text(text, loop)
        if "{{resolve:" not in text:
            return Known(text, self.origin(path))
        parts: list[Value] = []
        position = 0
        for match in _DYNAMIC.finditer(text):
            parts.append(Known(text[position : match.start()]))
            parts.append(self._outside("resolve", match.group(), f"the dynamic reference {match.group()}", path))
            position = match.end()
        parts.append(Known(text[position:]))
        written = tuple(part for part in parts if not (isinstance(part, Known) and part.value == ""))
        return written[0] if len(written) == 1 else text_of(written, self.origin(path))

    def _outside(self, kind: str, key: str, name: str, path: Path) -> Value:
        return Open(Variable(f"{kind}:{key}", name), self.origin(path))

    # Parameters, conditions, outputs

    def parameter(self, name: str, path: Path) -> Value:
        """Return the value of a parameter: what a parent passes, or an open variable."""
        known = self._parameters.get(name)
        if known is None:
            if name in self._busy:
                return Unknown(f"the parameter {name} depends on itself", self.origin(path))
            self._busy.add(name)
            known = self._parameters[name] = self._parameter(name)
            self._busy.discard(name)
        return moved(known, self.origin(path))

    def _parameter(self, name: str) -> Value:
        declared = self.stack.template.sections["Parameters"].get(name)
        declared = declared if isinstance(declared, dict) else {}
        kind = str(declared.get("Type", "String"))
        default = declared.get("Default")
        origin = self.origin(("Parameters", name, "Default") if default is not None else ("Parameters", name))
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        # Default and AllowedValues of such a parameter name entries of the Parameter Store, not values.
        from_store = kind.startswith("AWS::SSM::Parameter::Value")
        if self.stack.parent is not None and not from_store:
            missing: Value = Unknown(f"the parent passes no value for the parameter {name}", origin)
            if default is not None:
                missing = _list_of(default, origin) if is_list else Known(_default_text(default), origin)
            if name not in self.stack.given:
                return missing
            return _passed(self.stack.parent.value(*self.stack.given[name]), missing, is_list=is_list)
        variable = Variable(
            f"{self.stack.key}|{name}",
            name,
            None if default is None or from_store else _default_text(default),
            None if from_store else _allowed(declared.get("AllowedValues"), is_list=is_list),
            None if from_store or is_list else _pattern(declared.get("AllowedPattern")),
        )
        opened = Open(variable, origin)
        if not is_list or from_store:
            return opened
        value: Value = opened
        for text in dict.fromkeys((*(variable.allowed or ()), variable.default)):
            if text is not None:
                value = Choice(Equal(opened, Known(text)), _list_of(text, origin), value, origin)
        return value

    def condition(self, name: str, path: Path = ()) -> Condition:
        """Return the condition of that name, compiled down to parameters."""
        known = self._conditions.get(name)
        if known is not None:
            return known
        key = f"condition {self.stack.key}|{name}"
        node = self.stack.template.sections["Conditions"].get(name)
        if node is None or key in self._busy:
            del path
            return Undetermined(key, f"the condition {name} holds")
        self._busy.add(key)
        compiled = self._conditions[name] = self.expression(node, ("Conditions", name))
        self._busy.discard(key)
        return compiled

    def expression(self, node: Any, path: Path) -> Condition:
        """Compile a condition function."""
        if isinstance(node, bool):
            return Always(node)
        if isinstance(node, dict) and len(node) == 1:
            name, argument = next(iter(node.items()))
            inner = (*path, name)
            if name == "Condition" and isinstance(argument, str):
                return self.condition(argument, inner)
            if isinstance(argument, list):
                if name == "Fn::Equals" and len(argument) == 2:
                    return Equal(self.value(argument[0], (*inner, 0)), self.value(argument[1], (*inner, 1)))
                operands = tuple(self.expression(item, (*inner, index)) for index, item in enumerate(argument))
                if name == "Fn::And":
                    return Every(operands)
                if name == "Fn::Or":
                    return Some(operands)
                if name == "Fn::Not" and len(operands) == 1:
                    return Not(operands[0])
        label = path[1] if len(path) > 1 else "?"
        return Undetermined(json.dumps(["expression", self.stack.key, *path]), f"the condition {label} holds")

    def output(self, name: str, path: Path) -> Value:
        """Return the value of an output of this stack."""
        known = self._outputs.get(name)
        if known is not None:
            return known
        key = f"output {name}"
        declared = self.stack.template.sections["Outputs"].get(name)
        if not isinstance(declared, dict) or key in self._busy:
            return Unknown(f"the output {name} cannot be read", self.origin(path))
        self._busy.add(key)
        found = self._outputs[name] = self.value(declared.get("Value"), ("Outputs", name, "Value"))
        self._busy.discard(key)
        return found

    # Intrinsic functions

    def _ref(self, argument: Any, path: Path, loop: Loop) -> Value:
        if not isinstance(argument, str):
            return Unknown("Ref takes a name", self.origin(path))
        for identifier, item in loop:
            if argument == identifier:
                return item
        return self._named(loop_text(argument, loop) if loop else argument, path)

    def _named(self, name: str, path: Path) -> Value:
        if name == "AWS::NoValue":
            return Absent(self.origin(path))
        if name in self.stack.template.sections["Parameters"]:
            return self.parameter(name, path)
        if name in self.stack.resources:
            return Reference(self.stack.address(name), "Ref", self.origin(path))
        fixed = self.stack.environment.get(name)
        if fixed is not None:
            return Known(fixed, self.origin(path))
        if name in _PSEUDO:
            return self._outside("pseudo", name, name, path)
        return self._outside(
            f"undeclared {self.stack.key}", name, f"{name}, which the template does not declare,", path
        )

    def _get_att(self, argument: Any, path: Path, loop: Loop) -> Value:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
            return Unknown("Fn::GetAtt takes a logical id and an attribute", self.origin(path))
        name = loop_text(argument[0], loop) if loop else argument[0]
        attribute = self.value(argument[1], (*path, 1), loop)
        if not isinstance(attribute, Known):
            return Unknown("the attribute of Fn::GetAtt is open", self.origin(path))
        return self._attribute(name, attribute.text(), path)

    def _attribute(self, name: str, attribute: str, path: Path) -> Value:
        child = self.stack.children.get(name)
        if child is not None and attribute.startswith("Outputs."):
            return moved(child.output(attribute.removeprefix("Outputs."), path), self.origin(path))
        if name in self.stack.resources:
            return Reference(self.stack.address(name), attribute, self.origin(path))
        return self._outside(
            f"undeclared {self.stack.key}", f"{name}.{attribute}", f"{name}, which the template does not declare,", path
        )

    def _sub(self, argument: Any, path: Path, loop: Loop) -> Value:
        own: dict[str, Value] = {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
            own = {str(k): self.value(v, (*path, 1, k), loop) for k, v in argument[1].items()}
            argument = argument[0]
        if not isinstance(argument, str):
            return Unknown("Fn::Sub takes a text", self.origin(path))
        if argument.count("${") > MOST_PARTS:
            return Unknown("the text has too many parts", self.origin(path))
        parts: list[Value] = []
        position = 0
        for match in _PLACEHOLDER.finditer(argument):
            parts.append(self._string(argument[position : match.start()], path, loop))
            name = match.group(1).strip()
            bound = dict(loop).get(name)
            if name.startswith("!"):
                parts.append(Known(f"${{{name[1:]}}}"))
            elif name in own:
                parts.append(own[name])
            elif bound is not None:
                parts.append(bound)
            elif "." in name and name not in self.stack.template.sections["Parameters"]:
                head, attribute = name.split(".", 1)
                parts.append(self._attribute(head, attribute, path))
            else:
                parts.append(self._named(name, path))
            position = match.end()
        parts.append(self._string(argument[position:], path, loop))
        written = tuple(part for part in parts if not (isinstance(part, Known) and part.value == ""))
        if len(written) == 1:
            return written[0]
        return self._text(written, path)

    def _text(self, parts: tuple[Value, ...], path: Path) -> Value:
        """Put a text together. One that spells a dynamic reference is as open as that."""
        text = text_of(parts, self.origin(path))
        pieces = text.parts if isinstance(text, Text) else (text,)
        if any(isinstance(piece, Known) and "{{resolve:" in piece.text() for piece in pieces):
            return self._outside("resolve", symbol(text), "a dynamic reference", path)
        return text

    def _join(self, argument: Any, path: Path, loop: Loop) -> Value:
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
            return Unknown("Fn::Join takes a delimiter and a list", self.origin(path))
        joined = self.value(argument[1], (*path, 1), loop)
        if not isinstance(joined, Sequence):
            return Unknown("the list that Fn::Join joins is open", self.origin(path))
        parts: list[Value] = []
        for item in joined.items:
            if isinstance(item, Absent):
                continue
            if parts:
                parts.append(Known(argument[0]))
            parts.append(item)
        return self._text(tuple(parts), path)

    def _split(self, argument: Any, path: Path, loop: Loop) -> Value:
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str) and argument[0]:
            whole = self.value(argument[1], (*path, 1), loop)
            if isinstance(whole, Known):
                pieces = whole.text().split(argument[0])
                return Sequence(tuple(Known(piece, self.origin(path)) for piece in pieces), self.origin(path))
        return self._outside("function", self._written(path, argument), "the result of Fn::Split", path)

    def _select(self, argument: Any, path: Path, loop: Loop) -> Value:
        if isinstance(argument, list) and len(argument) == 2:
            index = self.value(argument[0], (*path, 0), loop)
            chosen_from = self.value(argument[1], (*path, 1), loop)
            if isinstance(index, Known) and index.text().isdigit():
                return self._selected(int(index.text()), chosen_from, path, argument)
        return self._outside("function", self._written(path, argument), "the result of Fn::Select", path)

    def _selected(self, index: int, chosen_from: Value, path: Path, argument: Any) -> Value:
        if isinstance(chosen_from, Choice):
            return Choice(
                chosen_from.condition,
                self._selected(index, chosen_from.then, path, argument),
                self._selected(index, chosen_from.otherwise, path, argument),
                self.origin(path),
            )
        if isinstance(chosen_from, Sequence):
            items = [item for item in chosen_from.items if not isinstance(item, Absent)]
            if index < len(items):
                return items[index]
            return Impossible("Fn::Select goes past the end of the list", self.origin(path))
        return self._outside("function", self._written(path, argument), "the result of Fn::Select", path)

    def _written(self, path: Path, argument: Any) -> str:
        del path
        return f"{self.stack.key}|{json.dumps(argument, sort_keys=True, default=str)}"

    def _if(self, argument: Any, path: Path, loop: Loop) -> Value:
        if not isinstance(argument, list) or len(argument) != 3:
            return Unknown("Fn::If takes a condition and two values", self.origin(path))
        condition = (
            self.condition(loop_text(argument[0], loop) if loop else argument[0], path)
            if isinstance(argument[0], str)
            else self.expression(argument[0], (*path, 0))
        )
        return Choice(
            condition,
            self.value(argument[1], (*path, 1), loop),
            self.value(argument[2], (*path, 2), loop),
            self.origin(path),
        )

    def _find_in_map(self, argument: Any, path: Path, loop: Loop) -> Value:
        if not isinstance(argument, list) or len(argument) not in {3, 4}:
            return Unknown("Fn::FindInMap takes a map and two keys", self.origin(path))
        name, first, second = (self.value(argument[i], (*path, i), loop) for i in range(3))
        table = self.stack.template.sections["Mappings"].get(name.text()) if isinstance(name, Known) else None
        if not isinstance(table, dict):
            return Unknown("the map of Fn::FindInMap cannot be read", self.origin(path))
        missing: Value = Impossible("the map has no such key", self.origin(path))
        if len(argument) == 4 and isinstance(argument[3], dict) and "DefaultValue" in argument[3]:
            missing = self.value(argument[3]["DefaultValue"], (*path, 3, "DefaultValue"), loop)
        place: Path = ("Mappings", name.text())

        def leaf(row: str, column: str) -> Value:
            return moved(self.value(table[row][column], (*place, row, column)), self.origin(path))

        def columns(row: str) -> Value:
            names = [str(key) for key in table[row]] if isinstance(table[row], dict) else []
            return self._keyed(second, names, lambda column: leaf(row, column), missing, path)

        return self._keyed(first, [str(key) for key in table], columns, missing, path)

    def _keyed(self, key: Value, names: list[str], found: Any, missing: Value, path: Path) -> Value:
        if isinstance(key, Known):
            return found(key.text()) if key.text() in names else missing
        result = missing
        for name in reversed(names):
            result = Choice(Equal(key, Known(name)), found(name), result, self.origin(path))
        return result

    def _base64(self, argument: Any, path: Path, loop: Loop) -> Value:
        return self.value(argument, path, loop)

    def _import(self, argument: Any, path: Path, loop: Loop) -> Value:
        name = self.value(argument, path, loop)
        found = self.stack.links.find_export(name)
        if found is not None:
            return moved(found, self.origin(path))
        return self._outside("import", symbol(name), f"the export {describe(name)} of another stack", path)

    def _stack_output(self, argument: Any, path: Path, loop: Loop) -> Value:
        if isinstance(argument, dict):
            stack = self.value(argument.get("StackName"), (*path, "StackName"), loop)
            output = self.value(argument.get("OutputName"), (*path, "OutputName"), loop)
            found = self.stack.links.find_output(stack, output)
            if found is not None:
                return moved(found, self.origin(path))
        return self._outside("stack output", self._written(path, argument), "the output of another stack", path)

    def _length(self, argument: Any, path: Path, loop: Loop) -> Value:
        counted = self.value(argument, path, loop)
        if isinstance(counted, Sequence):
            return Known(len(counted.items), self.origin(path))
        return Unknown("the length of the list is open", self.origin(path))

    def _transform(self, argument: Any, path: Path, loop: Loop) -> Value:
        del loop
        name = argument.get("Name") if isinstance(argument, dict) else None
        return Unknown(f"the transform {name} fills this in at deployment", self.origin(path))

    def _unread(self, argument: Any, path: Path, loop: Loop) -> Value:
        del loop
        return self._outside("function", self._written(path, argument), f"the result of {path[-1]}", path)

    _functions: ClassVar[dict[str, Callable[[Resolver, Any, Path, Loop], Value]]] = {
        "Ref": _ref,
        "Fn::Base64": _base64,
        "Fn::Cidr": _unread,
        "Fn::FindInMap": _find_in_map,
        "Fn::GetAZs": _unread,
        "Fn::GetAtt": _get_att,
        "Fn::GetStackOutput": _stack_output,
        "Fn::If": _if,
        "Fn::ImportValue": _import,
        "Fn::Join": _join,
        "Fn::Length": _length,
        "Fn::Select": _select,
        "Fn::Split": _split,
        "Fn::Sub": _sub,
        "Fn::ToJsonString": _base64,
        "Fn::Transform": _transform,
    }


def moved(value: Value, origin: Origin) -> Value:
    """Return a value that was written elsewhere (a map, a parent, another stack) as it stands at its use.

    A finding then points into the resource that it is about. Objects keep their places.
    """
    if isinstance(value, Sequence):
        return Sequence(tuple(moved(item, origin) for item in value.items), origin)
    if isinstance(value, Choice):
        return Choice(value.condition, moved(value.then, origin), moved(value.otherwise, origin), origin)
    if isinstance(value, (Known, Open, Unknown, Reference, Text, Absent)):
        return replace(value, origin=origin)
    return value


def foreach_parts(node: Any) -> tuple[str, Any, dict[Any, Any]] | None:
    """Return identifier, collection and body of an Fn::ForEach, or None where it is not written as one."""
    if isinstance(node, list) and len(node) == 3 and isinstance(node[0], str) and isinstance(node[2], dict):
        return node[0], node[1], node[2]
    return None


def loop_text(text: str, loop: Loop) -> str:
    """Put the items of loops into a text. What an item spells is not looked at again."""
    words = {identifier: item.text() for identifier, item in loop if isinstance(item, Known)}

    def replaced(match: re.Match[str]) -> str:
        word = words.get(match.group(2))
        if word is None:
            return match.group()
        return word if match.group(1) == "$" else re.sub(r"[^A-Za-z0-9]", "", word)

    return _LOOP_NAME.sub(replaced, text)


def _pattern(allowed: Any) -> str | None:
    return allowed if isinstance(allowed, str) else None


def _default_text(default: Any) -> str:
    if isinstance(default, (str, int, float, bool)):
        return scalar_text(default)
    if isinstance(default, list):
        return ",".join(_default_text(item) for item in default)
    return json.dumps(default, default=str)


def _passed(value: Value, missing: Value, *, is_list: bool) -> Value:
    """Return what a nested stack gets for a value that its parent passes: AWS::NoValue passes nothing."""
    if isinstance(value, Choice):
        then = _passed(value.then, missing, is_list=is_list)
        return Choice(value.condition, then, _passed(value.otherwise, missing, is_list=is_list), value.origin)
    if isinstance(value, Absent):
        return missing
    if is_list and isinstance(value, Known):
        return _list_of(value.text(), value.origin)
    return value


def _allowed(written: Any, *, is_list: bool) -> tuple[str, ...] | None:
    """Return the values that AllowedValues admits; of a list, whose items it names, all lists of a few items."""
    if not isinstance(written, list) or not written:
        return None
    texts = tuple(_default_text(item) for item in written)
    if not is_list:
        return texts
    if len(texts) > MOST_LISTED:
        return None
    return tuple(",".join(some) for size in range(1, len(texts) + 1) for some in itertools.combinations(texts, size))


def _list_of(default: Any, origin: Origin) -> Sequence:
    items = default if isinstance(default, list) else _default_text(default).split(",")
    return Sequence(tuple(Known(_default_text(item).strip(), origin) for item in items), origin)
