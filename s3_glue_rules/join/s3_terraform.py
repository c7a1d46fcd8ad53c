"""Terraform's S3 buckets: their default encryption, policy and logging stand in them or in resources beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from s3_glue_rules.join.bucket_names import NamedBucket
from s3_glue_rules.join.documents import statements_of
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.terraform import followed, is_given, modules_given, naming
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import Policies, Statement
from s3_glue_rules.model.resources import Bucket, KeyUse
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Known,
    Mapping,
    Reference,
    Sequence,
    UndecidableError,
    Unknown,
    Value,
)

TERRAFORM_BUCKET = "aws_s3_bucket"
ENCRYPTION_TYPE = "aws_s3_bucket_server_side_encryption_configuration"
POLICY_TYPE = "aws_s3_bucket_policy"

_INLINE = "server_side_encryption_configuration"
_DEFAULT = "apply_server_side_encryption_by_default"
# Log deliveries that need SSE-S3: what is delivered, the type of the source, and where the bucket stands in it.
_LOG_SOURCES = (
    ("server access logs", "aws_s3_bucket_logging", ("target_bucket",)),
    ("server access logs", TERRAFORM_BUCKET, ("logging", "target_bucket")),
    ("access logs", "aws_elb", ("access_logs", "bucket")),
    ("access logs", "aws_lb", ("access_logs", "bucket")),
    ("connection logs", "aws_lb", ("connection_logs", "bucket")),
    ("access logs", "aws_alb", ("access_logs", "bucket")),
    ("connection logs", "aws_alb", ("connection_logs", "bucket")),
)


@dataclass(frozen=True)
class _Writer:
    """A declaration that writes a bucket's default encryption: its name, its place and its rules."""

    name: str
    origin: Origin
    rules: Value


