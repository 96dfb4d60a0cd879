"""What a database under test can do, and how to reach it (boto3, psycopg)."""
