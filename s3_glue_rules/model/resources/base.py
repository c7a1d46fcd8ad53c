"""What all typed resources have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.spans import Origin


class Resource(ABC):
    """A resource in one world."""

    @property
    @abstractmethod
    def label(self) -> str:
        """The name that people know the resource by, in quotes."""

    @property
    @abstractmethod
    def header(self) -> Origin:
        """Where the resource starts."""

    @property
    @abstractmethod
    def region(self) -> str | None:
        """The Region that it is deployed to, where the configuration fixes it."""

    def term(self, name: str) -> str:
        """Return what the resource's language calls something that CloudFormation calls ``name``, for messages."""
        return name

    def link(self, says: str) -> Link:
        """Return a chain step that points at the resource."""
        return Link(self.header, says)
