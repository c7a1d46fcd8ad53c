from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from s3_glue_rules.catalogue import (
    SEVERITIES,
    SNIPPETS,
    CatalogueError,
    Parameter,
    Policy,
    UnknownPolicyError,
    compile_catalogue,
    load_catalogue,
    main,
    render_markdown,
    select,
    severity_score,
)
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.scan import scan

ROOT = Path(__file__).resolve().parent.parent
POLICIES = ROOT / "policies"
STEM = "s3_bucket_is_odd"

VALID = """\
id: SGR901
title: S3 bucket is even
severity: medium
level: default
languages: [cloudformation]
since: 0.1.0
why: |
  Something happens. It matters.
fix:
  terraform: |
    resource "aws_s3_bucket" "even" {}
  cloudformation: |
    Even:
      Type: AWS::S3::Bucket
  cdk: |
    new s3.Bucket(this, 'Even');
references:
  - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
compliance:
  cis-aws-foundations-3.0: ["3.6"]
"""


def written(folder: Path, text: str, stem: str = STEM) -> Path:
    (folder / f"{stem}.yaml").write_text(text, encoding="utf-8")
    return folder


def compiled(source: str) -> tuple[Policy, ...]:
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102 - the source was made by this project a moment ago
    policies: tuple[Policy, ...] = names["POLICIES"]
    return policies


def test_compiled_form_holds_what_the_yaml_says(tmp_path: Path) -> None:
    (policy,) = compiled(compile_catalogue(written(tmp_path, VALID)))
    assert policy == Policy(
        id="SGR901",
        stem=STEM,
        title="S3 bucket is even",
        severity="medium",
        level="default",
        languages=("cloudformation",),
        since="0.1.0",
        why="Something happens. It matters.\n",
        fix={
            "terraform": 'resource "aws_s3_bucket" "even" {}\n',
            "cloudformation": "Even:\n  Type: AWS::S3::Bucket\n",
            "cdk": "new s3.Bucket(this, 'Even');\n",
        },
        references=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",),
        compliance={"cis-aws-foundations-3.0": ("3.6",)},
    )


@pytest.mark.parametrize("text", ["say \"hi\" and 'ho'", "back\\slash {braces} %s", "naïve ✓", "tab\\t"])
def test_compiled_form_survives_odd_characters(tmp_path: Path, text: str) -> None:
    title = json.dumps(text, ensure_ascii=False)
    source = compile_catalogue(written(tmp_path, VALID.replace("S3 bucket is even", title)))
    assert compiled(source)[0].title == text


def test_policy_may_be_strict_in_one_language(tmp_path: Path) -> None:
    text = VALID.replace("[cloudformation]", "[cloudformation, terraform]")
    (policy,) = compiled(
        compile_catalogue(written(tmp_path, text.replace("level: default", "level: default\nstrict_in: [terraform]")))
    )
    assert policy.languages_judged(strict=False) == ("cloudformation",)
    assert policy.languages_judged(strict=True) == ("cloudformation", "terraform")
    assert "| default, strict in terraform |" in render_markdown([policy])


PARAMETERS = """\
parameters:
  most_days:
    default: 365
    minimum: 90
    maximum: 2560
    description: The most days there may be
"""
WITH_PARAMETERS = VALID.replace("since: 0.1.0\n", f"{PARAMETERS}since: 0.1.0\n")


def test_policy_of_python_names_libraries(tmp_path: Path) -> None:
    text = VALID.replace("[cloudformation]", "[python]\nlibraries:\n  aws-encryption-sdk: 4.x")
    text = re.sub(r"fix:\n(.*\n)*references", "fix:\n  python: |\n    print()\nreferences", text)
    (policy,) = compiled(compile_catalogue(written(tmp_path, text)))
    assert policy.libraries == {"aws-encryption-sdk": "4.x"}
    assert "it holds for `aws-encryption-sdk` 4.x." in render_markdown([policy])
    with pytest.raises(CatalogueError, match="in which versions they hold"):
        compile_catalogue(written(tmp_path, re.sub(r"libraries:\n.*\n", "", text)))
    with pytest.raises(CatalogueError, match="libraries must name libraries with versions"):
        compile_catalogue(written(tmp_path, text.replace("4.x", "new")))


