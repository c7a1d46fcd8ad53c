"""The names of buckets: who names a bucket, and what a Resource of a policy covers of it."""

from __future__ import annotations

import re
from functools import cached_property

from s3_glue_rules.join.open_ended import is_open_ended
from s3_glue_rules.join.terraform import followed, opened
from s3_glue_rules.join.view import Joined, possible_at
from s3_glue_rules.model.documents import may_match, wildcard_matches
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Known,
    Open,
    Reference,
    Text,
    UndecidableError,
    Unknown,
    Value,
    text_of,
)

_NAME_ATTRIBUTES = {"Ref", "id", "bucket"}
_ARN_ATTRIBUTES = {"Arn", "arn"}
_ARN = r"arn:[^:]*:s3:::([^/]*)(/.*)?"
_SERVICE = r"arn:[^:]*:s3"


class NamedBucket(Joined):
    """What buckets of all languages share."""

    @cached_property
    def candidates(self) -> frozenset[str]:
        """What may name this bucket in any world: its address and its names."""
        return frozenset({f"ref:{self.declaration.address}"}) | possible_at(self.declaration, "BucketName")

    def is_named_by(self, value: Value) -> bool:
        """Return whether a value names this bucket. An ARN is taken for the name that was meant."""
        value = followed(self.view, value)
        if isinstance(value, Reference):
            is_own = value.target == self.declaration.address
            return is_own and value.attribute in _NAME_ATTRIBUTES | _ARN_ATTRIBUTES
        if isinstance(value, (Known, Text, Open)):
            name = self.view.reader.peek(self.at("BucketName"))
            value = self.view.reader.peek(value)
            if isinstance(name, (Known, Text, Open)):
                return symbol(name) == symbol(value)
        return False

    def holds(self, value: Value) -> bool:
        """Return whether a value names this bucket, or is the ARN of it or of a place in it."""
        if self.is_named_by(value):
            return True
        value = self.view.reader.peek(followed(self.view, value))
        if not isinstance(value, (Known, Text)):
            return False
        parts = value.parts if isinstance(value, Text) else (value,)
        text = _without_partition("".join(symbol(followed(self.view, part)) for part in parts))
        name = self.view.reader.peek(self.at("BucketName"))
        names = {symbol(Reference(self.declaration.address, attribute)) for attribute in _NAME_ATTRIBUTES}
        if isinstance(name, (Known, Text, Open)):
            names.add(symbol(name))
        arns = {symbol(Reference(self.declaration.address, attribute)) for attribute in _ARN_ATTRIBUTES}
        match = re.match("((?:\0[^\0]*\0|[^/\0])*)(/|$)", text)
        return match is not None and (match.group(1) in arns or _bucket_in(match.group(1)) in names)

    def covers(self, resource: Value) -> str:
        """Return which part of this bucket a Resource of a policy covers."""
        # Reading the name may decide a parameter that the resource is put together from: name first, then both agree.
        name = self.at("BucketName")
        resource = opened(self.view, followed(self.view, resource))
        if isinstance(resource, Reference):
            is_own = resource.target == self.declaration.address and resource.attribute in _ARN_ATTRIBUTES
            return "bucket" if is_own else ""
        if isinstance(resource, Known):
            return _covered_by_text(resource.text(), name)
        if isinstance(resource, Text):
            return self._covered_by_parts(resource, name)
        raise UndecidableError(resource.why_unknown(), resource.origin)

    def objects_begin_with(self, prefix: Value) -> bool:
        """Return whether the ARNs of all of this bucket's objects begin with a text."""
        name = self.at("BucketName")
        prefix = opened(self.view, followed(self.view, prefix))
        if isinstance(prefix, Unknown):
            if self._may_be_among(prefix):
                raise UndecidableError(prefix.why_unknown(), prefix.origin)
            return False
        written = _without_partition(symbol(prefix))
        if re.fullmatch(_SERVICE + ":{0,3}", written):
            return True
        rest = re.fullmatch(f"{_SERVICE}:::(.+)", written, re.DOTALL)
        if rest is not None and isinstance(name, (Known, Text, Open)) and f"{symbol(name)}/".startswith(rest.group(1)):
            return True
        if any(sign in written for sign in "*?"):
            # Signs of a text are no wildcards here, and no name of a bucket holds them.
            return False
        return self.covers(text_of((prefix, Known("*")), prefix.origin)) in {"objects", "both"}

    def _may_be_among(self, value: Unknown) -> bool:
        """Return whether a value that is not known may name this bucket: some of what it refers to may name any."""
        if value.among is None or self.declaration.address in value.among:
            return True
        declarations = self.view.estate.declarations
        return any(address in declarations and is_open_ended(declarations[address]) for address in value.among)

    def _covered_by_parts(self, resource: Text, name: Value) -> str:
        """Take apart ``${Bucket.Arn}/*``, ``arn:${AWS::Partition}:s3:::${Bucket}/*`` and the like."""
        parts = [followed(self.view, part) if isinstance(part, Reference) else part for part in resource.parts]
        for index, part in enumerate(parts):
            if isinstance(part, Reference) and part.target == self.declaration.address:
                before = "".join(symbol(other) for other in parts[:index])
                if not _leads_to(part, before, resource.origin):
                    return ""
                return _part("".join(symbol(rest) for rest in parts[index + 1 :]))
        written_out = text_of(tuple(parts), resource.origin)
        if isinstance(written_out, Known):
            return _covered_by_text(written_out.text(), name)
        text = symbol(resource)
        match = re.fullmatch(_ARN, _without_partition(text), re.DOTALL)
        if match is not None and isinstance(name, (Known, Text, Open)) and symbol(name) == match.group(1):
            return _part(match.group(2) or "")
        if any(isinstance(opened(self.view, part), Reference) for part in parts):
            return ""
        if match is None:
            if "\0" in text.split(":::")[0] and ":::" not in text:
                raise UndecidableError(resource.why_unknown(), resource.origin)
            return ""
        if "\0" in match.group(1) and not isinstance(name, Absent):
            raise UndecidableError(resource.why_unknown(), resource.origin)
        return ""


