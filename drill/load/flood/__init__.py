"""Crowds: clients that want too much of a database, in a process of their own.

    hold         opens connections until the server refuses, holds them, and goes on trying
    leak         takes connections one after the other, uses each once, and never gives one back
    storm        connects and disconnects as fast as it can
    query        repeats a statement
    transaction  begins a transaction and stays idle in it
    knock        connects now and then, as somebody who wants to see whether it is possible

A crowd is bounded in number, in rate and in time, ends when it is told to, when its time is over, and when its
parent is gone. It must not judge, retry for somebody else, or ask the server to cancel anything.
"""

from drill.load.flood.crowd import Crowd, gathered, knocks
from drill.load.flood.plan import CrowdPlan, Mode, Party

__all__ = ["Crowd", "CrowdPlan", "Mode", "Party", "gathered", "knocks"]
