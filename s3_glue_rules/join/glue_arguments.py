"""Arguments of Glue jobs: those that count, and all that are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from s3_glue_rules.join.documents import decoded
from s3_glue_rules.join.literals import texts_of
from s3_glue_rules.join.view import Joined, walk
from s3_glue_rules.model.credentials import credential_named, is_left_open, says_where_a_secret_is
from s3_glue_rules.model.resources import ArgumentHolder, WrittenArgument
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Absent, Encoded, Known, Mapping, Open, Reference, Sequence, Text, Unknown, Value

# Those that a run cannot override come first
# (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html).
ORDER = ("NonOverridableArguments", "DefaultArguments")

_KIND = {
    "AWS::Glue::DevEndpoint": "Glue development endpoint",
    "AWS::Glue::Job": "Glue job",
    "AWS::Glue::Session": "Glue interactive session",
    "AWS::Glue::Trigger": "Glue trigger",
    "AWS::Glue::Workflow": "Glue workflow",
    "aws_glue_dev_endpoint": "Glue development endpoint",
    "aws_glue_job": "Glue job",
    "aws_glue_trigger": "Glue trigger",
    "aws_glue_workflow": "Glue workflow",
}
# Where arguments stand; "*" is each item of a list.
_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWS::Glue::DevEndpoint": (("Arguments",),),
    "AWS::Glue::Job": (("DefaultArguments",), ("NonOverridableArguments",)),
    "AWS::Glue::Session": (("DefaultArguments",),),
    "AWS::Glue::Trigger": (("Actions", "*", "Arguments"),),
    "AWS::Glue::Workflow": (("DefaultRunProperties",),),
    "aws_glue_dev_endpoint": (("arguments",),),
    "aws_glue_job": (
        ("default_arguments",),
        ("non_overridable_arguments",),
        ("source_control_details", "*", "auth_token"),
    ),
    "aws_glue_trigger": (("actions", "*", "arguments"),),
    "aws_glue_workflow": (("default_run_properties",),),
}


def argument_maps(job: Joined) -> tuple[list[Mapping], tuple[str, Value] | None]:
    """Return the arguments of a job, those that count first, and the property with those that cannot be read."""
    known: list[Mapping] = []
    for place in ORDER:
        written = job.at(place)
        if isinstance(written, Mapping):
            known.append(written)
        elif isinstance(written, Unknown):
            return known, (place, written)
    return known, None


def argument(job: Joined, name: str) -> Value:
    """Return an argument of a job as far as it is written.

    No other argument is read for that: it may hold a parameter that decides nothing here.
    """
    for written in argument_maps(job)[0]:
        value = job.view.reader.read(written.get(name))
        if not isinstance(value, Absent):
            return value
    return Absent(job.header)


# Values that come from a store of secrets, by the name of a dynamic reference or data source.
_DYNAMIC_SECRET = re.compile(r"\{\{resolve:secretsmanager:((?:(?!\}\}).)*)\}\}", re.DOTALL)
_KEY_IN_SECRET = re.compile(r":SecretString:([^:]+)")
_SECRET_SOURCE = re.compile(
    r"\{\{resolve:ssm-secure:|data\.aws_secretsmanager_secret_version\.[^.]+\.secret_(?:string|binary)|"
    r"data\.aws_secretsmanager_random_password\.[^.]+\.random_password|data\.aws_kms_secrets\.[^.]+\.plaintext"
)
# Parameters that may be secrets or not.
_PARAMETER_SOURCE = re.compile(r"\{\{resolve:ssm:|data\.aws_ssm_parameter\.[^.]+\.value")
# Attributes of resources that are secrets.
_SECRET_ATTRIBUTES = {
    "AWS::IAM::AccessKey": re.compile("SecretAccessKey"),
    "aws_iam_access_key": re.compile("secret|ses_smtp_password_v4"),
    "aws_secretsmanager_secret_version": re.compile("secret_string|secret_binary"),
    "random_password": re.compile("result|bcrypt_hash"),
    "tls_private_key": re.compile("private_key_.*"),
    **dict.fromkeys(
        ("aws_db_instance", "aws_docdb_cluster", "aws_rds_cluster", "aws_redshift_cluster"),
        re.compile("(?:master_)?password"),
    ),
}
# Attributes by which a resource is known: a secret's name is no secret.
_NAMES = re.compile(r"(?i)ref|id|arn|name|.*_(?:id|arn|name)")

_Found = tuple[WrittenArgument, Value]


class JoinedArguments(Joined, ArgumentHolder):
    """A resource with arguments."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return _KIND[self.declaration.type]

    @cached_property
    def arguments(self) -> tuple[WrittenArgument, ...]:
        """All texts that its arguments may be, those of every branch included."""
        found = [item for place in _PLACES[self.declaration.type] for item in self._at(place)]
        known = {(item.place, item.name) for item, leaf in found if not isinstance(leaf, Unknown)}
        # Arguments that are merged with others may be set by those, too: that says nothing.
        return tuple(
            item for item, leaf in found if not isinstance(leaf, Unknown) or (item.place, item.name) not in known
        )

    def _at(self, place: tuple[str, ...]) -> Iterator[_Found]:
        if place[-1] == "auth_token" and self._names_a_secret():
            return
        for path, leaf in self._below(place):
            if path:
                yield from self._written(f"{place[-1]}.{path[0]}", _name_of(path), leaf)
            elif place[-1] == "auth_token":
                yield from self._written(".".join((place[0], place[-1])), place[-1], leaf)
            else:
                # All arguments as one document in JSON.
                for inner, value in walk(decoded(leaf)):
                    if inner:
                        yield from self._written(f"{place[-1]}.{inner[0]}", _name_of(inner), value)

    def _below(self, place: tuple[str, ...]) -> Iterator[tuple[tuple[Step, ...], Value]]:
        """Yield the leaves at and below a place with the steps from there."""
        for path, leaf in walk(self.declaration.properties):
            head = tuple("*" if isinstance(step, int) else step for step in path[: len(place)])
            if head == place:
                yield path[len(place) :], leaf

    def _names_a_secret(self) -> bool:
        """Return whether the token of a repository is in AWS Secrets Manager, and the argument names it.

        Source: https://docs.aws.amazon.com/glue/latest/webapi/API_SourceControlDetails.html
        """
        strategies = [leaf for _, leaf in self._below(("source_control_details", "*", "auth_strategy"))]
        return bool(strategies) and all(
            isinstance(leaf, Known) and leaf.text() == "AWS_SECRETS_MANAGER" for leaf in strategies
        )

    def _written(self, place: str, name: str, leaf: Value) -> Iterator[_Found]:
        document = decoded(leaf) if _may_be_json(leaf) else leaf
        if isinstance(document, (Mapping, Sequence)):
            for path, value in walk(document):
                yield from self._written(place, _name_of(path) or name, value)
            return
        secret, is_certain = self._secret_in(leaf)
        unknown = "" if isinstance(leaf, Known) or _is_a_name(leaf) else leaf.why_unknown()
        for text in (*texts_of(leaf), *([None] if _has_empty_default(leaf) else [])):
            yield WrittenArgument(place, name, text, leaf.origin, unknown, secret, is_certain), leaf

    def _secret_in(self, leaf: Value) -> tuple[str, bool]:
        """Return what gives a secret to a text, and whether it is one whatever the argument is called."""
        for part in leaf.parts if isinstance(leaf, Text) else (leaf,):
            if isinstance(part, Reference):
                declaration = self.view.estate.declarations.get(part.target)
                attributes = _SECRET_ATTRIBUTES.get(declaration.type) if declaration is not None else None
                if attributes is not None and attributes.fullmatch(part.attribute):
                    return f"{part.target}.{part.attribute}", True
            elif isinstance(part, Open):
                found = _source(part.variable.name)
                if found is not None:
                    return part.variable.name, found
            elif isinstance(part, Unknown) and _source(part.reason) is not None:
                # Something is taken out of the secret: its user, perhaps.
                return "a part of a secret", False
        return "", False