def _bucket_in(arn: str) -> str | None:
    """Return the name of the bucket in an ARN, with marks for parts that are open."""
    match = re.fullmatch("arn:[^:]*:s3:::(.+)", arn)
    return match.group(1) if match else None


def _leads_to(bucket: Reference, before: str, origin: Origin) -> bool:
    """Return whether what stands before a reference to the bucket makes an ARN of it."""
    if bucket.attribute in _ARN_ATTRIBUTES and before == "":
        return True
    if bucket.attribute in _NAME_ATTRIBUTES and re.fullmatch("arn:[^:]*:s3:::", _without_partition(before)):
        return True
    if ":::" not in before and "\0" in before:
        raise UndecidableError("what stands before the bucket is known only at deployment", origin)
    return False


def _covered_by_text(text: str, name: Value) -> str:
    """Match an ARN with wildcards, which cover slashes, too. Raises UndecidableError where the name may match."""
    match = re.fullmatch("arn:[^:]*:s3:::(.*)", text, re.DOTALL)
    if text == "*" or (match is not None and match.group(1) == "*"):
        return "both"
    if match is None or isinstance(name, Absent):
        return ""
    pattern = match.group(1)
    bucket = pattern.partition("/")[0]
    if not isinstance(name, Known):
        if any(sign in bucket for sign in "*?") and may_match(Known(bucket), name):
            raise UndecidableError(
                f"whether '{text}' covers the bucket cannot be told: {name.why_unknown()}", name.origin
            )
        return ""
    own = name.text()
    is_bucket = wildcard_matches(pattern, own)
    if pattern.endswith("*") and wildcard_matches(pattern, f"{own}/"):
        return "both" if is_bucket else "objects"
    if is_bucket:
        return "bucket"
    return "some objects" if "/" in pattern and wildcard_matches(bucket, own) else ""


def _part(suffix: str) -> str:
    """Return what is covered by what stands behind a bucket's ARN."""
    if suffix == "":
        return "bucket"
    if suffix == "/*":
        return "objects"
    if suffix == "*":
        return "both"
    return "some objects" if suffix.startswith("/") else ""


def _without_partition(text: str) -> str:
    return re.sub("^arn:\0[^\0]*\0:", "arn:aws:", text)
