"""From "module:attribute" to the factory of an application."""

from __future__ import annotations

import importlib

from drill.errors import ConfigError
from drill.requests import Factory


def factory(name: str) -> Factory:
    """Import it; ConfigError says what is not there."""
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise ConfigError(f'application {name!r}: names no factory; write it as "package.module:attribute"')
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"application {name!r}: {error}; it must be importable from where pytest is started"
        ) from error
    except Exception as error:  # whatever a module that is not ours trips over
        raise ConfigError(
            f"application {name!r}: {type(error).__name__} while it was imported: {error}; mend the module"
        ) from error
    if not callable(found):
        raise ConfigError(f"application {name!r}: is no factory; it must be callable with the surroundings")
    factory: Factory = found
    return factory
