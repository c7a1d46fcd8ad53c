"""The policy catalogue: what each policy is called, why it exists and how to keep it.

People edit ``policies/<stem>.yaml``. ``python -m s3_glue_rules.catalogue`` compiles those files into two that
are committed: ``s3_glue_rules/catalogue_data.py``, so that starting the command reads no YAML, and
``policies/README.md``. With ``--check`` it says whether both are current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Profile = Literal["default", "strict"]

SEVERITIES = ("critical", "high", "medium", "low", "info")
LEVELS = ("default", "strict")
LANGUAGES = ("cloudformation", "terraform", "python")
SNIPPETS = ("terraform", "cloudformation", "cdk", "python")

_KEYS = (
    "id",
    "title",
    "severity",
    "level",
    "strict_in",
    "languages",
    "libraries",
    "parameters",
    "since",
    "why",
    "fix",
    "references",
    "compliance",
)
_OPTIONAL = {"strict_in", "libraries", "parameters"}
# Patterns stay text until they are used: compiling them takes longer than loading the catalogue, and only
# those who edit a policy need them.
_ID = r"SGR\d{3}"
_STEM = r"[a-z][a-z0-9]*(_[a-z0-9]+)+"
_PARAMETER = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
_VERSION = r"\d+\.\d+\.\d+"
_REFERENCE = (
    r"https://docs\.aws\.amazon\.com/[\w./-]+\.html(#[\w.-]+)?"
    r"|https://(boto3\.amazonaws\.com|cryptography\.io|hadoop\.apache\.org|spark\.apache\.org)/[\w./-]+(#[\w.-]+)?"
    r"|https://github\.com/aws/[\w./-]+(#[\w.-]+)?"
)
_LIBRARY = r"[a-z][a-z0-9-]*"
_LIBRARY_VERSIONS = r"\d+(\.\d+)*(\.x)?( to \d+(\.\d+)*(\.x)?)?"
_SENTENCE_END = r"[.!?](?=\s|$)"

# A framework's version is part of its name, because its requirements are renumbered between versions.
_FRAMEWORKS = {
    "aws-security-hub": ("AWS Security Hub", r"[A-Z][A-Za-z0-9]*\.\d+"),
    "aws-control-tower": ("AWS Control Tower", r"CT\.[A-Z0-9]+\.P[RV]\.\d+"),
    "cis-aws-foundations": ("CIS AWS Foundations Benchmark", r"\d+(\.\d+)+"),
    "nist-800-53-r5": ("NIST SP 800-53 Rev. 5", r"[A-Z]{2}-\d+(\(\d+\))?"),
    "pci-dss-4.0.1": ("PCI DSS 4.0.1", r"\d+(\.\d+)+"),
    "hipaa-164.312": ("HIPAA 45 CFR 164.312", r"(\([a-z0-9]+\))+"),
    "gdpr": ("GDPR", r"art\. \d+"),
}
_CIS_VERSION = r"cis-aws-foundations-(\d+\.\d+)"

_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
# The CDK makes CloudFormation.
_SNIPPET_LANGUAGES = {
    "terraform": "terraform",
    "cloudformation": "cloudformation",
    "cdk": "cloudformation",
    "python": "python",
}
_SNIPPET_TITLES = {
    "terraform": ("Terraform", "hcl"),
    "cloudformation": ("CloudFormation", "yaml"),
    "cdk": ("CDK", "typescript"),
    "python": ("Python", "python"),
}


class CatalogueError(ValueError):
    """Files do not describe policies. The message has a line for each problem, with the file's name first."""