class TerraformBucket(NamedBucket, Bucket):
    """A general purpose bucket."""

    @cached_property
    def encryption(self) -> Value:
        """The rule that sets the default encryption."""
        return self._rule

    @cached_property
    def algorithm(self) -> Value:
        """The declared default algorithm."""
        return self.below(self._rule, _DEFAULT, "sse_algorithm")

    @cached_property
    def doubt(self) -> str | None:
        """Why it cannot be told whether an algorithm is declared. The block requires one, known or not."""
        block = self.below(self._rule, _DEFAULT)
        if isinstance(block, Sequence) and isinstance(self.view.reader.items(block)[0], Mapping):
            return None
        return self.algorithm.reason if isinstance(self.algorithm, Unknown) else None

    @cached_property
    def encryption_writers(self) -> tuple[Link, ...]:
        """The declarations that certainly write the default encryption of this bucket."""
        return tuple(Link(writer.origin, f"{writer.name} writes the default encryption") for writer in self._writers)

    @cached_property
    def key(self) -> KeyUse:
        """The key of the declared default."""
        return key_use(self.view, self.below(self._rule, _DEFAULT, "kms_master_key_id"))

    @cached_property
    def bucket_key_enabled(self) -> Value:
        """Whether the default uses an S3 Bucket Key."""
        return self.below(self._rule, "bucket_key_enabled")

    @cached_property
    def blocked_encryption_types(self) -> tuple[Value, ...]:
        """The encryption types that are refused for writes, by any rule."""
        rules = self._rules or ([self._rule] if isinstance(self._rule, Unknown) else [])
        return tuple(
            value for rule in rules for value in self.view.reader.items(self.below(rule, "blocked_encryption_types"))
        )

    @cached_property
    def _rules(self) -> list[Value]:
        return self.view.reader.items(self._writers[0].rules) if self._writers else []

    @cached_property
    def _rule(self) -> Value:
        """Return the rule with the default, else the first one. Unknown where one may stand that cannot be seen."""
        if self._writers:
            with_default = [rule for rule in self._rules if not self.below(rule, _DEFAULT).is_absent]
            return (with_default or self._rules or [Absent(self._writers[0].origin)])[0]
        return Unknown(self._doubts[0], self.header) if self._doubts else Absent(self.header)

    @property
    def _writers(self) -> list[_Writer]:
        return self._written[0]

    @property
    def _doubts(self) -> list[str]:
        return self._written[1]

    @cached_property
    def _written(self) -> tuple[list[_Writer], list[str]]:
        """Return what certainly writes the default encryption, and why something else may do so."""
        writers: list[_Writer] = []
        doubts: list[str] = []
        for declaration, is_own in self._attached(ENCRYPTION_TYPE):
            if is_own:
                rules = self.view.at(declaration, "rule")
                writers.append(_Writer(f"'{_name(declaration)}'", declaration.origin, rules))
            else:
                doubts.append(f"'{_name(declaration)}' is for a bucket that only deployment knows")
        inline = self.at(_INLINE)
        # In JSON a block that stands once may be an object.
        if isinstance(inline, (Mapping, Sequence)):
            rules = self.below(inline, "rule")
            writers.append(_Writer(f"the block {_INLINE} of {self.label}", inline.origin, rules))
        elif not inline.is_absent:
            reason = inline.reason if isinstance(inline, Unknown) else "it is no block"
            doubts.append(f"what {_INLINE} says is not known: {reason}")
        return writers, [*doubts, *self._outside]

    @cached_property
    def _outside(self) -> list[str]:
        """Why something that cannot be seen may be declared for this bucket."""
        # Whoever gets only the ARN writes policies about the bucket; its settings are made by its name.
        modules = modules_given(self.view.estate, self.declaration.address, frozenset({"", "id", "bucket"}))
        reasons = [
            f"the module '{_name(module)}' is given the bucket and cannot be read"
            for module in modules
            if self.view.exists(module)
        ]
        return [*reasons, *self.view.estate.gaps]

    def _attached(self, kind: str) -> Iterator[tuple[Declaration, bool]]:
        """Yield the resources of a type that are for this bucket (True) or may be (False)."""
        for declaration in naming(self.view.estate, kind, ("bucket",), self.candidates):
            if not self.view.exists(declaration):
                continue
            named = followed(self.view, self.view.at(declaration, "bucket"))
            if self.is_named_by(named):
                yield declaration, True
            elif isinstance(named, Unknown) and (named.among is None or self.declaration.address in named.among):
                yield declaration, False

    @cached_property
    def sse_s3_destination_of(self) -> Link | None:
        """The log source that can deliver here only with SSE-S3."""
        for kind, source_type, path in _LOG_SOURCES:
            for source in naming(self.view.estate, source_type, path, self.candidates):
                if not self.view.exists(source) or not _needs_sse_s3(self.view.at(source, "load_balancer_type")):
                    continue
                value = self.view.at(source, *path)
                if self.is_named_by(value):
                    name = self._source_name(source)
                    return Link(value.origin, f"'{name}' delivers its {kind} here, which only works with SSE-S3")
        return None

    def _source_name(self, source: Declaration) -> str:
        """Return whose logs they are: a logging resource is one of another bucket."""
        if source.type == "aws_s3_bucket_logging":
            named = followed(self.view, self.view.at(source, "bucket"))
            if isinstance(named, Reference) and named.target in self.view.estate.declarations:
                return _name(self.view.estate.declarations[named.target])
        return _name(source)

    @cached_property
    def policies(self) -> Policies:
        """The bucket policies that the estate attaches to the bucket."""
        documents: list[Value] = [self.at("policy")]
        doubts: list[str] = []
        for declaration, is_own in self._attached(POLICY_TYPE):
            if is_own:
                documents.append(self.view.at(declaration, "policy"))
            else:
                doubts.append(f"'{_name(declaration)}' is for a bucket that only deployment knows")
        statements: list[Statement] = []
        unreadable: UndecidableError | None = None
        written = [document for document in documents if is_given(document)]
        for document in written:
            try:
                statements.extend(statements_of(self.view.reader, document))
            except UndecidableError as unknown:
                unreadable = unknown
        doubts.extend(self._outside)
        if doubts and not written:
            unreadable = UndecidableError(f"whether it has a bucket policy cannot be told: {doubts[0]}", self.header)
        return Policies(tuple(statements), bool(written), unreadable)


MAKERS: dict[str, type[Joined]] = {TERRAFORM_BUCKET: TerraformBucket}


def _name(declaration: Declaration) -> str:
    return declaration.name or declaration.address


def _needs_sse_s3(kind: Value) -> bool:
    """Return whether a source may be one that needs SSE-S3: network load balancers do not, and say so."""
    return not isinstance(kind, Known) or kind.text() == "application"
