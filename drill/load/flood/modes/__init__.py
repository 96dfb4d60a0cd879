"""What a party's clients do: one mode a file, each a coroutine of the run and the party that ends when it is over."""

from collections.abc import Awaitable, Callable, Mapping

from drill.load.flood.modes.hold import hold
from drill.load.flood.modes.knock import knock
from drill.load.flood.modes.leak import leak
from drill.load.flood.modes.query import query
from drill.load.flood.modes.storm import storm
from drill.load.flood.modes.transaction import transaction
from drill.load.flood.plan import Mode, Party
from drill.load.flood.run import Run

MODES: Mapping[Mode, Callable[[Run, Party], Awaitable[None]]] = {
    Mode.HOLD: hold,
    Mode.LEAK: leak,
    Mode.STORM: storm,
    Mode.QUERY: query,
    Mode.TRANSACTION: transaction,
    Mode.KNOCK: knock,
}
