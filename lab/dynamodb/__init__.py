"""The lab's DynamoDB, and the AWS services that its users need beside it: a process with one endpoint URL.

    python -m lab.dynamodb FOLDER

    __main__, server      the process, and what it is made of
    front/                HTTP: who asks for what in which region, and the faults on the way
    faults                what is broken at the moment: one value, swapped whole
    actions               what FIS can ask for
    region                one region: capacity, items, replication, in the order in which a call meets them
    capacity/             units, token buckets, throttling
    store                 tables and items of one region: moto's backend behind plain calls
    replication/          global tables: changes on their way from region to region
    metrics/              CloudWatch: what is counted, kept and told
    seed                  what the account holds when it starts

All calls of DynamoDB are answered on the thread of the event loop, one after the other: that is what makes writes
atomic.
"""
