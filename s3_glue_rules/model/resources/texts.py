"""Resources that hold free text in which key material turns up."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.spans import Origin


@dataclass(frozen=True)
class WrittenText:
    """A literal text with the name it stands under. ``place`` says for people where that is."""

    name: str
    text: str
    place: str
    origin: Origin


class TextHolder(Resource):
    """A resource or parameter with literal texts: environment variables, user data, plain parameters, defaults."""

    @property
    @abstractmethod
    def texts(self) -> tuple[WrittenText, ...]:
        """All literal texts, those of every branch included."""