def _is_a_name(leaf: Value) -> bool:
    """Return whether an open value is the name of a resource, or a variable that says that it names a secret."""
    if isinstance(leaf, Reference):
        return _NAMES.fullmatch(leaf.attribute) is not None
    return isinstance(leaf, Open) and says_where_a_secret_is(leaf.variable.name)


def _has_empty_default(leaf: Value) -> bool:
    """Return whether a value is that of a variable whose default is only there for something else to be given."""
    if not isinstance(leaf, Open) or leaf.variable.allowed is not None:
        return False
    return leaf.variable.default is not None and is_left_open(leaf.variable.default)


def _name_of(path: tuple[Step, ...]) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _may_be_json(leaf: Value) -> bool:
    head = leaf.parts[0] if isinstance(leaf, Text) else leaf
    return isinstance(head, Encoded) or (isinstance(head, Known) and head.text().lstrip()[:1] in {"{", "["})


def _source(name: str) -> bool | None:
    """Return whether a value is certainly a secret by the name of its source, None where it is from no such store."""
    found = _DYNAMIC_SECRET.search(name)
    if found:
        key = _KEY_IN_SECRET.search(found.group(1))
        return key is None or credential_named(key.group(1)) is not None
    if _SECRET_SOURCE.search(name):
        return True
    return False if _PARAMETER_SOURCE.search(name) else None


MAKERS: dict[str, type[Joined]] = dict.fromkeys(_KIND, JoinedArguments)
