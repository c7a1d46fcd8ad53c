"""``s3-glue-rules checkov ...``: checkov with these policies, failing closed where checkov alone does not."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from s3_glue_rules.discover import Discovery, discover
from s3_glue_rules.hosts import checkov_folder
from s3_glue_rules.hosts.checkov_windows import is_skipped
from s3_glue_rules.model.declarations import Estate

# As in checkov_checks, which imports checkov and so cannot be imported here.
RECORD_VARIABLE = "S3_GLUE_RULES_CHECKOV_RECORD"
TIME_LIMIT_VARIABLE = "S3_GLUE_RULES_CHECKOV_SECONDS"

# Settings with which a scanned repository could run its own code in this process, or switch failing off.
REFUSED_SETTINGS = {"external-checks-dir", "external-checks-git", "soft-fail", "no-fail-on-crash"}

# checkov loads no checks for these.
_ASKS_ONLY = {"-h", "--help", "-v", "--version", "-l", "--list", "--show-config"}


def run_checkov(arguments: list[str]) -> int:
    """Run checkov with the given arguments. Returns its status, or 2 where something was not judged.

    Only the frameworks for CloudFormation and Terraform run, unless ``--framework`` says otherwise.
    """
    allow_config = "--allow-config" in arguments
    given = [argument for argument in arguments if argument != "--allow-config"]
    program = _program()
    if program is None:
        return _refused("checkov is not installed: pip install 's3-glue-rules[checkov]'")
    if _ASKS_ONLY & set(given):
        return subprocess.run([program, *given], check=False).returncode  # noqa: S603 - the user's own arguments
    options = _options(given)
    folders: list[str] = options.directory
    paths = [*folders, *(file for files in options.file for file in files)]
    if not paths:
        return _refused("say what to scan, with -d FOLDER or -f FILE (a config file's directory is not read here)")
    if not allow_config:
        problem = next(_dangerous_settings(folders), None)
        if problem is not None:
            return _refused(problem)
    discovery = discover(paths)
    chosen = options.framework or "CKV_FRAMEWORK" in os.environ
    command = [program, *([] if chosen else ["--framework", ",".join(_frameworks(discovery))])]
    command += ["--external-checks-dir", str(checkov_folder()), *given]
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.jsonl"
        record.touch()
        status = _run(command, record)
        entries = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    missed = list(_not_judged(discovery, paths, entries, options.skip_path))
    for line in missed:
        print(f"s3-glue-rules: {line}", file=sys.stderr)
    return max(status, 2 if missed else 0)


def _program() -> str | None:
    """Return checkov beside the running interpreter, or else the one on PATH."""
    return shutil.which("checkov", path=str(Path(sys.executable).parent)) or shutil.which("checkov")


def _refused(message: str) -> int:
    print(f"s3-glue-rules: {message}", file=sys.stderr)
    return 2


def _options(arguments: list[str]) -> argparse.Namespace:
    """Read those of checkov's arguments that say what is scanned."""
    parser = argparse.ArgumentParser(add_help=False, prog="s3-glue-rules checkov")
    parser.add_argument("-d", "--directory", action="append", default=[])
    parser.add_argument("-f", "--file", action="append", nargs="+", default=[])
    parser.add_argument("--framework", action="append", nargs="+")
    parser.add_argument("--skip-path", action="append", default=[])
    return parser.parse_known_args(arguments)[0]


def _run(command: list[str], record: Path) -> int:
    environment = {
        **os.environ,
        RECORD_VARIABLE: str(record),
        "CKV_PARSE_ERROR_FAIL": "true",
        # Without these two checkov asks the network for texts and for its newest version.
        "BC_SKIP_MAPPING": "TRUE",
        "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
    }
    # checkov expands YAML aliases without a bound.
    limit = float(os.environ.get(TIME_LIMIT_VARIABLE, "3600"))
    try:
        status = subprocess.run(command, env=environment, check=False, timeout=limit).returncode  # noqa: S603 - as above
    except subprocess.TimeoutExpired:
        return _refused(f"checkov did not end within {limit:.0f} s ({TIME_LIMIT_VARIABLE} sets the limit)")
    return status if status >= 0 else 2


def _dangerous_settings(folders: list[str]) -> Iterator[str]:
    """Yield what is wrong with config files that checkov reads from the scanned folders and the current one."""
    for folder in dict.fromkeys([*folders, "."]):
        for name in (".checkov.yaml", ".checkov.yml"):
            path = Path(folder) / name
            if not path.is_file():
                continue
            try:
                settings = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            except (OSError, ValueError, yaml.YAMLError) as error:
                yield f"{path}: it cannot be read: {' '.join(str(error).split())}"
                continue
            if not isinstance(settings, dict):
                yield f"{path}: it holds no settings"
                continue
            names = [str(key).lstrip("-").replace("_", "-") for key in settings]
            found = sorted(REFUSED_SETTINGS.intersection(names))
            if found:
                yield (
                    f"{path} sets {', '.join(found)}, with which a scanned repository runs its own code or hides "
                    "failures: remove that, or give --allow-config if you trust the repository"
                )


def _frameworks(discovery: Discovery) -> list[str]:
    """Return the frameworks that judge what was found.

    The one for plans reports each JSON file that has comments as broken, so it runs where there is a plan only.
    """
    plans = any(_is_plan(estate) for estate in discovery.estates)
    return ["cloudformation", "terraform", "terraform_json", *(["terraform_plan"] if plans else [])]


def _is_plan(estate: Estate) -> bool:
    return estate.files == [estate.name] and estate.name.endswith(".json") and _language(estate) == "terraform"


def _language(estate: Estate) -> str:
    return next((declaration.language for declaration in estate.declarations.values()), "")


def _not_judged(
    discovery: Discovery, paths: list[str], entries: list[dict[str, object]], skipped: list[str]
) -> Iterator[str]:
    """Yield what was found under the paths and was not judged inside of checkov."""
    for problem in [*discovery.problems, *(problem for estate in discovery.estates for problem in estate.problems)]:
        if not is_skipped(problem.file, skipped):
            yield f"{problem.file}:{problem.line}: not judged: {problem.message}"
    roots = [Path(path).resolve() for path in paths]
    # Of an estate without resources nothing can be judged, and checkov makes no graph of it.
    estates = [estate for estate in discovery.estates if estate.declarations]
    found = {Path(file).resolve(): file for estate in estates for file in estate.only_files or estate.files}
    wanted = {
        str(real): file
        for real, file in found.items()
        # A nested template may lie outside of what is scanned.
        if not is_skipped(file, skipped) and any(real.is_relative_to(root) for root in roots)
    }
    if wanted and not any("loaded" in entry for entry in entries):
        yield "checkov did not load the policies; nothing was judged"
        return
    runs = [entry["judged"] for entry in entries if "judged" in entry]
    if wanted and not runs:
        yield "checkov ran none of the policies: --check, --skip-check or --framework leaves all of them out"
        return
    judged = {file for files in runs if isinstance(files, list) for file in files}
    for real, file in sorted(wanted.items()):
        if real not in judged:
            yield (
                f"{file}: not judged: checkov passes over it (hidden folders, its suffix, a template of loops only, "
                "a framework that does not run); use s3-glue-rules scan, or leave it out with --skip-path"
            )
