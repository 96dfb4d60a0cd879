"""What a game day needs of its surroundings, which no schedule holds itself: variables that are secrets, and AWS."""

from __future__ import annotations

from dataclasses import dataclass

from drill.config import AuroraSettings, Config, GameDay, LabSettings
from drill.config.settings import PASSWORD_VARIABLES
from drill.reporting.seal import KEY_VARIABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """`variables` are names of the environment; `region` is AWS's, None where AWS is not asked for anything.

    `profile` is the target's, which only a machine with such a profile has.
    """

    variables: tuple[str, ...] = ()
    region: str | None = None
    profile: str | None = None


def needs(config: Config, day: GameDay) -> Needs:
    """What drill.toml says of it: the webhook's URL, the key where the gate demands a signature, a password; and AWS.

    A lab needs none of AWS, but those who are told, or the store of its runs, may be there.
    """
    target = config.target(day.target)
    by_password = isinstance(target, AuroraSettings) and target.login == "password"
    wanted = (
        day.webhook_variable,
        KEY_VARIABLE if config.gate.signed else None,
        PASSWORD_VARIABLES[0] if by_password else None,
    )
    of_topic = day.sns_topic.split(":")[3] if day.sns_topic else None
    of_target = None if isinstance(target, LabSettings) else target.region
    return Needs(
        variables=tuple(each for each in wanted if each),
        region=of_target or of_topic or (config.store.region if config.store.url else None),
        profile=None if isinstance(target, LabSettings) else target.profile,
    )
