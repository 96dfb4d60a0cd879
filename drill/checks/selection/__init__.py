"""Promises that what is deployed is what the declared workload asks for: decisions 1 to 4 of the requirements."""

from drill.checks.selection.availability import availability_fits
from drill.checks.selection.capacity_model import capacity_model_fits_the_workload
from drill.checks.selection.database_type import database_type_fits
from drill.checks.selection.scaling import scaling_fits

__all__ = ["availability_fits", "capacity_model_fits_the_workload", "database_type_fits", "scaling_fits"]
