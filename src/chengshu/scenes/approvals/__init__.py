"""Approvals (审批): the handling of applications for environment, water and construction matters."""
