"""Terraform itself, where it is at hand: found on PATH, with the AWS provider from a mirror of the machine.

No test may depend on an AWS account. Plans are made with keys that are none, and with a provider that asks nobody
whether they are valid; what a root module needs for that stands in a file that is added to a copy of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PROVIDER = Path("registry.terraform.io") / "hashicorp" / "aws"
# Roots that no plan can be made of: what the provider refuses, what only its next major version knows, and modules
# that nobody has.
UNPLANNED = ("_rejected", "_provider6", "_uninstalled")

_USUAL = ("~/.terraform.d/plugins", "/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins")
_KERNEL = frozenset({"dev", "proc", "run", "sys"})
_OFFLINE = """\
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
"""
OFFLINE_ARGUMENTS = frozenset(re.findall(r"(?m)^ +(\w+) +=", _OFFLINE))
_PROVIDER_BLOCK = re.compile(r'(?m)^provider "aws" \{[^\n]*\n(.*?)^\}', re.DOTALL)
_ALIAS = re.compile(r'(?m)^\s*alias\s*=\s*("[^"]+")')


class TerraformError(Exception):
    """Terraform refused something; the text is what it said."""


def terraform() -> str | None:
    """Return the terraform command, or None where there is none on PATH."""
    return shutil.which("terraform")


def provider_mirror() -> Path | None:
    """Return a folder of the machine that holds the AWS provider, laid out as a filesystem mirror, or None.

    TF_PLUGIN_MIRROR names one; otherwise the folders that Terraform itself looks into are tried, and then the folders
    one level below the top of the file system: images for work without a network unpack their mirrors at such places
    (``/<anything>/<mirror>``), and no convention says at which.
    """
    named = os.environ.get("TF_PLUGIN_MIRROR")
    if named:
        return Path(named) if (Path(named) / PROVIDER).is_dir() else None
    return next((folder for folder in _candidates() if _holds_provider(folder)), None)


def _candidates() -> Iterator[Path]:
    for usual in _USUAL:
        yield Path(usual).expanduser()
    for top in sorted(Path("/").iterdir()):
        if top.name in _KERNEL or not os.access(top, os.R_OK | os.X_OK) or not top.is_dir():
            continue
        yield from sorted(top.iterdir())


def _holds_provider(folder: Path) -> bool:
    try:
        return (folder / PROVIDER).is_dir()
    except OSError:
        return False


def need_terraform(*, provider: bool = True) -> None:
    """Skip a test that cannot run here: without Terraform, or without its AWS provider where one is needed.

    In CI what nobody runs is no check: there Terraform has to be, and where no mirror is, the registry is asked.
    """
    import pytest  # the tool that makes the committed plans needs the rest of this module without it

    in_ci = "CI" in os.environ
    if terraform() is None:
        reason = "there is no terraform on PATH"
        if in_ci:
            pytest.fail(reason)
        pytest.skip(reason)
    if provider and not in_ci and provider_mirror() is None:
        pytest.skip("no mirror on this machine holds the AWS provider; TF_PLUGIN_MIRROR may name one")


def workspace(tmp: Path, mirror: Path | None = None) -> dict[str, str]:
    """Return the environment for Terraform: the mirror, no account, nothing of the caller's own settings.

    ``tmp`` is a folder for the command's configuration. Without a mirror the registry is asked.
    """
    mirror = mirror or provider_mirror()
    settings = tmp / "terraform.rc"
    lines = ["disable_checkpoint = true"]
    if mirror is not None:
        lines += [
            "provider_installation {",
            "  filesystem_mirror {",
            f"    path = {json.dumps(str(mirror))}",
            "  }",
            "}",
        ]
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    return {
        **inherited,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_IN_AUTOMATION": "1",
    }


def validate(root: Path, tmp: Path, mirror: Path | None = None) -> tuple[Path, dict[str, str]]:
    """Copy a root module to ``tmp``, so that nothing is left behind in it, and let Terraform validate it.

    Returns the copy and the environment for further commands. Raises TerraformError where validation fails.
    """
    tmp.mkdir(parents=True, exist_ok=True)
    copy = tmp / "root"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".terraform", ".terraform.lock.hcl"))
    work_offline(copy)
    environment = workspace(tmp, mirror)
    _run(copy, environment, "init", "-input=false", "-no-color", "-backend=false")
    _run(copy, environment, "validate", "-no-color")
    return copy, environment


def validate_and_plan(
    root: Path, tmp: Path, variables: Mapping[str, Any] | Path | None = None, mirror: Path | None = None
) -> dict[str, Any]:
    """Return the plan of a root module as ``terraform show -json`` writes it.

    ``variables`` are values or a .tfvars file. Raises TerraformError where validation or the plan fails, with what
    Terraform said.
    """
    copy, environment = validate(root, tmp, mirror)
    arguments: list[str] = []
    if isinstance(variables, Path):
        arguments = [f"-var-file={variables.resolve()}"]
    elif variables:
        given = tmp / "given.tfvars.json"
        given.write_text(json.dumps(dict(variables)), encoding="utf-8")
        arguments = [f"-var-file={given.resolve()}"]
    planned = str((tmp / "plan").resolve())
    _run(
        copy,
        environment,
        "plan",
        "-input=false",
        "-no-color",
        "-refresh=false",
        "-lock=false",
        f"-out={planned}",
        *arguments,
    )
    shown: dict[str, Any] = json.loads(_run(copy, environment, "show", "-json", planned))
    return shown


def work_offline(root: Path) -> None:
    """Add a file that keeps the provider from asking AWS anything; it overrides the provider blocks of the root."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(root.glob("*.tf")))
    blocks = _PROVIDER_BLOCK.findall(text)
    written: list[str] = []
    for body in blocks or [""]:
        alias = _ALIAS.search(body)
        named = f"  alias                       = {alias.group(1)}\n" if alias else ""
        written.append(f'provider "aws" {{\n{named}{_OFFLINE}}}\n')
    name = "offline_override.tf" if blocks else "offline.tf"
    (root / name).write_text("\n".join(written), encoding="utf-8")


def _run(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    command = terraform()
    if command is None:
        raise TerraformError("there is no terraform on PATH")
    done = subprocess.run(
        [command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=1200, check=False
    )
    if done.returncode != 0:
        raise TerraformError(f"terraform {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
