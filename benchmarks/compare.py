"""Compare the command with cfn-lint and checkov on the same templates, in one run: ratios, not seconds.

Every figure is the median of cold processes that take turns, so that a machine that slows down slows all of them.
Usage: python benchmarks/compare.py [RUNS]
"""

from __future__ import annotations

import os
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
    environment = {**os.environ, "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True", "BC_SKIP_MAPPING": "TRUE"}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    elapsed = time.perf_counter() - start
    if b"Traceback" in done.stderr:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return elapsed


def main() -> int:
    """Print a table of medians and ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ours = [str(BIN / "s3-glue-rules"), "scan"]
    peers = {"cfn-lint": [str(BIN / "cfn-lint"), "-t"]}
    if CHECKOV.exists():
        peers["checkov"] = [str(CHECKOV), "--quiet", "--compact", "--framework", "cloudformation", "-f"]
    with tempfile.TemporaryDirectory() as folder:
        works: dict[str, Path] = {}
        for name, groups in (("one template, 2 groups", 2), ("500 resources", 100)):
            path = Path(folder) / f"{groups}.yaml"
            path.write_text(template(groups), encoding="utf-8")
            works[f"{name} ({len(path.read_text(encoding='utf-8').splitlines())} lines)"] = path
        print(f"{'work':<40} {'command':<10} {'median s':>9} {'ratio':>7}")
        for name, path in works.items():
            times: dict[str, list[float]] = {command_name: [] for command_name in ("ours", *peers)}
            for _ in range(runs):
                times["ours"].append(seconds([*ours, str(path)]))
                for peer, command in peers.items():
                    times[peer].append(seconds([*command, str(path)]))
            own = statistics.median(times["ours"])
            for label, taken in times.items():
                median = statistics.median(taken)
                print(f"{name:<40} {label:<10} {median:>9.3f} {median / own:>6.1f}x")
        _scaling(Path(folder), ours)
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
