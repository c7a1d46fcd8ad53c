"""What the AllowedPattern of a parameter says of its values, as far as policies ask."""

from __future__ import annotations

import re

# A sound reading of the little that regular expressions of ARNs and names are made of; everything else is taken for
# something that lets any character in. Outside of a set, ``*`` and ``?`` only say how often something is repeated.
_ESCAPED = r"\\[dw_:/.,@=+~\-]"
_LITERAL = r"[A-Za-z0-9_:/,@=+~ -]"
_IN_SET = rf"(?:{_ESCAPED}|[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_:/.,@=+~]|-(?=\])|(?<=\[)-)"
_SET = rf"\[{_IN_SET}+\]"
_REPEATED = r"[*+?]|\{[0-9]+(?:,[0-9]*)?\}"
_KEEPS_WILDCARDS_OUT = re.compile(rf"(?:{_ESCAPED}|{_LITERAL}|{_SET}|{_REPEATED}|[()^$|])*")


def keeps_wildcards_out(pattern: str) -> bool:
    """Return whether no text that matches a pattern as a whole has a ``*`` or a ``?`` in it.

    False where that cannot be told. CloudFormation asks for a match of the whole value:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    return _KEEPS_WILDCARDS_OUT.fullmatch(pattern) is not None
