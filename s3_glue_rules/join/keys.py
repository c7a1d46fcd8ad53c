"""Key identifiers followed to the key that they name."""

from __future__ import annotations

import re

from s3_glue_rules.join.kms import ALIAS_TYPES, KEY_TYPES, JoinedKey, alias_in
from s3_glue_rules.join.kms_terraform import TERRAFORM_KEY_TYPES, TerraformKey
from s3_glue_rules.join.open_ended import is_open_ended
from s3_glue_rules.join.terraform import followed
from s3_glue_rules.join.view import EstateView, possible_at
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import may_match, wildcard_matches
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Key, KeyKind, KeyUse
from s3_glue_rules.model.values import Known, Reference, Text, UndecidableError, Value, text_of

KEY_MAKERS: dict[str, type[JoinedKey]] = {
    **dict.fromkeys(KEY_TYPES, JoinedKey),
    **dict.fromkeys(TERRAFORM_KEY_TYPES, TerraformKey),
}

_KEY_ATTRIBUTE = re.compile(r"(?i)kms|key")
_KEY_IDS = {"Ref", "KeyId", "id", "key_id"}
_ARNS = {"Arn", "arn"}


def key_use(view: EstateView, value: Value) -> KeyUse:
    """Follow a key identifier: a key id, a key ARN, an alias or an alias ARN."""
    value = followed(view, value)
    if value.is_empty:
        return KeyUse(KeyKind.ABSENT, value)
    if isinstance(value, Reference):
        return _referred(view, value, value)
    if isinstance(value, Text):
        return _put_together(view, value)
    if isinstance(value, Known):
        return _literal(view, value)
    return KeyUse(KeyKind.UNRESOLVED, value, reason=value.why_unknown())


def is_arn_of(view: EstateView, key: KeyUse, value: Value) -> bool:
    """Return whether a value of a policy is the ARN of a key; aliases and key ids are none.

    Raises UndecidableError where that is open.
    """
    value = followed(view, value)
    if isinstance(value, Known) and any(sign in value.text() for sign in "*?$"):
        return _matches_arn_of(key, value)
    named = key_use(view, value)
    if named.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED, KeyKind.CUSTOMER_ALIAS, KeyKind.NOT_A_KEY}:
        return False
    if named.form not in {"", "ARN"}:
        return False
    if named.kind is KeyKind.DECLARED and key.kind in {KeyKind.DECLARED, KeyKind.AWS_MANAGED, KeyKind.ABSENT}:
        return named.key is key.key
    if isinstance(value, Known) and _is_literal_arn(key):
        return value.text() == key.value.text()
    reason = named.reason or value.why_unknown()
    raise UndecidableError(f"whether it is the bucket's default key cannot be told: {reason}", value.origin)


def _matches_arn_of(key: KeyUse, pattern: Known) -> bool:
    if _is_literal_arn(key) and "$" not in pattern.text():
        return wildcard_matches(pattern.text(), key.value.text())
    if may_match(pattern, _ANY_KEY):
        raise UndecidableError("whether the ARN of the bucket's default key matches cannot be told", pattern.origin)
    return False


def _is_literal_arn(key: KeyUse) -> bool:
    return key.kind is KeyKind.UNRESOLVED and key.form == "ARN" and isinstance(key.value, Known)


_ANY_KEY = Known("arn:*:kms:*:*:key/*")


def _put_together(view: EstateView, value: Text) -> KeyUse:
    parts = tuple(followed(view, part) if isinstance(part, Reference) else part for part in value.parts)
    if parts != value.parts:
        return key_use(view, text_of(parts, value.origin))
    references = [part for part in parts if isinstance(part, Reference)]
    alias = alias_in(value)
    form = "alias" if symbol(value).startswith("alias/") else "alias ARN"
    if alias is not None and _declared_alias(view, alias) is not None:
        return _aliased(view, alias, value, form)
    if len(references) == 1 and (alias is None or "\0" in alias):
        use = _referred(view, references[0], value)
        if use.kind is not KeyKind.NOT_A_KEY:
            form = "alias ARN" if use.form.startswith("alias") else "ARN"
            return KeyUse(use.kind, value, use.key, form, use.reason, None, use.chain)
    if alias is not None:
        return _aliased(view, alias, value, form)
    return KeyUse(KeyKind.UNRESOLVED, value, form="ARN", reason=value.why_unknown())


def _referred(view: EstateView, reference: Reference, written: Value) -> KeyUse:
    declaration = view.declaration(reference.target)
    attribute = reference.attribute
    name = declaration.name
    link = Link(declaration.origin, f"'{name}' is the {declaration.type}")
    if declaration.type in KEY_MAKERS and attribute in _KEY_IDS | _ARNS:
        form = "ARN" if attribute in _ARNS else "key id"
        return KeyUse(
            KeyKind.DECLARED, written, key_of(view, declaration), form, key_region=declaration.region, chain=(link,)
        )
    if declaration.type in ALIAS_TYPES:
        use = key_use(view, view.at(declaration, "TargetKeyId"))
        form = {"target_key_arn": "ARN", "target_key_id": use.form}.get(attribute, "alias")
        if attribute in _ARNS:
            form = "alias ARN"
        return KeyUse(use.kind, written, use.key, form, use.reason, use.key_region, (link, *use.chain))
    if is_open_ended(declaration) or _KEY_ATTRIBUTE.search(attribute) or "." in attribute:
        return KeyUse(
            KeyKind.UNRESOLVED,
            written,
            reason=f"'{name}' ({declaration.type}) gives the key at deployment",
            chain=(link,),
        )
    reason = f"{attribute} of '{name}', a resource of type {declaration.type}"
    return KeyUse(KeyKind.NOT_A_KEY, written, reason=reason, chain=(link,))


def key_of(view: EstateView, declaration: Declaration) -> Key:
    """Return the typed key of a declaration."""
    return view.typed(KEY_MAKERS[declaration.type], declaration)


def _literal(view: EstateView, value: Known) -> KeyUse:
    text = value.text()
    alias = alias_in(value)
    if alias is not None:
        return _aliased(view, alias, value, "alias" if text.startswith("alias/") else "alias ARN")
    arn = re.match(r"arn:[^:]*:([^:]*):([^:]*):", text)
    if arn and arn.group(1) != "kms":
        return KeyUse(KeyKind.NOT_A_KEY, value, reason=f"'{text}', which is no ARN of KMS")
    return KeyUse(
        KeyKind.UNRESOLVED,
        value,
        form="ARN" if arn else "key id",
        reason=f"the estate does not declare the key {text}, so who manages it cannot be told",
        key_region=arn.group(2) if arn and arn.group(2) else None,
    )


def _aliased(view: EstateView, alias: str, value: Value, form: str) -> KeyUse:
    if alias.startswith("alias/aws/"):
        return KeyUse(KeyKind.AWS_MANAGED, value, form=form, reason=alias)
    declaration = _declared_alias(view, alias)
    if declaration is None:
        return KeyUse(KeyKind.CUSTOMER_ALIAS, value, form=form, reason=alias)
    use = _referred(view, Reference(declaration.address, "Ref"), value)
    return KeyUse(use.kind, value, use.key, form, use.reason, None, use.chain)


def _declared_alias(view: EstateView, alias: str) -> Declaration | None:
    for declaration in view.estate.of_types(ALIAS_TYPES):
        if f"text:{alias}" not in possible_at(declaration, "AliasName") or not view.exists(declaration):
            continue
        if symbol(view.reader.peek(view.at(declaration, "AliasName"))) == alias:
            return declaration
    return None
