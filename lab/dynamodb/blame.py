"""What is to blame when a call breaks what should answer it: the call, or the lab."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from lab.dynamodb.refused import Refused

log = logging.getLogger("lab.dynamodb")

MODEL = ServiceModel(Loader().load_service_model("dynamodb", "service-2"))


def blame(operation: str, body: Mapping[str, Any], error: Exception) -> Refused:
    """The refusal of a call that does not fit the service's model, or a server error, whose traceback is logged."""
    shape = MODEL.operation_model(operation).input_shape
    missing = [name for name in (shape.required_members if shape else []) if name not in body]
    if missing:
        return Refused(
            400,
            "ValidationException",
            f"1 validation error detected: Value null at '{missing[0][0].lower()}{missing[0][1:]}' failed to satisfy"
            " constraint: Member must not be null",
        )
    if shape is not None and (report := ParamValidator().validate(body, shape)).has_errors():
        return Refused(400, "SerializationException", report.generate_report())
    if isinstance(error, ValueError):
        return Refused(400, "ValidationException", str(error))
    log.error("%s failed", operation, exc_info=error)
    return Refused(500, "InternalServerError", f"{operation} failed in the lab: {error!r}; its log says how.")
