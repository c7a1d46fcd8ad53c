"""Bad files through the command: each is named with its line, the file beside it is judged, nothing runs away."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.read.cloudformation import parse_template
from s3_glue_rules.read.errors import MOST_BYTES, ReadError

# Generous: machines of continuous integration are slow, and what runs away takes longer than any patience.
SECONDS = 60
MEMORY = 1_500 * 1024 * 1024

GOOD = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Crawler:
    Type: AWS::Glue::Crawler
    Properties:
      Role: crawler
      Targets: {S3Targets: [{Path: s3://lake/raw}]}
"""

BUCKET = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Bucket:
    Type: AWS::S3::Bucket
"""

# prctl(2) and capabilities(7): what lets root read files whatever their permissions say.
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


@dataclass
class Run:
    status: int
    report: dict[str, Any]
    stderr: str

    @property
    def errors(self) -> list[tuple[str, int, str]]:
        return [(error["file"], error["line"], error["message"]) for error in self.report["errors"]]

    @property
    def failing(self) -> set[tuple[str, str]]:
        return {
            (Path(found["file"]).name, found["address"])
            for found in self.report["verdicts"]
            if found["verdict"] == "fail"
        }


def limits() -> None:
    """Limit memory, and let permissions bind the child where this is root."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if os.getuid() == 0:
        control = ctypes.CDLL(None).prctl
        control(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)
        control(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0)


def scan(*paths: Path | str) -> Run:
    command = [sys.executable, "-m", "s3_glue_rules.cli", "scan", *map(str, paths), "--format", "json"]
    done = subprocess.run(
        command,
        capture_output=True,
        timeout=SECONDS,
        check=False,
        preexec_fn=limits,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1]), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    stderr = done.stderr.decode()
    assert "Traceback" not in stderr
    return Run(done.returncode, json.loads(done.stdout), stderr)