def test_policy_may_have_parameters(tmp_path: Path) -> None:
    (policy,) = compiled(compile_catalogue(written(tmp_path, WITH_PARAMETERS)))
    assert policy.parameters == {"most_days": Parameter(365, 90, 2560, "The most days there may be")}
    assert hash(policy) == hash(replace(policy, parameters={}))
    page = render_markdown([policy])
    assert "- `SGR901.most_days=365`: The most days there may be (90 to 2560)\n" in page
    assert "**Settings**" in page
    assert "**Settings**" not in render_markdown([replace(policy, parameters={})])


ALL_PARAMETERS = re.compile(r"parameters:\n(  .*\n)+")

PARAMETER_VIOLATIONS: dict[str, tuple[str | re.Pattern[str], str, str]] = {
    "none": (ALL_PARAMETERS, "parameters: {}\n", "parameters must be a mapping with at least one"),
    "null": (ALL_PARAMETERS, "parameters:\n", "parameters must be a mapping with at least one"),
    "list": (ALL_PARAMETERS, "parameters: [1]\n", "parameters must be a mapping with at least"),
    "name": ("most_days:", "Most-Days:", "words in lower case with underscores, not 'Most-Days'"),
    "name of a number": ("most_days:", "1:", "words in lower case with underscores, not 1"),
    "no default": ("    default: 365\n", "", "most_days must have the keys default, minimum, maximum, desc"),
    "other order": (re.compile(r"(    def.*\n)(    min.*\n)"), r"\2\1", "must have the keys default, minimum"),
    "unknown key": ("    default: 365", "    default: 365\n    colour: 1", "must have the keys default, minimum"),
    "no mapping": (re.compile(r"  most_days:\n(    .*\n)+"), "  most_days: 365\n", "must have the keys default"),
    "fraction": ("365", "365.5", "the bounds and the default of most_days must be whole numbers"),
    "text": ("minimum: 90", 'minimum: "90"', "the bounds and the default of most_days must be whole numbers"),
    "boolean": ("minimum: 90", "minimum: true", "the bounds and the default of most_days must be whole numbers"),
    "below": ("365", "89", "the default of most_days must lie between its minimum and its maximum"),
    "above": ("365", "2561", "the default of most_days must lie between its minimum and its maximum"),
    "full stop": ("there may be", "there may be.", "the description of most_days must be one line without a full"),
    "empty description": ("The most days there may be", '""', "the description of most_days must be one line"),
    "order of keys": (re.compile(r"(parameters:\n(?:  .*\n)+)(since.*\n)"), r"\2\1", "must stand in this order"),
}  # fmt: skip


