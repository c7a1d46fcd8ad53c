"""KMS keys, and key identifiers followed to the key that they name."""

from __future__ import annotations

import re
from functools import cached_property

from s3_glue_rules.join.documents import statements_of
from s3_glue_rules.join.view import EstateView, Joined, possible_at, walk
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Key, KeyKind, KeyUse
from s3_glue_rules.model.spans import Origin, Step
from s3_glue_rules.model.values import (
    Absent,
    Known,
    Mapping,
    Reference,
    Sequence,
    Text,
    UndecidableError,
    Value,
)

KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
ALIAS_TYPE = "AWS::KMS::Alias"

# Resources whose attributes carry whatever their author puts there: an identifier of a key among it.
_OPEN_ENDED = re.compile(
    r"^(Custom::.*|AWS::CloudFormation::(Stack|CustomResource|WaitCondition.*|Macro)|AWS::SSM::Parameter|"
    r"AWS::Serverless::Application|AWS::ServiceCatalog::.*|.*::MODULE|(?!AWS::|Alexa::).*)$"
)
_KEY_ATTRIBUTE = re.compile(r"(?i)kms|key")
# Resources that keep data under a key for as long as they stand. Queues and topics only pass data on, and what a
# function keeps (its environment) is in the template.
_DATA_TYPES = frozenset(
    {
        "AWS::Athena::WorkGroup",
        "AWS::Backup::BackupVault",
        "AWS::CloudTrail::EventDataStore",
        "AWS::CloudTrail::Trail",
        "AWS::Config::DeliveryChannel",
        "AWS::DocDB::DBCluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::FSx::FileSystem",
        "AWS::Glue::DataCatalogEncryptionSettings",
        "AWS::Glue::MLTransform",
        "AWS::Glue::SecurityConfiguration",
        "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::Logs::LogGroup",
        "AWS::MSK::Cluster",
        "AWS::Neptune::DBCluster",
        "AWS::OpenSearchService::Domain",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::S3::Bucket",
        "AWS::S3Express::DirectoryBucket",
        "AWS::S3Tables::TableBucket",
        "AWS::S3Vectors::Index",
        "AWS::S3Vectors::VectorBucket",
        "AWS::SecretsManager::Secret",
        "AWS::Timestream::Database",
    }
)
_KEY_PROPERTY = re.compile(r"(?i)kms|^KeyId$|EncryptionKey")


class JoinedKey(Joined, Key):
    """A key or a multi-Region replica."""

    @property
    def is_replica(self) -> bool:
        """Whether it is a multi-Region replica."""
        return self.declaration.type == "AWS::KMS::ReplicaKey"

    @cached_property
    def spec(self) -> Value:
        """The key spec as written."""
        return self.at("KeySpec")

    @cached_property
    def usage(self) -> Value:
        """The key usage as written."""
        return self.at("KeyUsage")

    @cached_property
    def material(self) -> Value:
        """The origin of the key material as written."""
        return self.at("Origin")

    @cached_property
    def rotation(self) -> Value:
        """Whether automatic rotation is asked for."""
        return self.at("EnableKeyRotation")

    @cached_property
    def enabled(self) -> Value:
        """Whether the key is enabled."""
        return self.at("Enabled")

    @cached_property
    def policies(self) -> Policies:
        """The key policy."""
        document = self.at("KeyPolicy")
        try:
            return Policies(statements_of(self.view.reader, document), written=not document.is_absent)
        except UndecidableError as unknown:
            return Policies((), written=True, unreadable=unknown)

    @cached_property
    def users(self) -> tuple[Link, ...]:
        """The resources of the estate that encrypt data with this key."""
        address = self.declaration.address
        names = {f"ref:{address}"}
        for alias in self.view.estate.by_type.get(ALIAS_TYPE, ()):
            if f"ref:{address}" in possible_at(alias, "TargetKeyId"):
                names.add(f"ref:{alias.address}")
                names.update(possible_at(alias, "AliasName"))
        found: list[Link] = []
        for declaration, path, origin, leaf in _key_properties(self.view.estate):
            if leaf & names and self.view.exists(declaration) and self._is_written(declaration, path, leaf):
                found.append(Link(origin, f"'{declaration.name or declaration.address}' encrypts with it"))
        return tuple(found)

    def _is_written(self, declaration: Declaration, path: tuple[Step, ...], leaf: frozenset[str]) -> bool:
        """Return whether the property names what ``leaf`` says in this world."""
        value = self.view.reader.read(declaration.properties)
        for step in path:
            if isinstance(value, Mapping) and isinstance(step, str):
                value = self.view.reader.read(value.get(step))
            elif isinstance(value, Sequence) and isinstance(step, int) and step < len(value.items):
                value = self.view.reader.read(value.items[step])
            else:
                return False
        return _named(value) == leaf

    @cached_property
    def deletion_policy(self) -> Value:
        """What happens to the key when it leaves the stack."""
        return self.view.reader.read(self.declaration.attribute("DeletionPolicy"))

    @cached_property
    def update_replace_policy(self) -> Value:
        """What happens to the old key when an update replaces it."""
        return self.view.reader.read(self.declaration.attribute("UpdateReplacePolicy"))


