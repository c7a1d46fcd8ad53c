"""The literals of a module that are keys by what they are used for, or may be by the name that they stand under."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from s3_glue_rules.model.code.key_arguments import CUSTOMER_KEYS, keys_handed_over
from s3_glue_rules.model.code.literals import constants
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Literal
from s3_glue_rules.model.spans import Origin, Path

# Names of keys are looked at more closely by key_material.py; these alone are worth it.
_MAY_BE_A_KEY = re.compile(r"(?i)key|cipher|material")
_SHORTEST = 22


@dataclass(frozen=True)
class Use:
    """What a literal is a key for, in which form, and where it is handed over; for people."""

    wording: str
    form: str
    origin: Origin


@dataclass
class KeyText:
    """A literal (None where a key is handed over that is none), the name that it stands under, and its uses."""

    literal: Literal | None
    origin: Origin
    name: str = ""
    uses: list[Use] = field(default_factory=list)


def key_texts(module: Module) -> tuple[KeyText, ...]:
    """Return the literals that are keys by their use or may be by their names, and the keys that are no literals."""
    found: dict[Path, KeyText] = {}
    for call in module.calls:
        for argument in keys_handed_over(module, call):
            made_of = list(constants(module, argument.value))
            for constant in made_of:
                text = found.setdefault(
                    constant.literal.origin.path, KeyText(constant.literal, constant.literal.origin)
                )
                text.uses.append(Use(argument.wording, constant.form, call.origin))
            if not made_of:
                found.setdefault((*call.origin.path, argument.wording), KeyText(None, call.origin))
    for named in module.named:
        path = named.value.origin.path
        plain = named.value.value
        if path in found:
            found[path].name = found[path].name or named.name
        elif named.name in CUSTOMER_KEYS:
            uses = [Use(f"the key of SSE-C ({named.name})", f"{len(str(plain))} characters", named.value.origin)]
            found[path] = KeyText(named.value, named.value.origin, named.name, uses)
        elif isinstance(plain, (str, bytes)) and _is_worth_a_look(named.name, plain):
            found[path] = KeyText(named.value, named.value.origin, named.name)
    return tuple(found.values())


def _is_worth_a_look(name: str, plain: str | bytes) -> bool:
    armour = b"PRIVATE KEY" if isinstance(plain, bytes) else "PRIVATE KEY"
    return len(plain) >= _SHORTEST and (_MAY_BE_A_KEY.search(name) is not None or armour in plain)  # type: ignore[operator] # both are of one kind
