"""CloudWatch: what is counted each second, how long it is kept, and how it is told.

    series       one metric's values over time, in bounded memory
    kept         all metrics of a region
    responses    what CloudWatch's API says of them
    counted      what DynamoDB reports of itself

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""
