"""Open-loop load and floods. Nothing here yet."""