@pytest.mark.parametrize("case", PARAMETER_VIOLATIONS)
def test_violation_in_parameters_is_told(tmp_path: Path, case: str) -> None:
    old, new, message = PARAMETER_VIOLATIONS[case]
    text = WITH_PARAMETERS.replace(old, new) if isinstance(old, str) else old.sub(new, WITH_PARAMETERS, count=1)
    assert text != WITH_PARAMETERS
    with pytest.raises(CatalogueError) as caught:
        compile_catalogue(written(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert len(lines) == 1, lines
    assert message in lines[0]


def test_policy_of_terraform_alone_needs_its_snippet_alone(tmp_path: Path) -> None:
    text = re.sub(r"(?s)  cloudformation:.*?(?=references)", "", VALID.replace("[cloudformation]", "[terraform]"))
    (policy,) = compiled(compile_catalogue(written(tmp_path, text)))
    assert tuple(policy.fix) == ("terraform",)


VIOLATIONS: dict[str, tuple[str | re.Pattern[str], str, str]] = {
    "unknown key": ("since: 0.1.0", "since: 0.1.0\ncolour: red", "unknown key 'colour'"),
    "missing key": ("level: default\n", "", "the key 'level' is missing"),
    "order of keys": (re.compile(r"(severity.*\n)(level.*\n)"), r"\2\1", "the keys must stand in this order"),
    "key twice": ("since: 0.1.0", "since: 0.1.0\nsince: 0.2.0", "the key 'since' stands there twice"),
    "nested key twice": ("  cdk: |", "  terraform: x\n  cdk: |", "the key 'terraform' stands there twice"),
    "short id": ("SGR901", "SGR90", "id must be SGR and three digits, not 'SGR90'"),
    "long id": ("SGR901", "SGR9010", "id must be"),
    "id of lower case": ("SGR901", "sgr901", "id must be"),
    "id of a number": ("SGR901", "901", "id must be"),
    "title with a full stop": ("is even", "is even.", "without a full stop"),
    "title of two lines": ("S3 bucket is even", '"one\\ntwo"', "title must be one line"),
    "title that breaks a table": ("is even", "is even | odd", "without '|'"),
    "title missing": ("S3 bucket is even", "", "title must be a line of text"),
    "severity": ("severity: medium", "severity: severe", "severity must be one of critical, high"),
    "level": ("level: default", "level: on", "level must be one of default, strict, not True"),
    "languages": ("[cloudformation]", "[cloudformation, pascal]", "not 'pascal'"),
    "languages empty": ("[cloudformation]", "[]", "languages must be a list with at least one entry"),
    "languages twice": ("[cloudformation]", "[cloudformation, cloudformation]", "names 'cloudformation' twice"),
    "languages no list": ("[cloudformation]", "cloudformation", "languages must be a list"),
    "since": ("since: 0.1.0", "since: 0.1", "since must be a version"),
    "why of one sentence": ("Something happens. It matters.", "It matters.", "2 to 6 sentences, not 1"),
    "why of seven sentences": ("Something happens.", "So. " * 6, "2 to 6 sentences, not 7"),
    "why empty": ("|\n  Something happens. It matters.", '""', "why must be a text"),
    "why that is wrong": ("It matters.", "Data is UNENCRYPTED.", "why must not say 'unencrypted'"),
    "strict elsewhere": ("level: default", "level: default\nstrict_in: [python]", "the policy's own languages"),
    "strict nowhere": ("level: default", "level: default\nstrict_in: []", "strict_in must be a list"),
    "snippet missing": ("  cdk: |\n    new s3.Bucket(this, 'Even');\n", "", "fix lacks a snippet for cdk"),
    "snippet empty": ("|\n    new s3.Bucket(this, 'Even');", '""', "fix lacks a snippet for cdk"),
    "snippet unknown": ("  cdk: |", "  pulumi: x\n  cdk: |", "fix has an unknown snippet 'pulumi'"),
    "snippet with a fence": ("new s3.Bucket", "```new s3.Bucket", "neither tabs nor a code fence"),
    "references elsewhere": ("docs.aws.amazon.com", "example.com", "references must be pages of AWS or of a library"),
    "references empty": (re.compile(r"references:\n.*\n"), "references: []\n", "references must be a list"),
    "framework": ("cis-aws-foundations-3.0", "cis-aws-foundations", "framework 'cis-aws-foundations'"),
    "requirement": ('"3.6"', '"soon"', "'soon' is no requirement of cis-aws-foundations-3.0"),
    "requirement as a number": ('"3.6"', "3.10", "put quotes around 3.1"),
    "compliance no mapping": (re.compile(r"compliance:\n.*\n"), "compliance: []\n", "must be a mapping"),
    "no mapping": (re.compile(r"(?s).*"), "- SGR901\n", "the file must hold a mapping"),
    "empty file": (re.compile(r"(?s).+"), "", "the file is empty"),
    "no YAML": ("title: S3", "title: [S3", "not readable as YAML"),
    "no date": ("since: 0.1.0", "since: 2026-13-45", "not readable as YAML"),
    "tag of Python": ("title: S3", "title: !!python/name:os.system S3", "not readable as YAML"),
}  # fmt: skip


@pytest.mark.parametrize("case", VIOLATIONS)
def test_violation_of_the_schema_is_told_with_the_file(tmp_path: Path, case: str) -> None:
    old, new, message = VIOLATIONS[case]
    if isinstance(old, str):
        assert old in VALID
        text = VALID.replace(old, new)
    else:
        text = old.sub(new, VALID, count=1)
    with pytest.raises(CatalogueError) as caught:
        compile_catalogue(written(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"{STEM}.yaml: ")
    assert message in lines[0]


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    odd = VALID.replace("severity: medium", "severity: red").replace("since: 0.1.0", "since: now")
    written(tmp_path, odd)
    written(tmp_path, VALID.replace("level: default", "level: none"), "s3_bucket_is_even")
    with pytest.raises(CatalogueError) as caught:
        compile_catalogue(tmp_path)
    assert [line.split(" must")[0] for line in str(caught.value).splitlines()] == [
        "s3_bucket_is_even.yaml: level",
        "s3_bucket_is_odd.yaml: severity",
        "s3_bucket_is_odd.yaml: since",
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("s3_bucket_other.yaml", VALID.replace("is even", "is other"), "id 'SGR901' is already taken"),
        ("s3_bucket_other.yaml", VALID.replace("SGR901", "SGR902"), "title 'S3 bucket is even' is already"),
        (f"{STEM}.yml", VALID.replace("SGR901", "SGR902"), "stem 's3_bucket_is_odd' is already taken"),
        ("s3_bucket_other.yml", VALID, "s3_bucket_other.yml: the file name must end in .yaml"),
        ("S3-Bucket.yaml", VALID, "S3-Bucket.yaml: the file name must be words in lower case"),
        ("bucket.yaml", VALID, "bucket.yaml: the file name must be words in lower case"),
    ],
)
def test_names_must_be_proper_and_unique(tmp_path: Path, name: str, text: str, message: str) -> None:
    written(tmp_path, VALID)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        compile_catalogue(tmp_path)
    assert message in str(caught.value)


def test_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / f"{STEM}.yaml").write_bytes(VALID.replace("even", "\xe9ven").encode("latin-1"))
    with pytest.raises(CatalogueError, match="not UTF-8"):
        compile_catalogue(tmp_path)


def test_folder_without_policies_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no policies here"):
        compile_catalogue(tmp_path)


def test_compiled_catalogue_is_current() -> None:
    source = compile_catalogue(POLICIES)
    assert (ROOT / "s3_glue_rules" / "catalogue_data.py").read_text(encoding="utf-8") == source
    assert load_catalogue() == compiled(source)


def test_readme_of_the_policies_is_current() -> None:
    assert (POLICIES / "README.md").read_text(encoding="utf-8") == render_markdown(load_catalogue())


def test_readme_has_an_anchor_for_every_policy() -> None:
    lines = render_markdown(load_catalogue()).splitlines()
    headings = [line.removeprefix("## ").lower() for line in lines if line.startswith("## ")]
    links = [match[1] for line in lines if (match := re.match(r"\| \[SGR\d{3}\]\(#(\w+)\)", line))]
    assert headings == links == [policy.id.lower() for policy in load_catalogue()]


def checkout(folder: Path) -> Path:
    (folder / "policies").mkdir()
    (folder / "s3_glue_rules").mkdir()
    written(folder / "policies", VALID)
    return folder


def test_command_writes_both_files_and_then_finds_them_current(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(tmp_path)
    assert main([], root) == 0
    assert capsys.readouterr().out == "wrote s3_glue_rules/catalogue_data.py\nwrote policies/README.md\n"
    assert main(["--check"], root) == 0
    assert main([], root) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["s3_glue_rules/catalogue_data.py", "policies/README.md"])
@pytest.mark.parametrize("damage", ["gone", "other", "line ends"])
def test_check_names_the_stale_file_and_leaves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, damage: str
) -> None:
    root = checkout(tmp_path)
    main([], root)
    file = root / name
    before = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(before + b"\n" if damage == "other" else before.replace(b"\n", b"\r\n"))
    left = file.read_bytes() if file.exists() else None
    capsys.readouterr()
    assert main(["--check"], root) == 1
    told = capsys.readouterr()
    assert told.err == f"{name} is not current: run python -m s3_glue_rules.catalogue\n"
    assert (file.read_bytes() if file.exists() else None) == left
    assert main([], root) == 0
    assert file.read_bytes() == before


