"""What Allure shows of a run: every promise filed, every stage of its experiment, and the evidence that it rests on.

filing.py        one result: how it is labelled, what it is linked to, which steps it shows
headings.py      under which words a scenario is found, and what AWS says of it
severities.py    how grave it is that a promise is broken
steps.py         the experiment and its stages, and the judging
attachments.py   what lies beside an experiment, written once for all of its promises
tally.py         a history in one small table
logger.py        writes results, with no secret in them
results.py       the folder of results: one run at a time, and what it was measured on
history.py       what Allure remembers of earlier runs
build.py         the report, made by npm's allure without a network (python -m drill.reporting.allure)
"""
