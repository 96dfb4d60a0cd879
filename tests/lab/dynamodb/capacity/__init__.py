"""Tests of the capacity layer."""