def beside(folder: Path, name: str, content: str | bytes) -> Run:
    """Scan a folder with a good template and another file."""
    (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    run = scan(folder)
    assert ("good.yaml", "Crawler") in run.failing, "the file beside the bad one was not judged"
    return run


NESTED_LISTS = "[" + "[]," * 5_000_000 + "[]]"

BAD: dict[str, tuple[str, str | bytes, int, str]] = {
    "invalid YAML": ("bad.yaml", BUCKET + "  Other: [1, 2\n  More: x\n", 6, "not valid YAML"),
    "tabs": ("bad.yaml", BUCKET + "\tOther: 1\n", 5, "tab"),
    "invalid JSON": ("bad.json", '{"AWSTemplateFormatVersion": "x",\n"Resources": {"B": }}', 2, "not valid JSON"),
    "cut off JSON": ("bad.json", '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}', 1, "not valid JSON"),
    "control character": ("bad.yaml", BUCKET + "# \x00\n", 5, "not valid YAML"),
    "duplicate key in YAML": (
        "bad.yaml",
        BUCKET + "  Bucket:\n    Type: AWS::S3::Bucket\n",
        5,
        "'Bucket' stands twice, first on line 3",
    ),
    "duplicate key in JSON": (
        "bad.json",
        '{"Resources": {\n"A": {"Type": "AWS::S3::Bucket"},\n"B": {"Type": "AWS::S3::Bucket",\n"Type": "x"}}}',
        4,
        "'Type' stands twice, first on line 3",
    ),
    "Resources is a list": (
        "bad.yaml",
        "AWSTemplateFormatVersion: x\nResources:\n  - Type: AWS::S3::Bucket\n",
        2,
        "list",
    ),
    "Resources is empty": ("bad.yaml", "AWSTemplateFormatVersion: x\nResources:\n", 2, "empty"),
    "Resources is a text": ("bad.yaml", "AWSTemplateFormatVersion: x\nResources: none\n", 2, "must be a mapping"),
    "no Resources": ("bad.yaml", "AWSTemplateFormatVersion: x\nOutputs: {}\n", 1, "no Resources"),
    "a resource is a text": ("bad.yaml", BUCKET + "  Other: text\n", 5, "no Type"),
    "a resource is null": ("bad.yaml", BUCKET + "  Other:\n", 5, "no Type"),
    "Type is a list": ("bad.yaml", BUCKET + "  Other:\n    Type: [AWS::S3::Bucket]\n", 5, "no Type"),
    "Metadata of the template is null": ("bad.yaml", BUCKET + "Metadata:\n", 5, "Metadata"),
    "Metadata of a resource is null": ("bad.yaml", BUCKET + "    Metadata:\n", 5, "Metadata"),
    "Properties are null": ("bad.yaml", BUCKET + "    Properties: null\n", 5, "Properties"),
    "Parameters is a list": ("bad.yaml", BUCKET + "Parameters: [a]\n", 5, "Parameters"),
    "a tag of Python": (
        "bad.yaml",
        BUCKET + "    Metadata: !!python/object/apply:os.system [id]\n",
        5,
        "python/object",
    ),
    "an unknown tag": ("bad.yaml", BUCKET + "    Metadata:\n      a: !Foo x\n", 6, "!Foo"),
    "Latin-1": ("bad.yaml", BUCKET.encode() + b"    # caf\xe9\n", 5, "not UTF-8"),
    "UTF-16": ("bad.yaml", BUCKET.encode("utf-16"), 1, "not UTF-8"),
    "two documents": ("bad.yaml", BUCKET + "---\na: b\n", 5, "another document"),
    "half a surrogate pair": ("bad.json", '{"Resources": {\n"B\\ud800": {"Type": "AWS::S3::Bucket"}}}', 2, "surrogate"),
    "an alias bomb": (
        "bad.yaml",
        BUCKET
        + "    Properties:\n      Tags:\n        - &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"        - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)),
        0,
        "too many values",
    ),
    "an alias bomb in Metadata": (
        "bad.yaml",
        "Metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
        + BUCKET
        + "    DeletionPolicy: *a9\n",
        0,
        "too many values",
    ),
    "an alias that holds itself": ("bad.yaml", BUCKET + "    Properties: &p\n      Tags: [*p]\n", 0, "nested deeper"),
    "a merge bomb": (
        "bad.yaml",
        "Metadata:\n  m0: &m0 {"
        + ", ".join(f"k{n}: 1" for n in range(1000))
        + "}\n"
        + "".join(f"  m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 100)}]}}\n" for n in range(1, 20))
        + BUCKET,
        0,
        "values",
    ),
    "15 MB of lists in YAML": ("bad.yaml", BUCKET + f"    Properties: {{X: {NESTED_LISTS}}}\n", 5, "values"),
    "15 MB of lists in JSON": (
        "bad.json",
        f'{{"Resources": {{"B": {{"Type": "AWS::S3::Bucket", "Properties": {{"X": {NESTED_LISTS}}}}}}}}}',
        1,
        "values",
    ),
    "50 MB of lists": ("bad.yaml", BUCKET + "    Properties:\n      X: [" + "[], " * 12_500_000 + "]\n", 1, "bytes"),
    "deep lists in YAML": ("bad.yaml", BUCKET + f"    Properties: {'[' * 100_000}{']' * 100_000}\n", 5, ""),
    "deep lists in blocks": ("bad.yaml", BUCKET + f"    Properties:\n      {'- ' * 100_000}x\n", 6, ""),
    "deep lists in JSON": (
        "bad.json",
        f'{{"Resources": {{"B": {{"Type": "AWS::S3::Bucket", "Properties": {"[" * 100_000}{"]" * 100_000}}}}}}}',
        1,
        "nested deeper",
    ),
    "deep lists that Python could still read": (
        "bad.json",
        f'{{"Resources": {{"B": {{"Type": "AWS::S3::Bucket", "DeletionPolicy": {"[" * 700}{"]" * 700}}}}}}}',
        1,
        "nested deeper",
    ),
    "anchors that make it deep": (
        "bad.yaml",
        "Metadata:\n  a0: &a0 x\n"
        + "".join(f"  a{n}: &a{n} {'[' * 150}*a{n - 1}{']' * 150}\n" for n in range(1, 20))
        + BUCKET
        + "    DeletionPolicy: *a19\n",
        0,
        "nested deeper",
    ),
    "conditions that make it deep": (
        "bad.yaml",
        BUCKET
        + "    Condition: C5000\nConditions:\n  C0: !Equals [!Ref AWS::Region, x]\n"
        + "".join(f"  C{n}: !Not [!Condition C{n - 1}]\n" for n in range(1, 5001)),
        1,
        "too deeply",
    ),
    "a nested template whose name is too long": (
        "bad.yaml",
        BUCKET + f"  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {'n' * 5000}}}\n",
        5,
        "could not be read",
    ),
    "a nested template whose name is none": (
        "bad.json",
        '{"Resources": {\n"N": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "a\\u0000b"}}}}',
        2,
        "could not be read",
    ),
    "a nested template that is not there": (
        "bad.yaml",
        BUCKET + "  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ./none.yaml}\n",
        5,
        "could not be read",
    ),
    "a nested template that is this one": (
        "bad.yaml",
        BUCKET + "  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ./bad.yaml}\n",
        5,
        "contains itself",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_named_with_its_line(case: str, tmp_path: Path) -> None:
    name, content, line, message = BAD[case]
    run = beside(tmp_path, name, content)
    assert run.status == 2
    found = [error for error in run.errors if message in error[2]]
    assert found, run.errors
    assert all(Path(file).name == name for file, _, _ in run.errors)
    if line:
        assert found[0][1] == line
    assert run.report["summary"]["errors"] == len(run.errors)


FINE: dict[str, tuple[str, str | bytes]] = {
    "empty": ("fine.yaml", ""),
    "only comments": ("fine.yaml", "# AWSTemplateFormatVersion\n# Resources: AWS::S3::Bucket\n"),
    "YAML of something else": ("fine.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: []}\n"),
    "YAML of something else with tags": ("fine.yaml", "a: !vault x\nb: !reference [c, d]\n"),
    "several documents": ("fine.yaml", "a: b\n---\nc: d\n"),
    "broken YAML of something else": ("fine.yaml", "a: [b\n{{ template }}\n"),
    "JSON of something else": ("fine.json", '{"name": "x", "version": "1.0.0"}'),
    "broken JSON of something else": ("fine.json", "{name: 'x'} // comment"),
    "a list": ("fine.json", '[{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}]'),
    "Resources of something else": ("fine.yaml", "Resources:\n  Limits: {cpu: 1}\n"),
    "bytes": ("fine.template", bytes(range(256)) * 100),
    "50 MB of lists": ("fine.yaml", "x: [" + "[], " * 12_500_000 + "]\n"),
    "15 MB of lists": ("fine.json", '{"x": ' + NESTED_LISTS + "}"),
    "15 MB of lists that look like a template": (
        "fine.json",
        '[{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}, ' + NESTED_LISTS + "]",
    ),
    "a long line": ("fine.yaml", "x: " + "y" * 10_000_000),
    "deep": ("fine.yaml", "[" * 100_000),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_no_template_is_passed_over(case: str, tmp_path: Path) -> None:
    name, content = FINE[case]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    run = scan(tmp_path)
    assert run.errors == []
    assert run.status == 0
    assert run.report["summary"]["files_passed_over"] == 1
    assert run.report["summary"]["files_judged"] == 0


@pytest.mark.parametrize(
    "content",
    [
        BUCKET + f"    Properties: {{BucketName: {'n' * 10_000_000}}}\n",
        BUCKET + f"    # {'n' * 10_000_000}\n",
        BUCKET + f"    Properties: {{BucketName: !Sub '{'${!n}' * 2_000_000}'}}\n",
        BUCKET + f"    Properties: {{BucketName: !Sub '{'${AWS::Region}' * 700_000}'}}\n",
        BUCKET + f"    Properties: {{BucketName: {'1' * 10_000}}}\n",
        json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"X": '\\"{[' * 2_000_000}}}}),
        # A condition of 40 conditions, each of which names the one before it twice.
        BUCKET
        + "    Condition: C40\nConditions:\n  C0: !Equals [!Ref AWS::Region, x]\n"
        + "".join(f"  C{n}: !And [!Condition C{n - 1}, !Condition C{n - 1}]\n" for n in range(1, 41)),
        # Twelve parameters of eleven values: none differs from all the others.
        "Parameters:\n"
        + "".join(f"  P{n}: {{Type: String, AllowedValues: [{', '.join('abcdefghijk')}]}}\n" for n in range(12))
        + "Conditions:\n"
        + "".join(f"  C{n}x{m}: !Equals [!Ref P{n}, !Ref P{m}]\n" for n in range(12) for m in range(n))
        + "".join(f"  R{n}: !Or [{', '.join(f'!Condition C{n}x{m}' for m in range(n))}]\n" for n in range(2, 12))
        + f"  All: !Or [{', '.join(f'!Condition R{n}' for n in range(2, 12))}]\n"
        + BUCKET
        + "    Condition: All\n",
    ],
    ids=[
        "long value",
        "long comment",
        "long literal Sub",
        "long Sub",
        "long number",
        "long text",
        "shared conditions",
        "many comparisons",
    ],
)
def test_what_is_large_and_fine_is_judged(content: str, tmp_path: Path) -> None:
    name = "large.json" if content.startswith("{") else "large.yaml"
    run = beside(tmp_path, name, content)
    assert run.errors == []
    assert run.status == 1
    assert (name, "Bucket") in run.failing