def test_problems_are_told_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = checkout(tmp_path)
    written(root / "policies", VALID.replace("SGR901", "X1"))
    assert main([], root) == 1
    assert "id must be SGR and three digits" in capsys.readouterr().err
    assert not (root / "policies" / "README.md").exists()


def test_command_works_in_a_checkout_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], tmp_path) == 1
    assert "works in a source checkout only" in capsys.readouterr().err


def test_command_runs_as_a_module() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "s3_glue_rules.catalogue", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_loading_the_catalogue_reads_no_yaml() -> None:
    code = (
        "import sys; from s3_glue_rules.catalogue import load_catalogue; assert load_catalogue(); "
        "assert 'yaml' not in sys.modules and 'argparse' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_stems_of_policies_checks_and_fixtures_agree() -> None:
    policies = {path.stem for path in POLICIES.glob("*.yaml")}
    checks = {path.stem for path in (ROOT / "s3_glue_rules" / "checks").glob("[!_]*.py")}
    folders = {path.name for path in (ROOT / "fixtures").iterdir() if path.is_dir()}
    assert {"checks without policy": checks - policies, "policies without check": policies - checks} == {
        "checks without policy": set(),
        "policies without check": set(),
    }
    fixtures = folders - {"estates", "clean"}
    assert {
        "fixtures without policy": fixtures - policies,
        "policies without fixtures": policies - fixtures,
    } == {
        "fixtures without policy": set(),
        "policies without fixtures": set(),
    }


def test_catalogue_is_sorted_and_titles_name_their_service() -> None:
    catalogue = load_catalogue()
    assert [policy.id for policy in catalogue] == sorted(policy.id for policy in catalogue)
    service = {"1": "S3 ", "2": "KMS ", "3": "Glue "}
    for policy in catalogue:
        assert policy.title.startswith(service.get(policy.id[3], ""))
        # What a policy is about may not exist in both languages; the CDK makes CloudFormation.
        wanted = {
            "terraform": "terraform",
            "cloudformation": "cloudformation",
            "cdk": "cloudformation",
            "python": "python",
        }
        assert tuple(policy.fix) == tuple(name for name in SNIPPETS if wanted[name] in policy.languages)


def test_policies_can_stand_in_sets() -> None:
    assert len(set(load_catalogue())) == len(load_catalogue())


def test_severity_scores_fall_in_their_bands() -> None:
    assert {severity: severity_score(severity) for severity in SEVERITIES} == {
        "critical": "9.5",
        "high": "8.0",
        "medium": "5.5",
        "low": "3.0",
        "info": "1.0",
    }


class Template(yaml.SafeLoader):
    """CloudFormation's short forms as plain nodes."""


def _short_form(loader: Template, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


Template.add_multi_constructor("!", _short_form)


in_cloudformation = [policy for policy in load_catalogue() if "cloudformation" in policy.languages]


@pytest.mark.parametrize("policy", in_cloudformation, ids=lambda policy: policy.id)
def test_cloudformation_snippet_is_a_set_of_resources(policy: Policy) -> None:
    loader = Template(policy.fix["cloudformation"])
    resources = loader.get_single_data()
    assert isinstance(resources, dict)
    assert all(resource["Type"].startswith("AWS::") for resource in resources.values())


KEY = """
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
"""
ROLE = """
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: glue.amazonaws.com}
            Action: sts:AssumeRole
"""
RECORDER = """
    Type: AWS::Config::ConfigurationRecorder
    Properties:
      RoleARN: arn:aws:iam::111122223333:role/config
"""
# What snippets refer to and do not show: good neighbours.
NEIGHBOURS = {
    "AuditBucket": "\n    Type: AWS::S3::Bucket\n",
    "AuditKey": KEY,
    "LakeKey": KEY,
    "ConfigRole": ROLE,
    "TransformRole": ROLE,
    "AuditRecorder": RECORDER,
}


def completed(snippet: str) -> str:
    """Return a template of a snippet, with the resources that it refers to."""
    named = re.findall(r"(?:!Ref |!GetAtt |DependsOn: |\$\{)(\w+)", snippet)
    missing = [name for name in dict.fromkeys(named) if name in NEIGHBOURS and f"{name}:" not in snippet]
    return f"Resources:\n{textwrap.indent(snippet, '  ')}" + "".join(f"  {name}:{NEIGHBOURS[name]}" for name in missing)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("snippets")
    paths = {policy.id: folder / f"{policy.id}.yaml" for policy in in_cloudformation}
    for policy in in_cloudformation:
        paths[policy.id].write_text(completed(policy.fix["cloudformation"]), encoding="utf-8")
    return paths


def test_cloudformation_snippets_pass_cfn_lint(templates: dict[str, Path]) -> None:
    # One run for all: starting cfn-lint takes longer than reading the snippets.
    command = shutil.which("cfn-lint", path=str(Path(sys.executable).parent))
    assert command is not None
    run = subprocess.run(
        [command, "--format", "json", "-t", *map(str, templates.values())],
        cwd=templates["SGR101"].parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [(Path(match["Filename"]).stem, match["Message"]) for match in json.loads(run.stdout)]
    assert found == []
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("policy", in_cloudformation, ids=lambda policy: policy.id)
def test_cloudformation_snippet_keeps_its_own_policy(policy: Policy, templates: dict[str, Path]) -> None:
    judgement = scan([str(templates[policy.id])], [policy])
    assert judgement.problems == []
    assert judgement.findings
    # A snippet may also leave nothing to judge: no default algorithm is implicit once one is declared.
    assert {finding.verdict for finding in judgement.findings} <= {Verdict.PASS, Verdict.NOT_APPLICABLE}


@pytest.fixture
def catalogue() -> tuple[Policy, ...]:
    base = load_catalogue()[0]
    levels = {"SGR101": "default", "SGR106": "strict", "SGR301": "default", "SGR312": "strict"}
    return tuple(replace(base, id=id_, stem=f"stem_{id_[3:]}", level=level) for id_, level in levels.items())


@pytest.mark.parametrize(
    ("profile", "chosen", "ignored", "expected"),
    [
        ("default", [], [], ["SGR101", "SGR301"]),
        ("strict", [], [], ["SGR101", "SGR106", "SGR301", "SGR312"]),
        ("default", ["SGR3"], [], ["SGR301", "SGR312"]),
        ("default", ["SGR106"], [], ["SGR106"]),
        ("strict", ["SGR301", "SGR101"], [], ["SGR101", "SGR301"]),
        ("default", ["SGR3", "SGR312"], [], ["SGR301", "SGR312"]),
        ("default", ["SGR"], ["SGR10"], ["SGR301", "SGR312"]),
        ("default", [], ["SGR301"], ["SGR101"]),
        ("strict", [], ["SGR1", "SGR312"], ["SGR301"]),
        ("default", [], ["SGR106"], ["SGR101", "SGR301"]),
        ("default", ["SGR101"], ["SGR1"], []),
        ("default", ["sgr3 "], [], ["SGR301", "SGR312"]),
    ],
)
def test_selection(
    catalogue: tuple[Policy, ...], profile: Any, chosen: list[str], ignored: list[str], expected: list[str]
) -> None:
    policies = select(reversed(catalogue), profile=profile, select=chosen, ignore=ignored)
    assert [policy.id for policy in policies] == expected


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SGR310", "did you mean SGR312 or SGR301"),
        ("SGR9", "did you mean SGR3 or SGR1"),
        ("SRG101", "SGR101"),
        ("ESGR301", "SGR301"),
        ("stem_312", "did you mean SGR312"),
        ("encryption", "known are the prefixes SGR1, SGR3"),
        ("", "known are the prefixes"),
        ("S", "no policy is called 'S'"),
        ("*", "no policy is called '*'"),
    ],
)
@pytest.mark.parametrize("where", ["select", "ignore"])
def test_unknown_name_is_told_with_close_matches(
    catalogue: tuple[Policy, ...], where: str, name: str, hint: str
) -> None:
    lists: dict[str, list[str]] = {"select": [], "ignore": [], where: ["SGR101", name]}
    with pytest.raises(UnknownPolicyError) as caught:
        select(catalogue, profile="default", select=lists["select"], ignore=lists["ignore"])
    assert repr(name) in str(caught.value)
    assert hint in str(caught.value)


def test_every_unknown_name_is_told_once(catalogue: tuple[Policy, ...]) -> None:
    with pytest.raises(UnknownPolicyError) as caught:
        select(catalogue, profile="default", select=["X1", "X2", "X1"], ignore=["X2"])
    assert str(caught.value).count("no policy is called") == 2


def test_unknown_profile_is_an_error(catalogue: tuple[Policy, ...]) -> None:
    profile: Any = "lenient"
    with pytest.raises(ValueError, match="unknown profile 'lenient'"):
        select(catalogue, profile=profile, select=[], ignore=[])
