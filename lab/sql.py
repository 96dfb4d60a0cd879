"""Aurora's SQL functions on plain PostgreSQL, so that Aurora-aware drivers recognise the lab.

Each instance knows its fellows, which stay the same as long as the lab does, and itself by the address it listens
on: Patroni drops settings that PostgreSQL does not know when it finds it running. A reader knows its writer by whom
it receives from. The functions run with the definer's rights, since an ordinary role may not
read the replication statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from lab.layout import Layout, Zone

FUNCTIONS = """
CREATE OR REPLACE FUNCTION pg_catalog.aurora_version() RETURNS text
    LANGUAGE sql STABLE AS $$ SELECT '18.0.lab' $$;

CREATE OR REPLACE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text
    LANGUAGE sql STABLE AS $$ SELECT {instance} $$;

CREATE OR REPLACE FUNCTION pg_catalog.aurora_replica_status() RETURNS TABLE (
    server_id text, session_id text, durable_lsn bigint, current_read_lsn bigint, cpu real,
    replica_lag_in_msec real, last_update_timestamp timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH members AS (
        SELECT split_part(member, '=', 1) AS id, split_part(member, '=', 2) AS host
        FROM unnest(string_to_array({members}, ',')) AS member
    ), source AS (
        SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(
                   (SELECT sender_host FROM pg_stat_wal_receiver),
                   substring(current_setting('primary_conninfo') FROM 'host=([^ ]+)'))
               END AS host
    ), writer AS (
        SELECT CASE WHEN pg_is_in_recovery() THEN (SELECT id FROM members, source WHERE members.host = source.host)
               ELSE aurora_db_instance_identifier() END AS id
    )
    SELECT members.id,
           CASE WHEN members.id = writer.id THEN 'MASTER_SESSION_ID'
                ELSE md5(members.id)::uuid::text END,
           NULL::bigint, NULL::bigint, 0::real,
           CASE WHEN members.id = writer.id THEN 0
                WHEN members.id = aurora_db_instance_identifier() AND pg_is_in_recovery() THEN
                    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                         ELSE 1000 * extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
                -- A figure that was measured stays until the next one: who has caught up does not lag any more.
                WHEN NOT pg_is_in_recovery() AND standby.replay_lsn >= pg_current_wal_lsn() THEN 0
                -- While replay stands still PostgreSQL lets its figure grow. No figure is none to vouch for,
                -- unless all that was sent has been replayed.
                ELSE coalesce(1000 * extract(epoch FROM standby.replay_lag),
                              CASE WHEN standby.replay_lsn >= standby.sent_lsn THEN 0 END) END::real,
           coalesce(standby.reply_time, clock_timestamp())
    FROM members LEFT JOIN writer ON true
         LEFT JOIN pg_stat_replication AS standby ON standby.application_name = members.id
    WHERE pg_is_in_recovery() OR members.id = writer.id OR standby.pid IS NOT NULL
$$;
"""

SETTINGS_VIEW = """
CREATE OR REPLACE VIEW pg_catalog.pg_settings AS
    SELECT * FROM pg_show_all_settings()
    UNION ALL
    SELECT 'rds.extensions', 'aurora_stat_utils', NULL, 'Customized Options', 'Extensions offered by the lab.',
           NULL, 'internal', 'string', 'default', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false
"""


def administer(
    layout: Layout, zone: Zone, *, database: str = "postgres", deadline_s: int = 2, **how: Any
) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to an instance as the administrator, past the zone's front and in plain."""
    return psycopg.connect(
        host=zone.host,
        port=layout.ports.instance,
        user="postgres",
        password=layout.passwords.admin,
        dbname=database,
        connect_timeout=deadline_s,
        **how,
    )


def prepare(layout: Layout, writer: Zone) -> None:
    """Create the application's role and database, and the functions, on the writer; they replicate."""
    user, database = sql.Identifier(layout.user), sql.Identifier(layout.database)
    password = sql.Literal(layout.passwords.application)
    with administer(layout, writer, deadline_s=5, autocommit=True) as connection:
        # The passwords are long and random: iterating over them would only cost every client milliseconds.
        connection.execute("SET scram_iterations = 16")
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE pg_monitor").format(user, password))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user))
    with administer(layout, writer, database=layout.database, deadline_s=5) as connection:
        connection.execute("SET allow_system_table_mods = on")
        connection.execute(sql.SQL(FUNCTIONS).format(instance=_instance(layout), members=_members(layout)))
        connection.execute(SETTINGS_VIEW)


def _instance(layout: Layout) -> sql.Composed:
    """Who one is, as an expression: this very text is on all instances."""
    cases = (sql.SQL("WHEN {} THEN {}").format(zone.host, zone.instance) for zone in layout.zones)
    return sql.SQL("CASE current_setting('listen_addresses') {} END").format(sql.SQL(" ").join(cases))


def _members(layout: Layout) -> sql.Literal:
    return sql.Literal(",".join(f"{each.instance}={each.host}" for each in layout.zones))


def apply_delay(layout: Layout, zone: Zone) -> str:
    """How late an instance applies what it receives as a reader, in PostgreSQL's words."""
    with administer(layout, zone) as connection:
        ((delay,),) = connection.execute("SHOW recovery_min_apply_delay")
    return str(delay)


def parameters(layout: Layout, zone: Zone, names: Sequence[str]) -> dict[str, str]:
    """These settings as they are in force on an instance, in PostgreSQL's base units, as Aurora tells them."""
    with administer(layout, zone) as connection:
        return dict(connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(names)]))


def end_sessions(layout: Layout, zone: Zone) -> None:
    """End every session of the application at an instance."""
    with administer(layout, zone) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [layout.user])
