"""Settings of Spark and Hadoop that Python code sets.

They are known by their names, since the objects that take them are made by AWS Glue: ``spark.conf.set(name, value)``,
``SparkSession.builder.config(name, value)``, ``SparkConf().set(name, value)`` and ``setAll([(name, value)])``,
``sc._jsc.hadoopConfiguration().set(name, value)``, ``.option(name, value)`` of readers and writers, the environment
variable PYSPARK_SUBMIT_ARGS, and the arguments that a notebook gives to its session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, CodeValue, Entries, Given, GivenBy, Items, Literal, Member
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.spark_settings import settings_in

_SETTERS = {"set", "config", "setIfMissing", "setIfUnset", "option", "setProperty", "add_config"}
_MANY = {"setAll", "options", "config"}
_NAME = re.compile(r"(?:spark|fs|hadoop|parquet)\.[\w.*-]+")
_SUBMIT = "PYSPARK_SUBMIT_ARGS"
_CONF = "--conf"


@dataclass(frozen=True)
class CodeSetting:
    """A setting: its name, its value where that is a constant, or the job argument that it is."""

    name: str
    value: str | None
    argument: str | None
    origin: Origin


def settings_set(module: Module) -> Iterator[CodeSetting]:
    """Yield the settings of a module whose values are constants or arguments of the job."""
    for call in module.calls:
        method = call.callee.name if isinstance(call.callee, Member) else ""
        if method in _SETTERS:
            yield from _pair(module, call.argument("key", 0), call.argument("value", 1), call)
        if method in _MANY:
            for _, given in call.given:
                yield from _pairs(module, given, call)
    for named in module.named:
        if named.name == _SUBMIT and isinstance(named.value.value, str):
            yield from _written(named.value.value, named.value.origin)
    for name, text, origin in module.session_arguments:
        if name == _CONF:
            yield from _written(text, origin)


def _pairs(module: Module, given: CodeValue, call: Call) -> Iterator[CodeSetting]:
    for option in module.options(given):
        if isinstance(option, Entries):
            for name, value in option.entries.items():
                yield from _values(module, name, value, option.place(name))
        elif isinstance(option, Items):
            for item in option.items:
                for pair in module.options(item):
                    if isinstance(pair, Items) and len(pair.items) == 2:
                        yield from _pair(module, pair.items[0], pair.items[1], call)


def _pair(module: Module, name: CodeValue | None, value: CodeValue | None, call: Call) -> Iterator[CodeSetting]:
    for literal in module.literals(name) if name is not None and value is not None else ():
        if isinstance(literal.value, str) and value is not None:
            yield from _values(module, literal.value, value, call.origin)


def _values(module: Module, name: str, value: CodeValue, origin: Origin) -> Iterator[CodeSetting]:
    if not _NAME.fullmatch(name):
        return
    for option in module.options(value):
        if isinstance(option, Literal) and isinstance(option.value, (str, bool)):
            yield CodeSetting(name, str(option.value), None, option.origin)
        elif isinstance(option, Given) and option.by is GivenBy.JOB_ARGUMENT:
            yield CodeSetting(name, None, option.name, origin)


def _written(text: str, origin: Origin) -> Iterator[CodeSetting]:
    for name, value in settings_in(text):
        yield CodeSetting(name, value, None, origin)
