"""The command ``s3-glue-rules``."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from s3_glue_rules import __version__
from s3_glue_rules.catalogue import Policy, UnknownPolicyError, explained_parameters, load_catalogue, select
from s3_glue_rules.settings import SettingError, read_settings

FORMATS = ("text", "json", "sarif")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit status: 0 judged and clean, 1 findings, 2 something was not judged."""
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["checkov"]:
        from s3_glue_rules.hosts.checkov_command import run_checkov

        return run_checkov(given[1:])
    options = parser.parse_args(given)
    try:
        status: int = options.run(options)
    except (UnknownPolicyError, SettingError) as error:
        print(f"s3-glue-rules: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads the report stopped reading; the report was not delivered whole.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    if arguments is None:
        # The process ends here: collecting all trees once more took as long as the scan itself.
        gc.freeze()
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="s3-glue-rules",
        description="Judge the encryption of AWS data lakes in Terraform, CloudFormation, SAM and CDK output.",
    )
    parser.add_argument("--version", action="version", version=f"s3-glue-rules {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    scan = commands.add_parser("scan", help="judge files, folders, Terraform plans and cdk.out assemblies")
    scan.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, plans, cloud assemblies")
    scan.add_argument("--format", choices=FORMATS, default="text", help="the report's format (default: text)")
    scan.add_argument("--output", metavar="FILE", help="write the report to a file instead of standard output")
    scan.add_argument("--select", action="append", default=[], metavar="ID", help="judge only these: SGR101, SGR3, ...")
    scan.add_argument("--ignore", action="append", default=[], metavar="ID", help="leave these out: SGR101, SGR3, ...")
    scan.add_argument("--profile", choices=("default", "strict"), default="default", help="which policies are on")
    scan.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="ID.NAME=NUMBER",
        help="settings of policies, such as SGR202.maximum_days=180 (see --explain); S3_GLUE_RULES_SET may hold more",
    )
    scan.add_argument(
        "--strict", action="store_true", help="exit 1 for conditional and undecided findings and for notes, too"
    )
    scan.add_argument("--all-verdicts", action="store_true", help="JSON: every verdict, passes included")
    scan.add_argument(
        "--var-file", action="append", default=[], metavar="FILE", help="values of variables for every Terraform root"
    )
    scan.add_argument("--root", metavar="FOLDER", help="the root module behind Terraform plans: findings point into it")
    scan.add_argument("--list-policies", action="store_true", help="print the catalogue and exit")
    scan.add_argument("--explain", metavar="ID", help="print why a policy exists and how to keep it, and exit")
    scan.set_defaults(run=_scan)
    folder = commands.add_parser("checkov-dir", help="print the folder for checkov's --external-checks-dir")
    folder.set_defaults(run=_checkov_folder)
    commands.add_parser(
        "checkov",
        help="run checkov with these policies, failing closed: s3-glue-rules checkov -d . ...",
        add_help=False,
    )
    return parser


def _scan(options: argparse.Namespace) -> int:
    catalogue = load_catalogue()
    if options.list_policies:
        sys.stdout.write(_listing(catalogue))
        return 0
    if options.explain is not None:
        sys.stdout.write(_explanation(select(catalogue, profile="strict", select=[options.explain], ignore=())))
        return 0
    settings = read_settings(options.set, catalogue)
    if not options.paths:
        # A hook may hand over no file at all: nothing is to be judged then.
        print("s3-glue-rules: no path was given, nothing was judged", file=sys.stderr)
        return 0
    from s3_glue_rules.discover import TerraformOptions
    from s3_glue_rules.report import json_report, sarif, text
    from s3_glue_rules.report.summary import exit_status
    from s3_glue_rules.scan import scan

    policies = select(catalogue, profile=options.profile, select=_ids(options.select), ignore=_ids(options.ignore))
    strict = options.profile == "strict" or bool(options.select)
    terraform = TerraformOptions(tuple(options.var_file), options.root)
    judgement = scan(options.paths, policies, terraform, settings, strict=strict)
    if options.format == "json":
        report = json_report.render(judgement, all_verdicts=options.all_verdicts)
    elif options.format == "sarif":
        report = sarif.render(judgement, catalogue)
    else:
        report = text.render(judgement, colour=options.output is None and _wants_colour())
    if options.output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # File names need not be UTF-8, nor the terminal.
            sys.stdout.reconfigure(errors="backslashreplace")
        sys.stdout.write(report)
        sys.stdout.flush()
    else:
        Path(options.output).write_text(report, encoding="utf-8", errors="backslashreplace")
    return exit_status(judgement, strict=options.strict)


def _ids(given: Sequence[str]) -> list[str]:
    return [name.strip() for item in given for name in item.split(",") if name.strip()]


def _wants_colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _listing(catalogue: Sequence[Policy]) -> str:
    rows = [
        f"{policy.id}  {policy.severity:<8}  {policy.level:<7}  {','.join(policy.languages):<24}  {policy.title}"
        for policy in catalogue
    ]
    return "\n".join(rows) + "\n"


def _explanation(policies: Sequence[Policy]) -> str:
    parts: list[str] = []
    for policy in policies:
        parts.append(f"{policy.id} {policy.stem}\n{policy.title} (severity {policy.severity}, level {policy.level})\n")
        parts.append(f"Why\n{_indented(policy.why)}")
        if policy.libraries:
            rows = [f"{name} {versions}" for name, versions in policy.libraries.items()]
            parts.append(f"Libraries\n{_indented(chr(10).join(rows))}")
        if policy.parameters:
            rows = [f"{setting}\n    {explained}" for setting, explained in explained_parameters(policy)]
            parts.append(f"Settings\n{_indented(chr(10).join(rows))}")
        parts.extend(f"Fix in {language}\n{_indented(snippet)}" for language, snippet in policy.fix.items())
        parts.append("See\n" + "".join(f"    {reference}\n" for reference in policy.references))
    return "\n".join(parts)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.strip().splitlines())


def _checkov_folder(options: argparse.Namespace) -> int:
    del options
    from s3_glue_rules.hosts import checkov_folder

    print(checkov_folder())
    return 0


if __name__ == "__main__":
    sys.exit(main())
