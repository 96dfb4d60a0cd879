"""Phase 5: transactions on DynamoDB."""
