"""What checkov executes with ``--external-checks-dir``: it puts the policies into checkov's registries.

checkov (seen in 3.2.0 to 3.3.30) executes this file once for each registry of each framework, as a top-level module of
this name, and goes on after an exception in it. A run without the policies would look clean, so a failure makes the
run itself fail.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

# Repeated here from checkov_checks, because this must work where nothing of the package can be imported.
FRAMEWORKS = ("cloudformation", "terraform")


def load() -> None:
    """Register the policies."""
    try:
        from s3_glue_rules.hosts.checkov_checks import register
    except ModuleNotFoundError as error:
        if error.name != "s3_glue_rules":
            raise
        # checkov lives in an environment of its own and was given the folder of a package elsewhere.
        sys.path.append(str(Path(__file__).resolve().parents[3]))
        from s3_glue_rules.hosts.checkov_checks import register
    register(fail)


def fail(message: str) -> NoReturn:
    """End checkov's run with a status other than 0. To be called from a registry's ``run_checks``.

    Exiting here would not do: a worker process of checkov that exits is taken for one that found nothing. An exception
    out of ``run_checks`` ends the run. Old versions (3.2.0) forget those of worker processes, and have to be stopped.
    """
    from checkov.common.parallelizer import parallel_runner

    in_worker = multiprocessing.parent_process() is not None
    if in_worker and not hasattr(parallel_runner, "ParallelRunException"):
        print(f"s3-glue-rules: {message}", file=sys.stderr, flush=True)
        os.kill(os.getppid(), signal.SIGINT)
    raise RuntimeError(f"s3-glue-rules: {message}")


def refuse(error: Exception) -> None:
    """Make the run fail where the policies could not be registered."""
    message = f"the policies could not be loaded ({type(error).__name__}: {error}); nothing was judged"

    def run_checks(*_: object, **__: object) -> NoReturn:
        fail(message)

    try:
        from checkov.common.checks_infra.registry import get_graph_checks_registry

        registries = [get_graph_checks_registry(framework) for framework in FRAMEWORKS]
    except Exception:  # noqa: BLE001 - this is no checkov that is known here
        print(f"s3-glue-rules: {message}", file=sys.stderr)
        raise SystemExit(2) from error
    for registry in registries:
        if getattr(registry.run_checks, "__module__", None) != __name__:
            registry.run_checks = run_checks
            print(f"s3-glue-rules: {message}", file=sys.stderr)


try:
    load()
except Exception as error:  # noqa: BLE001 - whatever it is, the run must not look clean
    refuse(error)
