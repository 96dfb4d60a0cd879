"""The lab's DynamoDB, and the AWS services that its users need beside it: a process with one endpoint URL.

    python -m lab.dynamodb FOLDER

    __main__, server      the process, and what it is made of
    front/                HTTP: who asks for what in which region, and the faults on the way
    faults                what is broken at the moment: one value, swapped whole
    actions               what FIS can ask for
    region                one region: capacity, items, replication, in the order in which a call meets them
    capacity/             units, token buckets, throttling
    store                 tables and items of one region: moto's backend behind plain calls
        backend, tables, order   its writes, and its items in the order of their keys
        quick, truer             what moto does slowly, and what DynamoDB does otherwise
    replication/          global tables: changes on their way from region to region
    metrics/              CloudWatch: what is counted, kept and told
    seed                  what the account holds when it starts

All calls of DynamoDB are carried out on the thread of the event loop, one after the other: that is what makes writes
atomic. A transaction is, too, and then holds its items for some milliseconds before it is answered (capacity/ongoing).
"""
