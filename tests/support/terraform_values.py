"""Values as short texts, and root modules written on the fly."""

from __future__ import annotations

from pathlib import Path

from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Condition,
    Encoded,
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
    Value,
)
from s3_glue_rules.read.terraform import ModuleText, load_module
from s3_glue_rules.resolve.terraform.estates import RootBuilder


def shown(value: Value) -> str:
    """Return a value as a short text."""
    if isinstance(value, Known):
        return repr(value.value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{name}: {shown(item)}" for name, item in value.entries.items())
        return f"{{{inner}{'' if value.complete else ', ...'}}}"
    if isinstance(value, Sequence):
        return f"[{', '.join(shown(item) for item in value.items)}]"
    if isinstance(value, Choice):
        return f"({said(value.condition)} ? {shown(value.then)} : {shown(value.otherwise)})"
    if isinstance(value, Reference):
        return f"<{value.target}.{value.attribute}>"
    if isinstance(value, Text):
        parts = (str(part.value) if isinstance(part, Known) else f"${{{shown(part)}}}" for part in value.parts)
        return f'"{"".join(parts)}"'
    if isinstance(value, Encoded):
        return f"json({shown(value.content)})"
    if isinstance(value, Open):
        return value.variable.name
    if isinstance(value, Absent):
        return "null"
    return "impossible" if isinstance(value, Impossible) else "unknown"


def said(condition: Condition) -> str:
    """Return a condition as a short text."""
    if isinstance(condition, Always):
        return "always" if condition.holds else "never"
    if isinstance(condition, Equal):
        return f"{shown(condition.left)} == {shown(condition.right)}"
    if isinstance(condition, Not):
        return f"!({said(condition.operand)})"
    if isinstance(condition, (Every, Some)):
        return (
            f"({(' && ' if isinstance(condition, Every) else ' || ').join(said(item) for item in condition.operands)})"
        )
    return "undetermined"


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def load(folder: Path) -> ModuleText:
    """Read a module directory, reported by its last name."""
    return load_module(folder, folder.name)


def estate(
    folder: Path,
    files: dict[str, str],
    *,
    environment: dict[str, str] | None = None,
    var_files: tuple[str, ...] = (),
    root: str = ".",
) -> Estate:
    """Write a root module and build its estate."""
    write(folder, files)
    text = load((folder / root).resolve())
    return RootBuilder(text, load, folder.resolve(), environment=environment or {}, var_files=var_files).build()


def declared(found: Estate, address: str) -> Declaration:
    """Return a declaration by its address."""
    return found.declarations[address]


def output(folder: Path, text: str, **more: str) -> str:
    """Return the value of the local ``x`` in a root module, as a short text."""
    files = {"main.tf": text + '\nresource "probe" "x" {\n  value = local.x\n}\n', **more}
    found = estate(folder, files)
    properties = declared(found, "probe.x").properties
    assert isinstance(properties, Mapping)
    return shown(properties.get("value"))
