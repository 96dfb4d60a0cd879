"""Global tables: changes on their way from region to region, the last writer winning.

    versions    which write of an item is the later one
    links       changes under way from one region to another
    group       the replicas of all tables, and what one region's write does to the others

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""
