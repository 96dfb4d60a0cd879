"""A few writes land twice: tables made from now on carry a trigger that repeats an insert in five hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.sabotage.none import Sabotage, execute

if TYPE_CHECKING:
    from lab.cluster import LabCluster

REPEAT = """
    CREATE FUNCTION public.repeat_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF pg_trigger_depth() = 1 AND random() < 0.002 THEN
            EXECUTE format('INSERT INTO %I.%I SELECT ($1).*', TG_TABLE_SCHEMA, TG_TABLE_NAME) USING NEW;
        END IF;
        RETURN NULL;
    END $$
"""
ATTACH = """
    CREATE FUNCTION public.attach_repeat() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE made record; BEGIN
        FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP
            EXECUTE format('CREATE TRIGGER repeat AFTER INSERT ON %s FOR EACH ROW '
                           'EXECUTE FUNCTION public.repeat_insert()', made.object_identity);
        END LOOP;
    END $$
"""


def _arm(cluster: LabCluster) -> None:
    attach = "CREATE EVENT TRIGGER attach_repeat ON ddl_command_end WHEN TAG IN ('CREATE TABLE') "
    execute(cluster, str(cluster.writer), REPEAT, ATTACH, attach + "EXECUTE FUNCTION public.attach_repeat()")


SABOTAGE = Sabotage(name="double-apply", arm=_arm)
