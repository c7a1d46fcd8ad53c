"""Plans among JSON files → estates."""

from __future__ import annotations

from pathlib import Path

from s3_glue_rules.discover.found import SKIPPED_FOLDERS, Discovery, TerraformOptions, crash
from s3_glue_rules.discover.templates import Loader
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.files import TEMPLATE_SUFFIXES
from s3_glue_rules.read.plan import PlanDocument, load_plan


def plans_among(discovery: Discovery, loader: Loader, paths: list[Path]) -> dict[Path, PlanDocument | None]:
    """Return the Terraform plans among JSON files (None for one that cannot be read)."""
    found: dict[Path, PlanDocument | None] = {}
    # A file that the user names may be called anything.
    documents = [path for path in paths if path.suffix == ".json" or path.suffix not in TEMPLATE_SUFFIXES]
    if not documents:
        return found
    for path in documents:
        try:
            document = load_plan(path, loader.shown(path))
        except ReadError as error:
            discovery.problems.append(Problem(loader.shown(path), error.line, error.message))
            found[path] = None
        except OSError:
            continue  # the reader of templates says what is wrong with it
        except Exception as error:  # noqa: BLE001 - as in Loader
            discovery.problems.append(Problem(loader.shown(path), 1, crash(error)))
            found[path] = None
        else:
            if document is not None:
                found[path] = document
    return found


def add_plans(discovery: Discovery, plans: dict[Path, PlanDocument | None], options: TerraformOptions) -> None:
    """Add the estates of plans, with the root module behind them where the user names it."""
    documents = [document for document in plans.values() if document is not None]
    if not documents:
        return
    from s3_glue_rules.discover.terraform import ModuleLoader
    from s3_glue_rules.resolve.plan import plan_estate
    from s3_glue_rules.resolve.terraform.plan_root import PlanRoot

    for document in documents:
        try:
            root = None
            if options.root is not None:
                root = PlanRoot(Path(options.root), document, ModuleLoader(SKIPPED_FOLDERS))
            estate = plan_estate(document, root)
        except ReadError as error:
            discovery.problems.append(Problem(document.file, error.line, error.message))
        except Exception as error:  # noqa: BLE001 - as in Loader
            discovery.problems.append(Problem(document.file, 1, crash(error)))
        else:
            discovery.estates.append(estate)
            discovery.files_judged += 1