def test_a_list_of_templates_that_are_nested_deep(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"t{number}.yaml").write_text(
            BUCKET
            + f"  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: t{number + 1}.yaml}}\n",
            encoding="utf-8",
        )
    (tmp_path / "t40.yaml").write_text(BUCKET, encoding="utf-8")
    run = scan(tmp_path)
    assert run.status == 2
    assert any("nested deeper" in message for _, _, message in run.errors)


def test_texts_that_double_at_every_level(tmp_path: Path) -> None:
    for number in range(18):
        (tmp_path / f"t{number}.yaml").write_text(
            f"Parameters:\n  P: {{Type: String, Default: {'n' * 100}}}\n{BUCKET}    Properties: {{BucketName: !Ref P}}"
            f"\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: t{number + 1}.yaml\n"
            '      Parameters: {P: !Sub "${P}${P}${AWS::Region}${P}${P}"}\n',
            encoding="utf-8",
        )
    (tmp_path / "t18.yaml").write_text(
        f"Parameters: {{P: {{Type: String}}}}\n{BUCKET}    Properties: {{BucketName: !Ref P}}\n"
    )
    run = scan(tmp_path / "t0.yaml")
    assert run.status == 1
    assert run.report["summary"]["resources"] == 19 + 18


def test_templates_that_nest_each_other_are_judged(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.yaml").write_text(
            BUCKET + f"  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {other}.yaml}}\n",
            encoding="utf-8",
        )
    run = scan(tmp_path)
    assert run.status == 2
    assert any("contains itself" in message for _, _, message in run.errors)
    assert {file for file, _ in run.failing} == {"a.yaml", "b.yaml"}


