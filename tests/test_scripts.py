"""Glue jobs and their scripts: which file a job runs, and what is judged together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3_glue_rules.model.findings import Finding, Judgement
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE

SGR407 = [policy for policy in CATALOGUE if policy.id == "SGR407"]
SGR419 = [policy for policy in CATALOGUE if policy.id == "SGR419"]

LAKE = """
resource "aws_kms_key" "lake" {
  enable_key_rotation = true
}
resource "aws_s3_bucket" "lake" {
  bucket = "lake"
}
resource "aws_s3_bucket" "code" {
  bucket = "code"
}
resource "aws_s3_bucket_server_side_encryption_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.lake.arn
    }
  }
}
"""
OBJECT = """
resource "aws_s3_object" "script" {
  bucket = aws_s3_bucket.code.id
  key    = "scripts/job.py"
  source = "${path.module}/job.py"
}
"""
SCRIPT = """
import sys
import boto3
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["bucket"])
boto3.client("s3").put_object(Bucket=args["bucket"], Key="a", ServerSideEncryption="AES256")
"""


def job(location: str, arguments: str = '"--bucket" = aws_s3_bucket.lake.id', name: str = "load") -> str:
    return f"""
resource "aws_glue_job" "{name}" {{
  name     = "{name}"
  role_arn = "arn:aws:iam::111122223333:role/glue"
  command {{
    script_location = {location}
  }}
  default_arguments = {{
    {arguments}
  }}
}}
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def failing(judgement: Judgement) -> list[Finding]:
    assert judgement.problems == []
    return [finding for finding in judgement.findings if finding.verdict.value == "fail"]


LOCATIONS = {
    "attributes of the object": '"s3://${aws_s3_object.script.bucket}/${aws_s3_object.script.key}"',
    "bucket and key": '"s3://${aws_s3_bucket.code.id}/scripts/job.py"',
    "name of the bucket": '"s3://code/scripts/job.py"',
    "another scheme": '"s3a://${aws_s3_bucket.code.bucket}/scripts/job.py"',
}


@pytest.mark.parametrize("location", LOCATIONS.values(), ids=LOCATIONS.keys())
def test_where_a_script_is(tmp_path: Path, location: str) -> None:
    files = {"main.tf": LAKE + OBJECT + job(location), "job.py": SCRIPT}
    (finding,) = failing(scan([str(write(tmp_path, files))], SGR419))
    assert (Path(finding.span.file).name, finding.span.line) == ("job.py", 6)
    assert [Path(step.span.file).name for step in finding.chain] == ["main.tf", "main.tf"]


def test_an_argument_overrides_the_command(tmp_path: Path) -> None:
    arguments = '"--bucket" = "lake", "--scriptLocation" = "s3://code/scripts/job.py"'
    files = {"main.tf": LAKE + OBJECT + job('"s3://elsewhere/other.py"', arguments), "job.py": SCRIPT}
    assert len(failing(scan([str(write(tmp_path, files))], SGR419))) == 1


UNTIED = {
    "another key": '"s3://${aws_s3_bucket.code.id}/scripts/other.py"',
    "another bucket": '"s3://${aws_s3_bucket.lake.id}/scripts/job.py"',
    "longer key": '"s3://${aws_s3_bucket.code.id}/old/scripts/job.py"',
    "not known": "var.location",
    "bucket that is not known": '"s3://${var.location}/scripts/job.py"',
}


@pytest.mark.parametrize("location", UNTIED.values(), ids=UNTIED.keys())
def test_files_are_not_taken_for_scripts_by_their_names(tmp_path: Path, location: str) -> None:
    text = 'variable "location" {\n  type = string\n}\n' + LAKE + OBJECT + job(location)
    assert failing(scan([str(write(tmp_path, {"main.tf": text, "job.py": SCRIPT}))], SGR419)) == []


def test_a_script_may_lie_in_a_module(tmp_path: Path) -> None:
    files = {
        "main.tf": LAKE + 'module "code" {\n  source = "./code"\n}\n' + job('"s3://code/${module.code.key}"'),
        "code/main.tf": 'resource "aws_s3_object" "script" {\n  bucket = "code"\n  key = "x/job.py"\n'
        '  source = "${path.module}/job.py"\n}\noutput "key" {\n  value = aws_s3_object.script.key\n}\n',
        "code/job.py": SCRIPT,
    }
    (finding,) = failing(scan([str(write(tmp_path, files))], SGR419))
    assert finding.span.file.endswith("code/job.py")


def test_two_jobs_with_one_script_tell_it_once(tmp_path: Path) -> None:
    location = LOCATIONS["bucket and key"]
    files = {"main.tf": LAKE + OBJECT + job(location) + job(location, name="again"), "job.py": SCRIPT}
    assert len(failing(scan([str(write(tmp_path, files))], SGR419))) == 1


