"""An embedded stand-in for Aurora PostgreSQL and DynamoDB behind AWS-compatible APIs.

Aurora is three zones of real PostgreSQL; DynamoDB is two regions of tables with capacity, throttles and replication.
Each can be used alone (`python -m lab up --only dynamodb`), and is reached only over the wire: the PostgreSQL protocol
and the AWS APIs over HTTP, at an endpoint URL for each of the two.

    __main__, life, check    a lab from outside: bring it up, look at it, take it down
    layout                   what stays as it is while it is up: folders, addresses, ports, passwords
    serve                    the process that is a lab; it starts what of it was asked for
    cluster                  its zones, etcd and endpoints, and the loop that watches over them:
        members                  who writes and who is read from (watch, etcd, succession, fence)
        commands, faults         what it is told to do, and what is done to it
        zone, endpoints          processes of a zone (patroni), and where the two endpoints lead
    forwarder/               the process that carries connections: links, fronts with TLS, endpoints
    api/                     the AWS APIs; they see the cluster through `control`, and nothing behind it
    dynamodb/                the process that is DynamoDB, with all AWS APIs that its users need beside it
    sabotage/                deliberate defects, of either; a service ignores those of the other
"""