def test_an_unreadable_nested_template_is_named(tmp_path: Path) -> None:
    run = beside(tmp_path, "child.template", BUCKET + "  - x\n")
    assert run.status == 2
    (tmp_path / "parent.yaml").write_text(
        BUCKET + "  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.template}\n"
    )
    run = scan(tmp_path)
    assert ("child.template", 5) in {(Path(file).name, line) for file, line, _ in run.errors}
    assert ("parent.yaml", 5) in {(Path(file).name, line) for file, line, _ in run.errors}
    assert ("parent.yaml", "Bucket") in run.failing


# Paths


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    run = scan(tmp_path / "good.yaml", tmp_path / "none.yaml", tmp_path / "none")
    assert run.status == 2
    assert [(Path(file).name, line) for file, line, _ in run.errors] == [("none.yaml", 1), ("none", 1)]
    assert run.failing == {("good.yaml", "Crawler")}


def test_names_that_no_file_can_have() -> None:
    run = scan("n" * 5000, "x/" * 3000)
    assert run.status == 2
    assert len(run.errors) == 2


def test_names_with_spaces_and_letters_of_all_kinds(tmp_path: Path) -> None:
    names = ["a b.yaml", "données.yaml", "日本語.yaml", "😀.yaml", "-n.yaml", "a\nb.yaml", "'\".yaml"]
    for name in names:
        (tmp_path / name).write_text(GOOD)
    run = scan(tmp_path)
    assert run.status == 1
    assert run.failing == {(name, "Crawler") for name in names}
    assert scan(*(tmp_path / name for name in names)).failing == run.failing


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    try:
        Path(os.fsdecode(folder + b"/caf\xe9.yaml")).write_text(GOOD)
    except OSError:
        pytest.skip("this file system has no such names")
    run = scan(tmp_path)
    assert run.status == 1
    assert len(run.failing) == 1
    done = subprocess.run(
        [sys.executable, "-m", "s3_glue_rules.cli", "scan", str(tmp_path)],
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_links(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "same.yaml").symlink_to("good.yaml")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "again").symlink_to(tmp_path)
    run = scan(tmp_path)
    assert run.status == 1
    assert run.failing == {("good.yaml", "Crawler")}


