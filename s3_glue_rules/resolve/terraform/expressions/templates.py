"""Texts with interpolations and directives."""

from __future__ import annotations

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Always, Impossible, Known, Value
from s3_glue_rules.read import hcl_syntax as syntax
from s3_glue_rules.resolve.terraform.expressions.core import Frame, evaluate, evaluates, operand
from s3_glue_rules.resolve.terraform.expressions.loops import followed_collection, loop_frame, pairs_of
from s3_glue_rules.resolve.terraform.lifting import FunctionError, choice, lifted
from s3_glue_rules.resolve.terraform.operators import condition_of, text_from


@evaluates(syntax.Template)
def _template(expression: syntax.Template, frame: Frame) -> Value:
    if len(expression.parts) == 1 and isinstance(expression.parts[0], syntax.Expression):
        return evaluate(expression.parts[0], frame)
    return text_from(_template_parts(expression.parts, frame, expression.origin), expression.origin)


def _template_parts(parts: tuple[syntax.Part, ...], frame: Frame, origin: Origin) -> list[Value]:
    found: list[Value] = []
    for part in parts:
        if isinstance(part, str):
            found.append(Known(part))
        elif isinstance(part, syntax.TemplateIf):
            found.append(_template_if(part, frame, origin))
        elif isinstance(part, syntax.TemplateFor):
            found.append(_template_for(part, frame, origin))
        else:
            found.append(evaluate(part, frame))
    return found


def _template_if(part: syntax.TemplateIf, frame: Frame, origin: Origin) -> Value:
    try:
        condition = condition_of(operand(part.condition, frame))
    except FunctionError as error:
        return Impossible(str(error), origin)
    if isinstance(condition, Always):
        return text_from(_template_parts(part.then if condition.holds else part.otherwise, frame, origin), origin)
    then = text_from(_template_parts(part.then, frame, origin), origin)
    return choice(condition, then, text_from(_template_parts(part.otherwise, frame, origin), origin), origin)


def _template_for(part: syntax.TemplateFor, frame: Frame, origin: Origin) -> Value:
    def below(values: tuple[Value, ...]) -> Value:
        pairs = pairs_of(followed_collection(values[0], frame), origin)
        if isinstance(pairs, Value):
            return pairs
        texts = [
            text_from(_template_parts(part.body, loop_frame(frame, part, key, value), origin), origin)
            for key, value in pairs
        ]
        return text_from(texts, origin)

    return lifted((evaluate(part.collection, frame),), below, origin)
