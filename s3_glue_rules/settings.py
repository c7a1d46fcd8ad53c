"""Settings of policies: ``SGR202.maximum_days=180`` on the command line or in the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from s3_glue_rules.catalogue import Policy, load_catalogue

# What scanners that know no option of ours are told: settings with spaces or commas between them.
VARIABLE = "S3_GLUE_RULES_SET"

# What is set, by the id of the policy and the name of the parameter.
Settings = Mapping[str, Mapping[str, int]]


class SettingError(ValueError):
    """A setting names nothing that can be set, or has a value that cannot be. The message says where and why."""


def read_settings(
    options: Sequence[str] = (), catalogue: Iterable[Policy] | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings of the environment and of options (each one or more settings). Options win; the last counts.

    Raises SettingError with everything that is wrong.
    """
    policies = {policy.id: policy for policy in (load_catalogue() if catalogue is None else catalogue)}
    found: dict[str, dict[str, int]] = {}
    problems: list[str] = []
    for source, text in ((VARIABLE, environment.get(VARIABLE, "")), *(("--set", option) for option in options)):
        settings = re.split(r"[\s,]+", text.strip(" \t\r\n,"))
        # An empty variable is one that is not set; an option without a setting is a slip.
        if settings == [""] and source == VARIABLE:
            continue
        for setting in settings:
            try:
                policy, name, value = _read(setting, policies)
            except SettingError as error:
                problems.append(f"{source}: {error}")
            else:
                found.setdefault(policy, {})[name] = value
    if problems:
        raise SettingError("; ".join(dict.fromkeys(problems)))
    return found


def _read(setting: str, policies: Mapping[str, Policy]) -> tuple[str, str, int]:
    """Return the policy, the name and the value of one setting."""
    form = re.fullmatch(r"([^.=]*)\.([^=]*)=(.*)", setting)
    if form is None:
        raise SettingError(f"{setting!r} is no setting: write one like SGR202.maximum_days=180")
    policy = policies.get(form[1].upper())
    if policy is None:
        raise SettingError(f"{setting}: no policy is called {form[1]!r}")
    parameter = policy.parameters.get(form[2])
    if parameter is None:
        known = ", ".join(policy.parameters)
        others = f"it has {known}" if known else "it has none"
        raise SettingError(f"{setting}: {policy.id} has no setting {form[2]!r}, {others}")
    # int() would take 1_000, and digits of other scripts.
    if not re.fullmatch(r"-?[0-9]{1,18}", form[3]):
        raise SettingError(f"{setting}: {form[3]!r} is no whole number")
    value = int(form[3])
    if not parameter.minimum <= value <= parameter.maximum:
        raise SettingError(f"{setting}: {value} does not lie between {parameter.minimum} and {parameter.maximum}")
    return policy.id, form[2], value