def test_links_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "round.yaml").symlink_to("round.yaml")
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    for run in (scan(tmp_path), scan(*(tmp_path / name for name in ("good.yaml", "round.yaml", "gone.yaml")))):
        assert run.status == 2
        assert {(Path(file).name, line) for file, line, _ in run.errors} == {("round.yaml", 1), ("gone.yaml", 1)}
        assert run.failing == {("good.yaml", "Crawler")}


def test_a_pipe_in_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe.yaml")
    run = scan(tmp_path)
    assert run.status == 1


def test_a_device_without_end_is_not_read_to_its_end() -> None:
    run = scan("/dev/zero")
    assert run.status == 2
    assert run.errors[0][0] == "/dev/zero"


@pytest.fixture
def bound(tmp_path: Path) -> Path:
    """A folder whose permissions bind the command."""
    (tmp_path / "probe").mkdir(mode=0)
    command = [sys.executable, "-c", "import os, sys; os.listdir(sys.argv[1])", str(tmp_path / "probe")]
    if subprocess.run(command, preexec_fn=limits, capture_output=True, check=False).returncode == 0:
        pytest.skip("permissions bind nobody here")
    (tmp_path / "probe").rmdir()
    return tmp_path


@pytest.mark.parametrize("mode", [0o000, 0o111, 0o444])
def test_a_folder_that_may_not_be_read_is_named(mode: int, bound: Path) -> None:
    (bound / "good.yaml").write_text(GOOD)
    closed = bound / "closed"
    (closed / "below").mkdir(parents=True)
    (closed / "bad.yaml").write_text(BUCKET)
    closed.chmod(mode)
    try:
        whole, alone = scan(bound), scan(closed)
        inside = scan(closed / "bad.yaml", bound / "good.yaml")
    finally:
        closed.chmod(0o755)
    assert whole.status == 2
    assert any("closed" in file for file, _, _ in whole.errors)
    assert whole.failing == {("good.yaml", "Crawler")}
    assert alone.status == 2
    if mode == 0o111:
        # It may not be listed, but what is known by its name may be read.
        assert ("bad.yaml", "Bucket") in inside.failing
    else:
        assert inside.status == 2
        assert inside.failing == {("good.yaml", "Crawler")}


def test_a_file_that_may_not_be_read_is_named(bound: Path) -> None:
    (bound / "good.yaml").write_text(GOOD)
    (bound / "closed.yaml").write_text(BUCKET)
    (bound / "closed.yaml").chmod(0)
    run = scan(bound)
    assert run.status == 2
    assert [(Path(file).name, line) for file, line, _ in run.errors] == [("closed.yaml", 1)]
    assert run.failing == {("good.yaml", "Crawler")}


# Assemblies of the CDK

MANIFEST = {
    "version": "48.0.0",
    "artifacts": {
        "Lake": {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/eu-west-1",
            "properties": {"templateFile": "Lake.template.json"},
        }
    },
}
LAKE = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}


def assembly(folder: Path, manifest: object, template: object = LAKE) -> Run:
    (folder / "good.yaml").write_text(GOOD)
    out = folder / "cdk.out"
    out.mkdir()
    for name, content in (("manifest.json", manifest), ("Lake.template.json", template)):
        if content is not None:
            (out / name).write_text(content if isinstance(content, str) else json.dumps(content))
    run = scan(folder)
    assert ("good.yaml", "Crawler") in run.failing
    return run


def changed(**properties: object) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(json.dumps(MANIFEST))
    manifest["artifacts"]["Lake"].update(properties)
    return manifest


def test_an_assembly_is_judged(tmp_path: Path) -> None:
    run = assembly(tmp_path, MANIFEST)
    assert run.status == 1
    assert ("Lake.template.json", "Lake/Bucket") in run.failing