def test_a_script_is_read_where_only_its_configuration_is_given(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": LAKE + OBJECT + job(LOCATIONS["bucket and key"]), "job.py": SCRIPT})
    (finding,) = failing(scan([str(tmp_path / "main.tf")], SGR419))
    assert finding.span.file.endswith("job.py")


def test_what_is_accepted_in_a_script_counts_for_its_jobs(tmp_path: Path) -> None:
    script = SCRIPT.replace('"AES256")', '"AES256")  # sgr: ignore[SGR419] a public file')
    write(tmp_path, {"main.tf": LAKE + OBJECT + job(LOCATIONS["bucket and key"]), "job.py": script})
    judgement = scan([str(tmp_path)], SGR419)
    assert [finding.verdict.value for finding in judgement.findings] == ["suppressed"]
    assert judgement.notes == []


def test_nothing_is_read_outside_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "repository", {"main.tf": LAKE + OBJECT.replace("${path.module}", "${path.module}/..")})
    (tmp_path / "job.py").write_text(SCRIPT, encoding="utf-8")
    text = (tmp_path / "repository" / "main.tf").read_text(encoding="utf-8") + job(LOCATIONS["bucket and key"])
    (tmp_path / "repository" / "main.tf").write_text(text, encoding="utf-8")
    assert failing(scan([str(tmp_path / "repository")], SGR419)) == []


TEMPLATE = """
Resources:
  Key:
    Type: AWS::KMS::Key
  Lake:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn}
  Job:
    Type: AWS::Glue::Job
    Metadata: METADATA
    Properties:
      Role: arn:aws:iam::111122223333:role/glue
      Command: {Name: glueetl, ScriptLocation: "s3://assets/0a1b.py"}
      DefaultArguments: {--bucket: !Ref Lake}
"""


@pytest.mark.parametrize(
    ("metadata", "number"),
    [
        ('{"aws:asset:path": job.py, "aws:asset:property": Command.ScriptLocation}', 1),
        ('{"aws:asset:path": job.py}', 1),
        ('{"aws:asset:path": job.py, "aws:asset:property": DefaultArguments}', 0),
        ('{"aws:asset:path": missing.py}', 0),
        ("{}", 0),
    ],
)
def test_metadata_names_the_asset_of_a_job(tmp_path: Path, metadata: str, number: int) -> None:
    files = {"template.yaml": TEMPLATE.replace("METADATA", metadata), "job.py": SCRIPT}
    assert len(failing(scan([str(write(tmp_path, files))], SGR419))) == number


KEY = "nVq3/9vUJ3qk1FfQx0bTz5mWcYQ7Z2hL8sD4oKjR6eE="
SETS_THE_KEY = f'spark.conf.set("spark.hadoop.fs.s3a.encryption.key", "{KEY[:31]}=")\n'
ALGORITHM = '"--conf" = "spark.hadoop.fs.s3a.encryption.algorithm=SSE-C"'


def settings_findings(tmp_path: Path, arguments: str, script: str) -> list[Finding]:
    text = LAKE + OBJECT + job(LOCATIONS["bucket and key"], arguments)
    return failing(scan([str(write(tmp_path, {"main.tf": text, "job.py": script}))], SGR407))


def test_a_setting_of_the_job_makes_a_key_of_one_in_the_script(tmp_path: Path) -> None:
    script = SETS_THE_KEY.replace(KEY[:31] + "=", "a word that looks like nothing")
    (finding,) = settings_findings(tmp_path, ALGORITHM, script)
    assert (Path(finding.span.file).name, finding.span.line) == ("job.py", 1)
    assert "a word" not in json.dumps([finding.message, [step.says for step in finding.chain]])
    assert settings_findings(tmp_path, '"--bucket" = "b"', script) == []


def test_a_setting_of_the_script_makes_a_key_of_one_of_the_job(tmp_path: Path) -> None:
    script = 'spark.conf.set("spark.hadoop.fs.s3a.encryption.algorithm", "SSE-C")\n'
    arguments = '"--conf" = "spark.hadoop.fs.s3a.encryption.key=a-word-that-looks-like-nothing"'
    (finding,) = settings_findings(tmp_path, arguments, script)
    assert Path(finding.span.file).name == "main.tf"


def test_an_argument_of_the_job_is_the_key(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom awsglue.utils import getResolvedOptions\n"
        'args = getResolvedOptions(sys.argv, ["secret"])\n'
        'sc._jsc.hadoopConfiguration().set("fs.s3a.secret.key", args["secret"])\n'
    )
    (finding,) = settings_findings(tmp_path, '"--secret" = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz"', script)
    assert (Path(finding.span.file).name, finding.span.line) == ("job.py", 4)
    assert settings_findings(tmp_path, '"--bucket" = "b"', script) == []


def test_what_one_side_shows_alone_is_told_once(tmp_path: Path) -> None:
    script = 'spark.conf.set("spark.hadoop.fs.s3a.secret.key", "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz")\n'
    (finding,) = settings_findings(tmp_path, ALGORITHM, script)
    assert Path(finding.span.file).name == "job.py"
