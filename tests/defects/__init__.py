"""Applications with one seeded defect each, to show that the suites notice."""