@pytest.mark.parametrize(
    ("manifest", "template", "name"),
    [
        ('{"version": "48.0.0", "artifacts": {', LAKE, "manifest.json"),
        ({"version": "48.0.0", "artifacts": []}, LAKE, "manifest.json"),
        (changed(properties={}), LAKE, "manifest.json"),
        (changed(properties={"templateFile": "none.json"}), LAKE, "none.json"),
        (MANIFEST, None, "Lake.template.json"),
        (MANIFEST, '{"Resources": {', "Lake.template.json"),
        (MANIFEST, '{"Resources": []}', "Lake.template.json"),
    ],
    ids=range(7),
)
def test_a_bad_assembly_is_named(manifest: object, template: object, name: str, tmp_path: Path) -> None:
    run = assembly(tmp_path, manifest, template)
    assert run.status == 2
    assert name in {Path(file).name for file, _, _ in run.errors}


@pytest.mark.parametrize(
    "manifest",
    [
        changed(metadata=[1]),
        changed(metadata={"/Lake": 5, "/Lake/x": [5, {"type": 3}, {"type": "aws:cdk:logicalId", "data": ["x"]}]}),
        changed(metadata={"/Lake/Bucket": [{"type": "aws:cdk:acknowledged-rules", "data": 7}]}),
        changed(metadata={"/Lake/Bucket": [{"type": "aws:cdk:logicalId", "data": "Bucket", "trace": [1, None]}]}),
        changed(environment=5),
        changed(displayName=["x"]),
        {**MANIFEST, "artifacts": {**MANIFEST["artifacts"], "Other": None, "More": {"type": "cdk:tree"}}},  # type: ignore[dict-item]
    ],
    ids=range(7),
)
def test_odd_manifests_do_no_harm(manifest: object, tmp_path: Path) -> None:
    run = assembly(tmp_path, manifest)
    assert run.status == 1
    assert any(file == "Lake.template.json" for file, _ in run.failing)


def test_a_template_outside_of_the_assembly(tmp_path: Path) -> None:
    (tmp_path / "outside.template.json").write_text(json.dumps(LAKE))
    for where in ("../outside.template.json", str(tmp_path / "outside.template.json")):
        run = assembly(tmp_path, changed(properties={"templateFile": where}))
        assert ("outside.template.json", "Lake/Bucket") in run.failing
        shutil.rmtree(tmp_path / "cdk.out")


