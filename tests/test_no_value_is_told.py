"""No report tells anything of a key or credential that was found: kinds and lengths, never values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3_glue_rules.report import json_report, sarif, text
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE

# Parts of all values that are planted: four signs in a row must not come out.
BASE64 = "nVq3/9vUJ3qk1FfQx0bTz5mWcYQ7Z2hL8sD4oKjR6eE="
HEXADECIMAL = "7f3c9a51e8d24b60af17c3925d8e4b06"
TYPED = "Zu7!qWpL9#xV"
ACCESS = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz"
PEM = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
VALUES = (BASE64, HEXADECIMAL, TYPED, ACCESS, PEM)

TEMPLATE = f"""
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  EncryptionKey:
    Type: String
    Default: {BASE64}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Environment:
        Variables:
          AES_KEY: {HEXADECIMAL}
          PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----\\n{PEM}\\n-----END PRIVATE KEY-----"
  Connection:
    Type: AWS::Glue::Connection
    Properties:
      CatalogId: !Ref AWS::AccountId
      ConnectionInput:
        ConnectionType: JDBC
        ConnectionProperties:
          USERNAME: loader
          PASSWORD: "{TYPED}"
          JDBC_CONNECTION_URL: jdbc:postgresql://db/lake
  Job:
    Type: AWS::Glue::Job
    Properties:
      Role: arn:aws:iam::111122223333:role/glue
      Command: {{Name: glueetl, ScriptLocation: job.py}}
      DefaultArguments:
        --db_password: "{TYPED}"
        --secret: {ACCESS}
        --conf: spark.hadoop.fs.s3a.secret.key={ACCESS}
"""
SCRIPT = f"""
import sys
from awsglue.utils import getResolvedOptions
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
args = getResolvedOptions(sys.argv, ["secret"])
AES_KEY = "{HEXADECIMAL}"
AESGCM("{BASE64}".encode())
AESGCM(key=bytes.fromhex(AES_KEY))
pem = "-----BEGIN PRIVATE KEY-----\\n{PEM}\\n-----END PRIVATE KEY-----"
spark.conf.set("fs.s3a.secret.key", "{ACCESS}")
hadoop.set("fs.s3a.secret.key", args["secret"])
s3.put_object(Bucket="b", Key="k", **{{"SSECustomerKey": "{TYPED}"}})
"""
TERRAFORM = f"""
resource "aws_glue_connection" "lake" {{
  name = "lake"
  connection_properties = {{
    USERNAME            = "loader"
    PASSWORD            = "{TYPED}"
    JDBC_CONNECTION_URL = "jdbc:postgresql://db/lake"
  }}
}}
resource "aws_lambda_function" "f" {{
  function_name = "f"
  role          = "arn:aws:iam::111122223333:role/f"
  environment {{
    variables = {{ DATA_KEY = "{BASE64}" }}
  }}
}}
"""


@pytest.mark.parametrize("name", ["job.py", "job.ipynb"])
def test_reports_hold_no_part_of_a_value(tmp_path: Path, name: str) -> None:
    (tmp_path / "lake.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "main.tf").write_text(TERRAFORM, encoding="utf-8")
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": SCRIPT.splitlines(keepends=True)}
    written = SCRIPT if name == "job.py" else json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4})
    (tmp_path / name).write_text(written, encoding="utf-8")
    judgement = scan([str(tmp_path)], CATALOGUE)
    failing = {finding.policy for finding in judgement.findings if finding.verdict.value == "fail"}
    assert {"SGR315", "SGR316", "SGR401", "SGR407", "SGR411"} <= failing
    reports = [
        text.render(judgement),
        json_report.render(judgement, all_verdicts=True),
        sarif.render(judgement, CATALOGUE),
    ]
    pieces = {value[start : start + 5] for value in VALUES for start in range(len(value) - 4)}
    # The sign in a row is no value.
    pieces = {piece for piece in pieces if len(set(piece)) > 1}
    for report in reports:
        assert sorted(piece for piece in pieces if piece in report) == []
