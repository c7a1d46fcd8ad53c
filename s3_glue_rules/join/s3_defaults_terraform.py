"""The default encryption of Terraform's buckets: it stands in a resource beside them, or in the bucket (deprecated)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from s3_glue_rules.join.bucket_names import NamedBucket
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.naming import modules_given, naming
from s3_glue_rules.join.terraform import followed
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import KeyUse
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Absent, Mapping, Sequence, Unknown, Value

ENCRYPTION_TYPE = "aws_s3_bucket_server_side_encryption_configuration"

_INLINE = "server_side_encryption_configuration"
_DEFAULT = "apply_server_side_encryption_by_default"


@dataclass(frozen=True)
class _Writer:
    """A declaration that writes a bucket's default encryption: its name, its place and its rules."""

    name: str
    origin: Origin
    rules: Value


class TerraformDefaults(NamedBucket):
    """What general purpose and directory buckets share: one resource type sets the default of both."""

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
        for declaration, is_own in self.attached(ENCRYPTION_TYPE):
            if is_own:
                rules = self.view.at(declaration, "rule")
                writers.append(_Writer(f"'{declaration.name}'", declaration.origin, rules))
            else:
                doubts.append(f"'{declaration.name}' is for a bucket that only deployment knows")
        inline = self.at(_INLINE)
        # In JSON a block that stands once may be an object.
        if isinstance(inline, (Mapping, Sequence)):
            rules = self.below(inline, "rule")
            writers.append(_Writer(f"the block {_INLINE} of {self.label}", inline.origin, rules))
        elif not inline.is_absent:
            reason = inline.reason if isinstance(inline, Unknown) else "it is no block"
            doubts.append(f"what {_INLINE} says is not known: {reason}")
        return writers, [*doubts, *self.outside]

    @cached_property
    def outside(self) -> list[str]:
        """Why something that cannot be seen may be declared for this bucket."""
        # Whoever gets only the ARN writes policies about the bucket; its settings are made by its name.
        modules = modules_given(self.view.estate, self.declaration.address, frozenset({"", "id", "bucket"}))
        reasons = [
            f"the module '{module.name}' is given the bucket and cannot be read"
            for module in modules
            if self.view.exists(module)
        ]
        return [*reasons, *self.view.estate.gaps]

    def attached(self, kind: str) -> Iterator[tuple[Declaration, bool]]:
        """Yield the resources of a type that are for this bucket (True) or may be (False)."""
        for declaration in naming(self.view.estate, kind, ("bucket",), self.candidates):
            if not self.view.exists(declaration):
                continue
            named = followed(self.view, self.view.at(declaration, "bucket"))
            if self.is_named_by(named):
                yield declaration, True
            elif isinstance(named, Unknown) and (named.among is None or self.declaration.address in named.among):
                yield declaration, False
