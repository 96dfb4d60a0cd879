"""Neither what is stored nor what is sent need be encrypted: clients are let in without TLS, too."""

from lab.control import Setup
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="unencrypted", setup=Setup(encrypted=False, tls_required=False))
