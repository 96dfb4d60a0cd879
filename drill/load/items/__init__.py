"""What users want of an application on DynamoDB: open-loop load whose every call is recorded.

pattern, template, workload     access patterns, and the requests that they become
pattern_file, vetting           a team's own: read, and tried against boto3's model before anything is asked
plan, process, __main__         the load in a process of its own
calls, asked, answered          the clients of the application, and a row for each call that they send
written                         the values that requests write, with how each ended
dataset                         the items of the shop and its accounts
"""
