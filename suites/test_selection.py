"""Promises that what is deployed is what the declared workload asks for."""

import pytest

from drill.checks.selection import (
    availability_fits,
    capacity_model_fits_the_workload,
    database_type_fits,
    scaling_fits,
)
from scenarios.selection import ORDERS_ON_DYNAMODB, SESSIONS_ON_DYNAMODB, SHOP_ON_AURORA

pytestmark = pytest.mark.phase1


class Selected:
    """Promises about whatever carries a workload."""

    def test_the_type_of_database_fits(self, judge, advice):
        """Relational where the workload joins or constrains; by key where it does not."""
        assert judge(database_type_fits(advice))

    def test_the_capacity_model_fits(self, judge, advice):
        """On demand where nobody knows the traffic or it mostly rests; provisioned where it is known and steady."""
        assert judge(capacity_model_fits_the_workload(advice))

    def test_the_availability_fits(self, judge, advice):
        """In several zones in production, in several regions where one may not be away so long."""
        assert judge(availability_fits(advice))

    def test_the_scaling_fits(self, judge, advice):
        """Readers where reads can move, room for the peak, and no key too hot for its partition."""
        assert judge(scaling_fits(advice))


@pytest.mark.aurora
class TestCluster(Selected):
    """A relational workload, and the cluster that carries it."""

    @pytest.fixture(scope="class", params=[SHOP_ON_AURORA], ids=str)
    @classmethod
    def selection(cls, request):
        """The declared workload."""
        return request.param

    @pytest.fixture(scope="class")
    @classmethod
    def history(cls, selection, inspect):
        """The cluster is looked at once; every promise judges the same evidence."""
        return inspect(selection.inspection)

    @pytest.fixture(scope="class")
    @classmethod
    def advice(cls, selection, advised):
        """What the workload asks for: the team's own where drill.toml names one."""
        return advised(selection.workload)


@pytest.mark.dynamodb
class TestTables(Selected):
    """A workload by key, and the tables that carry it."""

    @pytest.fixture(scope="class", params=[ORDERS_ON_DYNAMODB, SESSIONS_ON_DYNAMODB], ids=str)
    @classmethod
    def selection(cls, request):
        """The declared workload."""
        return request.param

    @pytest.fixture(scope="class")
    @classmethod
    def history(cls, selection, inspect_tables):
        """The tables are looked at once; every promise judges the same evidence."""
        return inspect_tables(selection.inspection)

    @pytest.fixture(scope="class")
    @classmethod
    def advice(cls, selection, advised):
        """What the workload asks for: the team's own where drill.toml names one."""
        return advised(selection.workload)
