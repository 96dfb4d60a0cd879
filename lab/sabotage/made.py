"""What befalls tables and indexes that are made from now on: event triggers of the administrator's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.sabotage.none import execute

if TYPE_CHECKING:
    from lab.cluster import LabCluster

FUNCTION = """
    CREATE FUNCTION public.sabotage_{kind}() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE made record; BEGIN
        FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = '{kind}' LOOP
            CONTINUE WHEN NOT split_part(made.object_identity, '.', 2) = '{name}';
            EXECUTE {statement};
        END LOOP;
    END $$
"""
TRIGGER = """
    CREATE EVENT TRIGGER sabotage_{kind} ON ddl_command_end WHEN TAG IN ('CREATE {tag}')
    EXECUTE FUNCTION public.sabotage_{kind}()
"""


def once_made(cluster: LabCluster, kind: str, name: str, statement: str) -> None:
    """Run a statement whenever a table or index of that name was made, in whatever schema.

    `statement` is an expression of SQL that gives it; in it `made` is a row of pg_event_trigger_ddl_commands. It may
    make others of the same kind, but none of the same name.
    """
    function = FUNCTION.format(kind=kind, name=name, statement=statement)
    execute(cluster, str(cluster.writer), function, TRIGGER.format(kind=kind, tag=kind.upper()))