def test_assemblies_that_hold_each_other(tmp_path: Path) -> None:
    inner = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "inner"}}
    outer = {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}
    (tmp_path / "cdk.out" / "inner").mkdir(parents=True)
    for folder, other in ((tmp_path / "cdk.out", inner), (tmp_path / "cdk.out" / "inner", outer)):
        artifacts = {**MANIFEST["artifacts"], "Other": other, "Again": other}  # type: ignore[dict-item]
        (folder / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": artifacts}))
        (folder / "Lake.template.json").write_text(json.dumps(LAKE))
    run = scan(tmp_path)
    assert run.status == 1


# Any shape

ODD: tuple[object, ...] = (None, [], {}, "", "x", 7, True, ["x"], {"x": "y"}, {"Ref": 5}, {"Fn::If": []}, [[None]])

WHOLE: dict[str, Any] = {
    "Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"],
    "Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "a,b", "AllowedValues": ["a"]}},
    "Mappings": {"M": {"a": {"b": "c"}}},
    "Conditions": {"C": {"Fn::Or": [{"Fn::Equals": [{"Ref": "P"}, "a"]}, {"Fn::Not": [{"Condition": "C"}]}]}},
    "Globals": {"Function": {"Environment": {"Variables": {"A": "b"}}}},
    "Resources": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Condition": "C",
            "DeletionPolicy": {"Fn::If": ["C", "Retain", "Delete"]},
            "Metadata": {
                "aws:cdk:path": "Lake/Bucket",
                "checkov": {"skip": [{"id": "SGR101", "comment": "x"}]},
                "s3-glue-rules": {"ignore": [{"id": "SGR109", "reason": "x"}]},
                "cfn-lint": {"config": {"ignore_checks": ["ESGR101"]}},
            },
            "Properties": {
                "BucketName": {"Fn::Sub": ["${A}-${P}", {"A": {"Fn::GetAtt": ["Key", "Arn"]}}]},
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {
                            "BucketKeyEnabled": True,
                            "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]},
                            "ServerSideEncryptionByDefault": {
                                "SSEAlgorithm": {"Fn::FindInMap": ["M", "a", {"Ref": "P"}, {"DefaultValue": "x"}]},
                                "KMSMasterKeyID": {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]},
                            },
                        }
                    ]
                },
                "LoggingConfiguration": {"DestinationBucketName": {"Fn::Join": ["", ["a", {"Ref": "Bucket"}]]}},
            },
        },
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Bucket"},
                "PolicyDocument": {
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "s3:*",
                            "Resource": [{"Fn::GetAtt": "Bucket.Arn"}],
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ]
                },
            },
        },
        "Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {
                "KeyPolicy": {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}},
                "EnableKeyRotation": "false",
                "KeySpec": "RSA_2048",
            },
        },
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/x", "TargetKeyId": {"Ref": "Key"}}},
        "Settings": {
            "Type": "AWS::Glue::SecurityConfiguration",
            "Properties": {
                "Name": "x",
                "EncryptionConfiguration": {
                    "S3Encryptions": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": {"Fn::ImportValue": "x"}}],
                    "CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": "alias/aws/glue"},
                    "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "DISABLED"},
                },
            },
        },
        "Job": {
            "Type": "AWS::Glue::Job",
            "Properties": {
                "Command": {"Name": "glueetl"},
                "SecurityConfiguration": {"Ref": "Settings"},
                "DefaultArguments": {"--job-bookmark-option": "job-bookmark-disable"},
            },
        },
        "Trigger": {
            "Type": "AWS::Glue::Trigger",
            "Properties": {"Actions": [{"JobName": {"Ref": "Job"}, "SecurityConfiguration": "x"}]},
        },
        "Catalog": {
            "Type": "AWS::Glue::DataCatalogEncryptionSettings",
            "Properties": {
                "DataCatalogEncryptionSettings": {
                    "EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS"},
                    "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": True},
                }
            },
        },
        "Balancer": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"LoadBalancerAttributes": [{"Key": "access_logs.s3.bucket", "Value": {"Ref": "Bucket"}}]},
        },
        "Function": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Environment": {"Variables": {"DATA_KEY": "x"}}},
        },
        "Nested": {
            "Type": "AWS::CloudFormation::Stack",
            "Metadata": {"aws:asset:path": "x"},
            "Properties": {"TemplateURL": "x", "Parameters": {"P": "x"}},
        },
        "Fn::ForEach::Loop": ["X", ["a", "b"], {"${X}Bucket": {"Type": "AWS::S3::Bucket"}}],
    },
    "Outputs": {"O": {"Value": {"Fn::GetAtt": ["Nested", "Outputs.P"]}, "Export": {"Name": {"Fn::ImportValue": "x"}}}},
}


def places(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in entries:
        found += places(inner, (*path, step))
    return found


def with_odd(path: tuple[str | int, ...], odd: object) -> dict[str, Any]:
    whole: Any = json.loads(json.dumps(WHOLE))
    above = whole
    for step in path[:-1]:
        above = above[step]
    above[path[-1]] = odd
    return dict(whole)


def test_odd_values_in_any_place_crash_nothing(tmp_path: Path) -> None:
    """Each place of a template in turn holds something that no one expects there."""
    (tmp_path / "whole.json").write_text(json.dumps(WHOLE))
    everywhere = places(WHOLE)
    for number, path in enumerate(everywhere):
        for offset in range(4):
            odd = ODD[(number * 4 + offset * 3) % len(ODD)]
            (tmp_path / f"t{number}-{offset}.json").write_text(json.dumps(with_odd(path, odd)))
    run = scan(tmp_path)
    assert run.status == 2
    crashes = [error for error in run.errors if "crash" in error[2] or "report this" in error[2]]
    assert crashes == []
    # Whatever was not judged at all is named.
    named = {Path(file).name for file, _, _ in run.errors}
    judged = {file for file, _ in run.failing}
    missing = {path.name for path in tmp_path.glob("t*.json")} - named - judged
    for name in missing:
        with pytest.raises(ReadError):
            parse_template((tmp_path / name).read_text(), name)


def test_the_bound_on_bytes_is_generous() -> None:
    # CloudFormation takes templates up to 1 MB (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
    assert MOST_BYTES >= 8 * 1024 * 1024


def test_properties_that_are_no_mapping_are_an_error(tmp_path: Path) -> None:
    text = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties: nothing\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "s3_glue_rules.cli", "scan", "t.yaml", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert [(error["file"], error["line"]) for error in json.loads(done.stdout)["errors"]] == [("t.yaml", 4)]
