"""Compare the command with cfn-lint, checkov and trivy on the same files, in one run: ratios, not seconds.

Every figure is the median of cold processes that take turns, so that a machine that slows down slows all of them.
checkov and trivy are compared with where they are installed (trivy: on PATH).
Usage: python benchmarks/compare.py [RUNS] [--terraform FOLDER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"

RESOURCES = """
  Key{n}:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      Description: key of zone {n}
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Administration
            Effect: Allow
            Principal: {{AWS: !Sub "arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:root"}}
            Action: kms:*
            Resource: "*"
  Bucket{n}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "lake-${{Environment}}-{n}"
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - BucketKeyEnabled: true
            ServerSideEncryptionByDefault:
              SSEAlgorithm: !If [IsProd, "aws:kms", "aws:kms"]
              KMSMasterKeyID: !GetAtt Key{n}.Arn
  Policy{n}:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket{n}
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: DenyPlainHttp
            Effect: Deny
            Principal: "*"
            Action: s3:*
            Resource:
              - !GetAtt Bucket{n}.Arn
              - !Sub "${{Bucket{n}.Arn}}/*"
            Condition:
              Bool: {{"aws:SecureTransport": "false"}}
  Security{n}:
    Type: AWS::Glue::SecurityConfiguration
    Properties:
      Name: security-{n}
      EncryptionConfiguration:
        S3Encryptions:
          - S3EncryptionMode: SSE-KMS
            KmsKeyArn: !GetAtt Key{n}.Arn
        CloudWatchEncryption:
          CloudWatchEncryptionMode: SSE-KMS
          KmsKeyArn: !GetAtt Key{n}.Arn
        JobBookmarksEncryption:
          JobBookmarksEncryptionMode: CSE-KMS
          KmsKeyArn: !GetAtt Key{n}.Arn
  Job{n}:
    Type: AWS::Glue::Job
    Properties:
      Role: !Sub "arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/glue"
      SecurityConfiguration: !Ref Security{n}
      Command:
        Name: glueetl
        ScriptLocation: !Sub "s3://${{Bucket{n}}}/job.py"
"""

HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Environment:
    Type: String
    AllowedValues: [dev, prod]
    Default: dev
Conditions:
  IsProd: !Equals [!Ref Environment, prod]
Resources:"""


def template(groups: int) -> str:
    """Return a template of five resources for each group."""
    return HEAD + "".join(RESOURCES.format(n=n) for n in range(groups))


def seconds(command: list[str]) -> float:
    """Return the wall time of a cold process. Raises CalledProcessError where it crashes."""
    # Installed packages have their bytecode; one in development mode writes it at its first run.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**inherited, "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True", "BC_SKIP_MAPPING": "TRUE"}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    elapsed = time.perf_counter() - start
    if b"Traceback" in done.stderr:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return elapsed


Command = list[str]


def peers_for_templates() -> dict[str, Command]:
    """Return the commands that judge a template, each to be followed by its path."""
    peers = {"ours": [str(BIN / "s3-glue-rules"), "scan"], "cfn-lint": [str(BIN / "cfn-lint"), "-t"]}
    if CHECKOV.exists():
        peers["checkov"] = [str(CHECKOV), "--quiet", "--compact", "--framework", "cloudformation", "-f"]
    return peers


def peers_for_terraform() -> dict[str, Command]:
    """Return the commands that judge a folder of Terraform, each to be followed by its path."""
    peers = {"ours": [str(BIN / "s3-glue-rules"), "scan"]}
    if CHECKOV.exists():
        peers["checkov"] = [str(CHECKOV), "--quiet", "--compact", "--framework", "terraform", "-d"]
    trivy = shutil.which("trivy")
    if trivy is not None:
        peers["trivy"] = [trivy, "config", "--quiet", "--skip-check-update", "--skip-version-check"]
    return peers


def compare(name: str, path: Path, peers: dict[str, Command], runs: int) -> None:
    """Print medians and ratios of one piece of work."""
    times: dict[str, list[float]] = {label: [] for label in peers}
    for command in peers.values():
        seconds([*command, str(path)])  # files and bytecode are read for the first time here
    for _ in range(runs):
        for label, command in peers.items():
            times[label].append(seconds([*command, str(path)]))
    own = statistics.median(times["ours"])
    for label, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:<48} {label:<10} {median:>9.3f} {median / own:>6.1f}x", flush=True)


def main() -> int:
    """Print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=5, help="cold processes for each figure")
    parser.add_argument("--terraform", metavar="FOLDER", action="append", default=[], help="a Terraform repository")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'work':<48} {'command':<10} {'median s':>9} {'ratio':>7}")
        for name, groups in (("one template, 2 groups", 2), ("500 resources", 100)):
            path = Path(folder) / f"{groups}.yaml"
            path.write_text(template(groups), encoding="utf-8")
            lines = len(path.read_text(encoding="utf-8").splitlines())
            compare(f"{name} ({lines} lines)", path, peers_for_templates(), options.runs)
        lake = Path(folder) / "lake"
        shutil.copytree(ROOT / "fixtures" / "estates" / "terraform_lake", lake, ignore=shutil.ignore_patterns("plans"))
        compare("one Terraform root with three modules", lake, peers_for_terraform(), options.runs)
        for given in options.terraform:
            files = len(list(Path(given).rglob("*.tf")))
            compare(f"{Path(given).name} ({files} files)", Path(given), peers_for_terraform(), options.runs)
        _scaling(Path(folder), peers_for_templates()["ours"])
    return 0


def _scaling(folder: Path, ours: list[str]) -> None:
    """Print what ten times the files cost."""
    medians: list[float] = []
    for count in (50, 500):
        files = folder / f"files{count}"
        files.mkdir()
        for number in range(count):
            (files / f"{number}.yaml").write_text(template(2), encoding="utf-8")
        medians.append(statistics.median(seconds([*ours, str(files)]) for _ in range(3)))
    print(f"500 files take {medians[1] / medians[0]:.1f} times as long as 50 files")


if __name__ == "__main__":
    sys.exit(main())
