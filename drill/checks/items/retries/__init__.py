"""The SDK's own ways to repeat, side by side."""
