"""What users want of an application, whatever the database does: open-loop load, and crowds that want too much.

pattern, parameters, workload    access patterns, and the requests that they become
pattern_file, document           a team's own: read, and its mistakes told
resolving, vetting               filled with values, tried before anything is broken
dataset, bank, audit             the shop and its accounts, and what must be true of them in the end
items                            the same on DynamoDB: patterns, workload, calls, data set
schedule, alarm, driver          when each request is due, and that it is asked then
plan, process, progress          the load in a process of its own
flood                            clients that take connections, time and locks
"""
