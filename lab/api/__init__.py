"""The AWS APIs of a lab: moto's server, telling the truth about a real cluster and carrying out real faults.

Importing this is quick; moto, which takes seconds, is imported by `serve`.
"""

from lab.api.identity import Identity
from lab.api.server import Server, serve

__all__ = ["Identity", "Server", "serve"]