_KeyProperty = tuple[Declaration, tuple[Step, ...], Origin, frozenset[str]]

_used: dict[int, tuple[Estate, list[_KeyProperty]]] = {}


def _key_properties(estate: Estate) -> list[_KeyProperty]:
    """Return the properties of data-bearing resources that name a key, with what they may name."""
    known = _used.get(id(estate))
    if known is not None and known[0] is estate:
        return known[1]
    found: list[_KeyProperty] = []
    for declaration in estate.declarations.values():
        if declaration.type not in _DATA_TYPES:
            continue
        for path, leaf in walk(declaration.properties):
            named = [step for step in path if isinstance(step, str)]
            if not named or not _KEY_PROPERTY.search(named[-1]):
                continue
            if isinstance(leaf, (Reference, Text, Known)):
                found.append((declaration, path, leaf.origin, _named(leaf)))
    _used.clear()
    _used[id(estate)] = (estate, found)
    return found


def _named(leaf: Value) -> frozenset[str]:
    if isinstance(leaf, Reference):
        return frozenset({f"ref:{leaf.target}"})
    names = {f"text:{symbol(leaf)}"}
    if isinstance(leaf, Text):
        names.update(f"ref:{part.target}" for part in leaf.parts if isinstance(part, Reference))
    alias = _alias_in(leaf)
    if alias is not None:
        names.add(f"text:{alias}")
    return frozenset(names)


def key_use(view: EstateView, value: Value) -> KeyUse:
    """Follow a key identifier: a key id, a key ARN, an alias or an alias ARN."""
    value = view.reader.read(value)
    if isinstance(value, Absent) or (isinstance(value, Known) and value.text() == ""):
        return KeyUse(KeyKind.ABSENT, value)
    if isinstance(value, Reference):
        return _referred(view, value, value)
    if isinstance(value, Text):
        references = [part for part in value.parts if isinstance(part, Reference)]
        alias = _alias_in(value)
        if len(references) == 1 and (alias is None or "\0" in alias):
            followed = _referred(view, references[0], value)
            if followed.kind is not KeyKind.NOT_A_KEY:
                return KeyUse(followed.kind, value, followed.key, "ARN", followed.reason, None, followed.chain)
        if alias is not None:
            return _aliased(view, alias, value, "alias ARN")
        return KeyUse(KeyKind.UNRESOLVED, value, form="ARN", reason=value.why_unknown())
    if isinstance(value, Known):
        return _literal(view, value)
    return KeyUse(KeyKind.UNRESOLVED, value, reason=value.why_unknown())


def _referred(view: EstateView, reference: Reference, written: Value) -> KeyUse:
    declaration = view.declaration(reference.target)
    name = declaration.name or declaration.address
    link = Link(declaration.origin, f"'{name}' is the {declaration.type}")
    if declaration.type in KEY_TYPES:
        if reference.attribute in {"Ref", "KeyId", "Arn"}:
            form = "ARN" if reference.attribute == "Arn" else "key id"
            return KeyUse(
                KeyKind.DECLARED, written, _key(view, declaration), form, key_region=declaration.region, chain=(link,)
            )
    elif declaration.type == ALIAS_TYPE:
        followed = key_use(view, view.at(declaration, "TargetKeyId"))
        form = "alias ARN" if reference.attribute == "Arn" else "alias"
        return KeyUse(
            followed.kind, written, followed.key, form, followed.reason, followed.key_region, (link, *followed.chain)
        )
    elif _OPEN_ENDED.match(declaration.type) or _KEY_ATTRIBUTE.search(reference.attribute):
        return KeyUse(
            KeyKind.UNRESOLVED,
            written,
            reason=f"'{name}' ({declaration.type}) gives the key at deployment",
            chain=(link,),
        )
    reason = f"{reference.attribute} of '{name}', a resource of type {declaration.type}"
    return KeyUse(KeyKind.NOT_A_KEY, written, reason=reason, chain=(link,))


def _key(view: EstateView, declaration: Declaration) -> Key:
    known = view.remembered(declaration.address)
    if isinstance(known, JoinedKey):
        return known
    made = JoinedKey(view, declaration)
    view.remember(declaration.address, made)
    return made


def _alias_in(value: Value) -> str | None:
    """Return the alias name in an alias or alias ARN, with marks for parts that are open."""
    match = re.search(r"(?:^|:)(alias/.+)$", symbol(value))
    return match.group(1) if match else None


def _literal(view: EstateView, value: Known) -> KeyUse:
    text = value.text()
    alias = _alias_in(value)
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
    for declaration in view.estate.by_type.get(ALIAS_TYPE, ()):
        if f"text:{alias}" not in possible_at(declaration, "AliasName") or not view.exists(declaration):
            continue
        if symbol(view.reader.peek(view.at(declaration, "AliasName"))) == alias:
            followed = _referred(view, Reference(declaration.address, "Ref"), value)
            return KeyUse(followed.kind, value, followed.key, form, followed.reason, None, followed.chain)
    return KeyUse(KeyKind.CUSTOMER_ALIAS, value, form=form, reason=alias)
