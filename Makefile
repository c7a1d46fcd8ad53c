# Two commands to start with: `make scan` and `make test`. Both make what they need; only Python 3.10+ and make must be there.
PYTHON ?= python3
DIR ?= fixtures/estates
OLDEST_CFN_LINT = 1.50.0
OLDEST_CHECKOV = 3.2.0
SARIF_MULTITOOL = @microsoft/sarif-multitool@5.7.0

.PHONY: help scan test lint types contracts unit mutants generated bench clean

help:
	@echo "make scan [DIR=folder]  judge a folder (default: the example estates) and show the exit status"
	@echo "make test               everything that CI runs: format, lint, types, contracts, tests, mutation check"
	@echo "make generated          write the compiled catalogue and policies/README.md anew"
	@echo "make bench              compare with cfn-lint and checkov: ratios of one run"

scan: .venv-scan/ready
	@.venv-scan/bin/s3-glue-rules scan $(DIR); status=$$?; \
	echo "exit status $$status (0 judged and clean, 1 findings, 2 something was not judged)"; exit $$status

test: lint types contracts unit mutants

lint: .venv/ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/python -m s3_glue_rules.catalogue --check

types: .venv/ready
	.venv/bin/mypy

contracts: .venv/ready
	.venv/bin/lint-imports

unit: .venv/ready .venv-checkov/ready .venv-checkov-oldest/ready .venv-cfn-lint-oldest/ready .tools/ready
	.venv/bin/pytest -n auto --dist loadgroup
	S3_GLUE_RULES_CHECKOV="$(CURDIR)/.venv-checkov-oldest/bin/python" .venv/bin/pytest -n auto --dist loadgroup tests/test_checkov_window.py tests/test_checkov_terraform.py

mutants: .venv/ready
	.venv/bin/python tools/mutate.py

generated: .venv/ready
	.venv/bin/python -m s3_glue_rules.catalogue

bench: .venv/ready .venv-checkov/ready
	.venv/bin/python benchmarks/compare.py

# What the command itself needs, and nothing else.
.venv-scan/ready: pyproject.toml
	$(PYTHON) -m venv .venv-scan
	.venv-scan/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	.venv/bin/python -m pip install --quiet --editable . --group dev
	@touch $@

# checkov pins versions that others cannot live with, so it has an environment of its own.
.venv-checkov/ready: pyproject.toml
	$(PYTHON) -m venv .venv-checkov
	.venv-checkov/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[checkov]"
	@touch $@

.venv-checkov-oldest/ready: pyproject.toml
	$(PYTHON) -m venv .venv-checkov-oldest
	.venv-checkov-oldest/bin/python -m pip install --quiet --disable-pip-version-check --editable . checkov==$(OLDEST_CHECKOV)
	@touch $@

.venv-cfn-lint-oldest/ready: pyproject.toml
	$(PYTHON) -m venv .venv-cfn-lint-oldest
	.venv-cfn-lint-oldest/bin/python -m pip install --quiet --disable-pip-version-check --editable . cfn-lint==$(OLDEST_CFN_LINT)
	@touch $@

# GitHub's rules for SARIF, from npm. Where npm is missing, the test that needs it says so (and fails in CI).
.tools/ready:
	@mkdir -p .tools
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix .tools $(SARIF_MULTITOOL); \
	else echo "npm is missing: the SARIF report is not checked against GitHub's rules"; fi
	@touch $@

clean:
	rm -rf .venv .venv-scan .venv-checkov .venv-checkov-oldest .venv-cfn-lint-oldest .tools