class UnknownPolicyError(ValueError):
    """An id or prefix names no policy of the catalogue."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A whole number that users may set for a policy, within bounds. The description ends without a full stop."""

    default: int
    minimum: int
    maximum: int
    description: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The metadata of one policy. Its stem is its name in ``policies/``, ``checks/`` and ``fixtures/``.

    ``strict_in`` names languages in which a policy of the default level is of the strict one. ``parameters`` are handed
    to the check as keyword arguments. ``libraries`` holds the versions of the Python libraries that it speaks of, as
    they are called on PyPI.
    """

    id: str
    stem: str
    title: str
    severity: str
    level: str
    languages: tuple[str, ...]
    since: str
    why: str
    # Dictionaries cannot be hashed, and id and stem already tell policies apart.
    fix: dict[str, str] = field(hash=False)
    references: tuple[str, ...]
    compliance: dict[str, tuple[str, ...]] = field(hash=False)
    strict_in: tuple[str, ...] = ()
    parameters: dict[str, Parameter] = field(hash=False, default_factory=dict)
    libraries: dict[str, str] = field(hash=False, default_factory=dict)

    def languages_judged(self, *, strict: bool) -> tuple[str, ...]:
        """Return the languages in which the policy judges once it is on, with the strict level or without it."""
        return tuple(language for language in self.languages if strict or language not in self.strict_in)


def load_catalogue() -> tuple[Policy, ...]:
    """Return all policies, sorted by id."""
    from s3_glue_rules.catalogue_data import POLICIES

    return POLICIES


def severity_score(severity: str) -> str:
    """Return the ``security-severity`` that code scanning shows for a severity."""
    return _SCORES[severity]


def select(
    catalogue: Iterable[Policy], profile: Profile, select: Sequence[str], ignore: Sequence[str]
) -> tuple[Policy, ...]:
    """Return the policies to judge, sorted by id.

    ``select`` and ``ignore`` hold ids (``SGR101``) and prefixes (``SGR3``). Without ``select`` the profile
    decides; with it, exactly the selected policies are on, those of the strict level included. ``ignore`` has
    the last word.
    """
    policies = sorted(catalogue, key=lambda policy: policy.id)
    if profile not in LEVELS:
        raise ValueError(f"unknown profile {profile!r}: it is one of {', '.join(LEVELS)}")
    unknown = [name for name in (*select, *ignore) if not _matches(name, policies)]
    if unknown:
        raise UnknownPolicyError("; ".join(_unknown(name, policies) for name in dict.fromkeys(unknown)))
    if select:
        chosen = {policy for name in select for policy in _matches(name, policies)}
    else:
        chosen = {policy for policy in policies if profile == "strict" or policy.level == "default"}
    chosen -= {policy for name in ignore for policy in _matches(name, policies)}
    return tuple(policy for policy in policies if policy in chosen)


def _matches(name: str, policies: Sequence[Policy]) -> list[Policy]:
    prefix = name.strip().upper()
    # A slip such as an empty entry in a list of ids must not stand for everything.
    if not prefix.startswith("SGR"):
        return []
    return [policy for policy in policies if policy.id.startswith(prefix)]


def _unknown(name: str, policies: Sequence[Policy]) -> str:
    from difflib import get_close_matches

    ids = {policy.id: policy.id for policy in policies}
    prefixes = {policy.id[:4]: policy.id[:4] for policy in policies}
    names = ids | prefixes | {policy.stem.upper(): policy.id for policy in policies}
    close = get_close_matches(name.strip().upper(), names, n=3, cutoff=0.6)
    if close:
        meant = dict.fromkeys(names[key] for key in close)
        return f"no policy is called {name!r}: did you mean {' or '.join(meant)}?"
    return f"no policy is called {name!r}: known are the prefixes {', '.join(sorted(prefixes))} and their ids"


def compile_catalogue(policies_dir: Path) -> str:
    """Return the source of ``catalogue_data.py`` for the files of a folder, or raise ``CatalogueError``."""
    lines = [
        '"""The catalogue, compiled from policies/*.yaml."""',
        "",
        "# Generated by `python -m s3_glue_rules.catalogue`. Edit policies/<stem>.yaml and run it again.",
        "# fmt: off",
        "# ruff: noqa",
        "",
        "from __future__ import annotations",
        "",
        "from s3_glue_rules.catalogue import Parameter, Policy",
        "",
        "POLICIES: tuple[Policy, ...] = (",
    ]
    for policy in _read_policies(policies_dir):
        lines.append("    Policy(")
        written = {name: getattr(policy, name) for name in Policy.__slots__}
        lines.extend(
            f"        {name}={_literal(value, 8)}," for name, value in written.items() if value or name not in _OPTIONAL
        )
        lines.append("    ),")
    lines.append(")")
    return "\n".join(lines) + "\n"


def _literal(value: object, indent: int) -> str:
    """Write a value as Python source. Texts of several lines keep their lines, for readable diffs."""
    inner = " " * (indent + 4)
    if isinstance(value, str):
        parts = value.splitlines(keepends=True)
        if len(parts) < 2:
            return _quoted(value)
        return "(\n" + "".join(f"{inner}{_quoted(part)}\n" for part in parts) + " " * indent + ")"
    if isinstance(value, tuple):
        items = [f"{inner}{_literal(item, indent + 4)},\n" for item in value]
        return "(\n" + "".join(items) + " " * indent + ")"
    if isinstance(value, Parameter):
        written = {name: getattr(value, name) for name in Parameter.__slots__}
        items = [f"{inner}{name}={_literal(item, indent + 4)},\n" for name, item in written.items()]
        return "Parameter(\n" + "".join(items) + " " * indent + ")"
    if isinstance(value, int):
        return repr(value)
    if isinstance(value, dict):
        if not value:
            return "{}"
        items = [f"{inner}{_quoted(key)}: {_literal(item, indent + 4)},\n" for key, item in value.items()]
        return "{\n" + "".join(items) + " " * indent + "}"
    raise TypeError(f"no literal for {type(value).__name__}")


def _quoted(text: str) -> str:
    import json

    # A JSON string without escaped surrogates is a Python string too.
    return json.dumps(text, ensure_ascii=False)


def _read_policies(policies_dir: Path) -> tuple[Policy, ...]:
    problems: list[str] = []
    policies: list[Policy] = []
    files = sorted(path for pattern in ("*.yaml", "*.yml") for path in policies_dir.glob(pattern))
    for path in files:
        found: list[str] = []
        policy = _read_policy(path, found)
        problems.extend(f"{path.name}: {problem}" for problem in found)
        if policy is not None and not found:
            policies.append(policy)
    if not files:
        problems.append(f"{policies_dir}: no policies here")
    problems.extend(_clashes(files, policies))
    if problems:
        raise CatalogueError("\n".join(problems))
    return tuple(sorted(policies, key=lambda policy: policy.id))


def _clashes(files: Sequence[Path], policies: Sequence[Policy]) -> list[str]:
    problems: list[str] = []
    seen: dict[tuple[str, str], str] = {}
    names = [("stem", path.stem, path.name) for path in files]
    for policy in policies:
        names.append(("id", policy.id, f"{policy.stem}.yaml"))
        names.append(("title", policy.title, f"{policy.stem}.yaml"))
    for kind, value, name in names:
        first = seen.setdefault((kind, value), name)
        if first != name:
            problems.append(f"{name}: the {kind} {value!r} is already taken by {first}")
    return problems


def _read_policy(path: Path, problems: list[str]) -> Policy | None:
    if path.suffix != ".yaml":
        problems.append("the file name must end in .yaml")
    if not re.fullmatch(_STEM, path.stem):
        problems.append("the file name must be words in lower case with underscores between them")
    data = _load_yaml(path, problems)
    if data is None:
        return None
    if not isinstance(data, dict):
        problems.append("the file must hold a mapping")
        return None
    unknown = [key for key in data if key not in _KEYS]
    missing = [key for key in _KEYS if key not in data and key not in _OPTIONAL]
    problems.extend(f"unknown key {key!r}" for key in unknown)
    problems.extend(f"the key {key!r} is missing" for key in missing)
    if not unknown and not missing and tuple(data) != tuple(key for key in _KEYS if key in data):
        problems.append(f"the keys must stand in this order: {', '.join(_KEYS)}")
    if missing:
        return None
    languages = _languages(data["languages"], problems)
    return Policy(
        id=_text(data, "id", _ID, "SGR and three digits", problems),
        stem=path.stem,
        title=_title(data["title"], problems),
        severity=_one_of(data, "severity", SEVERITIES, problems),
        level=_one_of(data, "level", LEVELS, problems),
        languages=languages,
        since=_text(data, "since", _VERSION, "a version such as 0.1.0", problems),
        why=_why(data["why"], problems),
        fix=_fix(data["fix"], languages, problems),
        references=_references(data["references"], problems),
        compliance=_compliance(data["compliance"], problems),
        strict_in=_strict_in(data.get("strict_in"), languages, problems),
        parameters=_parameters(data.get("parameters"), problems) if "parameters" in data else {},
        libraries=_libraries(data.get("libraries"), languages, problems),
    )


def _load_yaml(path: Path, problems: list[str]) -> object:
    import yaml

    class Loader(yaml.SafeLoader):
        """PyYAML keeps the last of two equal keys and says nothing; here that is an error."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - theirs
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            problems.extend(f"the key {key!r} stands there twice" for key in _repeated(keys))
            return super().construct_mapping(node, deep=deep)

    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        data: object = loader.get_single_data()
    except UnicodeDecodeError:
        problems.append("the file is not UTF-8")
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a text that looks like a date and is none
        problems.append(f"not readable as YAML: {' '.join(str(error).split())}")
    else:
        if data is None:
            problems.append("the file is empty")
        return data
    return None


def _text(data: Mapping[str, object], key: str, form: str, must: str, problems: list[str]) -> str:
    value = data[key]
    if not isinstance(value, str) or not re.fullmatch(form, value):
        problems.append(f"{key} must be {must}, not {value!r}")
        return ""
    return value


def _one_of(data: Mapping[str, object], key: str, allowed: Sequence[str], problems: list[str]) -> str:
    value = data[key]
    if not isinstance(value, str) or value not in allowed:
        problems.append(f"{key} must be one of {', '.join(allowed)}, not {value!r}")
        return ""
    return value


def _title(value: object, problems: list[str]) -> str:
    if not isinstance(value, str) or not value.strip():
        problems.append("title must be a line of text")
        return ""
    if value != value.strip() or "\n" in value or value.endswith(".") or "|" in value:
        problems.append("title must be one line without a full stop at its end and without '|'")
    return value


def _why(value: object, problems: list[str]) -> str:
    if not isinstance(value, str) or not value.strip():
        problems.append("why must be a text")
        return ""
    sentences = len(re.findall(_SENTENCE_END, value))
    if not 2 <= sentences <= 6:
        problems.append(f"why must have 2 to 6 sentences, not {sentences}")
    if "unencrypted" in value.lower():
        problems.append("why must not say 'unencrypted': S3 encrypts every new object; say what is lacking")
    return value.strip() + "\n"


def _languages(value: object, problems: list[str]) -> tuple[str, ...]:
    languages = _texts(value, "languages", problems)
    strangers = [language for language in languages if language not in LANGUAGES]
    problems.extend(f"languages may name {', '.join(LANGUAGES)}, not {name!r}" for name in strangers)
    return languages


def _strict_in(value: object, languages: tuple[str, ...], problems: list[str]) -> tuple[str, ...]:
    if value is None:
        return ()
    strict = _texts(value, "strict_in", problems)
    strangers = [language for language in strict if language not in languages]
    problems.extend(f"strict_in may name the policy's own languages, not {name!r}" for name in strangers)
    return strict


def _libraries(value: object, languages: tuple[str, ...], problems: list[str]) -> dict[str, str]:
    if (value is None) is ("python" in languages):
        problems.append("libraries must say for policies of Python, and no others, in which versions they hold")
    if not isinstance(value, dict):
        return {}
    found = {str(name): str(versions) for name, versions in value.items()}
    for name, versions in found.items():
        if not re.fullmatch(_LIBRARY, name) or not re.fullmatch(_LIBRARY_VERSIONS, versions):
            problems.append(f"libraries must name libraries with versions such as '4.x', not {name}: {versions}")
    return found


def _parameters(value: object, problems: list[str]) -> dict[str, Parameter]:
    if not isinstance(value, dict) or not value:
        problems.append("parameters must be a mapping with at least one entry")
        return {}
    found = {name: _parameter(name, entry, problems) for name, entry in value.items()}
    return {name: parameter for name, parameter in found.items() if parameter is not None}


def _parameter(name: object, entry: object, problems: list[str]) -> Parameter | None:
    if not isinstance(name, str) or not re.fullmatch(_PARAMETER, name):
        problems.append(f"the name of a parameter must be words in lower case with underscores, not {name!r}")
        return None
    keys = Parameter.__slots__
    if not isinstance(entry, dict) or tuple(entry) != keys:
        problems.append(f"the parameter {name} must have the keys {', '.join(keys)}, in this order")
        return None
    default, minimum, maximum = (entry[key] for key in keys[:3])
    # A boolean is a number to Python.
    if not all(type(number) is int for number in (default, minimum, maximum)):
        problems.append(f"the bounds and the default of {name} must be whole numbers")
        return None
    if not minimum <= default <= maximum:
        problems.append(f"the default of {name} must lie between its minimum and its maximum")
    description = entry["description"]
    if not isinstance(description, str) or not description.strip() or "\n" in description or description[-1] == ".":
        problems.append(f"the description of {name} must be one line without a full stop at its end")
        return None
    return Parameter(default, minimum, maximum, description)


def _fix(value: object, languages: tuple[str, ...], problems: list[str]) -> dict[str, str]:
    if not isinstance(value, dict):
        problems.append(f"fix must hold the snippets {', '.join(SNIPPETS)}")
        return {}
    problems.extend(f"fix has an unknown snippet {name!r}" for name in value if name not in SNIPPETS)
    snippets: dict[str, str] = {}
    # What a policy is about may not exist in the other language at all.
    wanted = [name for name in SNIPPETS if name in value or _SNIPPET_LANGUAGES[name] in languages]
    for name in wanted:
        text = value.get(name)
        if not isinstance(text, str) or not text.strip():
            problems.append(f"fix lacks a snippet for {name}")
        elif "```" in text or "\t" in text:
            problems.append(f"the snippet for {name} must hold neither tabs nor a code fence")
        else:
            snippets[name] = text.rstrip() + "\n"
    return snippets


def _references(value: object, problems: list[str]) -> tuple[str, ...]:
    references = _texts(value, "references", problems)
    strangers = [reference for reference in references if not re.fullmatch(_REFERENCE, reference)]
    problems.extend(
        f"references must be pages of AWS or of a library's own documentation, not {page!r}" for page in strangers
    )
    return references


def _compliance(value: object, problems: list[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        problems.append("compliance must be a mapping of frameworks, or {}")
        return {}
    compliance: dict[str, tuple[str, ...]] = {}
    for framework, requirements in value.items():
        base = _framework(framework)
        if base is None:
            problems.append(f"compliance names an unknown framework {framework!r}")
            continue
        texts = _texts(requirements, f"compliance of {framework}", problems)
        strangers = [text for text in texts if not re.fullmatch(_FRAMEWORKS[base][1], text)]
        problems.extend(f"{text!r} is no requirement of {framework}" for text in strangers)
        compliance[framework] = texts
    return compliance


def _framework(name: object) -> str | None:
    if not isinstance(name, str):
        return None
    if re.fullmatch(_CIS_VERSION, name):
        return "cis-aws-foundations"
    return name if name in _FRAMEWORKS and name != "cis-aws-foundations" else None


def _texts(value: object, what: str, problems: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        problems.append(f"{what} must be a list with at least one entry")
        return ()
    texts = tuple(item for item in value if isinstance(item, str))
    # YAML reads 3.10 as the number 3.1.
    others = [item for item in value if not isinstance(item, str)]
    problems.extend(f"{what} must hold texts: put quotes around {item!r}" for item in others)
    problems.extend(f"{what} names {text!r} twice" for text in _repeated(texts))
    return texts


def _repeated(texts: Sequence[str]) -> list[str]:
    return sorted({text for text in texts if texts.count(text) > 1})


def render_markdown(catalogue: Iterable[Policy]) -> str:
    """Return ``policies/README.md``: a table of all policies and a section for each, anchored at its id."""
    policies = sorted(catalogue, key=lambda policy: policy.id)
    lines = [
        "<!-- Generated by `python -m s3_glue_rules.catalogue` from policies/*.yaml. Do not edit. -->",
        "",
        "# Policies",
        "",
        "Policies of the level `default` are on unless they are ignored; those of the level `strict` are on",
        "with the profile `strict` or when they are selected. Some have settings, which stand with their defaults.",
        "",
        "| id | wanted state | severity | level | languages |",
        "|---|---|---|---|---|",
    ]
    lines.extend(
        f"| [{policy.id}](#{policy.id.lower()}) | {policy.title} | {policy.severity} | {_levels(policy)} "
        f"| {', '.join(policy.languages)} |"
        for policy in policies
    )
    for policy in policies:
        lines.extend(["", *_section(policy)])
    return "\n".join(lines) + "\n"


def _section(policy: Policy) -> list[str]:
    facts = f"Severity {policy.severity}, level {_levels(policy)}, since {policy.since}. Stem: `{policy.stem}`."
    # The heading is the bare id, so that every renderer makes the same anchor of it.
    lines = [
        f"## {policy.id}",
        "",
        f"**{policy.title}.** {facts}",
        "",
        f"**Why:** {policy.why.strip()}",
        "",
    ]
    if policy.parameters:
        lines.extend(["**Settings** (`--set`, or `S3_GLUE_RULES_SET` in other scanners):", ""])
        lines.extend(f"- `{setting}`: {explained}" for setting, explained in explained_parameters(policy))
        lines.append("")
    if policy.libraries:
        versions = ", ".join(f"`{name}` {version}" for name, version in policy.libraries.items())
        lines.extend([f"**Libraries:** it holds for {versions}.", ""])
    lines.append("**Fix:**")
    for name, text in policy.fix.items():
        title, fence = _SNIPPET_TITLES[name]
        lines.extend(["", f"{title}:", "", f"```{fence}", text.rstrip("\n"), "```"])
    lines.extend(["", "**References:**", ""])
    lines.extend(f"- <{reference}>" for reference in policy.references)
    if policy.compliance:
        lines.extend(["", "**Compliance:**", ""])
        rows = policy.compliance.items()
        lines.extend(f"- {_framework_title(name)}: {', '.join(requirements)}" for name, requirements in rows)
    return lines


def explained_parameters(policy: Policy) -> list[tuple[str, str]]:
    """Return for each parameter of a policy the setting with its default, and what it means, for people."""
    return [
        (
            f"{policy.id}.{name}={parameter.default}",
            f"{parameter.description} ({parameter.minimum} to {parameter.maximum})",
        )
        for name, parameter in policy.parameters.items()
    ]


def _levels(policy: Policy) -> str:
    strict = [f"strict in {language}" for language in policy.strict_in]
    return ", ".join([policy.level, *strict])


def _framework_title(name: str) -> str:
    version = re.fullmatch(_CIS_VERSION, name)
    if version:
        return f"{_FRAMEWORKS['cis-aws-foundations'][0]} {version[1]}"
    return _FRAMEWORKS[name][0]


def main(arguments: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Write the generated files of a source checkout, or with ``--check`` say which of them are stale."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m s3_glue_rules.catalogue",
        description="Write s3_glue_rules/catalogue_data.py and policies/README.md from policies/*.yaml.",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not current")
    options = parser.parse_args(arguments)
    checkout = Path(__file__).resolve().parent.parent if root is None else root
    policies_dir = checkout / "policies"
    if not policies_dir.is_dir():
        print(f"{policies_dir} is missing: this command works in a source checkout only", file=sys.stderr)
        return 1
    try:
        wanted = {
            checkout / "s3_glue_rules" / "catalogue_data.py": compile_catalogue(policies_dir),
            policies_dir / "README.md": render_markdown(_read_policies(policies_dir)),
        }
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 1
    stale = {path: text for path, text in wanted.items() if _current(path) != text}
    for path, text in stale.items():
        name = path.relative_to(checkout).as_posix()
        if options.check:
            print(f"{name} is not current: run python -m s3_glue_rules.catalogue", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {name}")
    return 1 if options.check and stale else 0


def _current(path: Path) -> str | None:
    # Bytes, because reading as text would hide a wrong line ending.
    return path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
