"""What was written, held against what stands in the tables when all is over."""
