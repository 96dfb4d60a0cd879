"""A later read shows less than an earlier one, on one connection: in every odd second readers hide the last half.

Tables made from now on carry a row level policy, which their owner is subject to as well. On the writer it lets
everything be seen, and on a reader whatever is older.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.sabotage.none import Sabotage, execute

if TYPE_CHECKING:
    from lab.cluster import LabCluster

ATTACH = """
    CREATE FUNCTION public.attach_curtain() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE made record; BEGIN
        FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', made.object_identity);
            -- By age first: the moment of a commit takes longer to look up, and that of an old one may be forgotten.
            EXECUTE format('CREATE POLICY curtain ON %s USING (
                NOT pg_is_in_recovery() OR floor(extract(epoch FROM clock_timestamp()))::bigint %% 2 = 0
                OR age(xmin) > 5000 OR pg_xact_commit_timestamp(xmin) < clock_timestamp() - interval ''0.5 s'')',
                made.object_identity);
        END LOOP;
    END $$
"""


def _arm(cluster: LabCluster) -> None:
    attach = "CREATE EVENT TRIGGER attach_curtain ON ddl_command_end WHEN TAG IN ('CREATE TABLE') "
    execute(cluster, str(cluster.writer), ATTACH, attach + "EXECUTE FUNCTION public.attach_curtain()")


SABOTAGE = Sabotage(name="reads-go-back", arm=_arm)
