"""Accounts are written by actions only; sessions and login attempts are plumbing of signing in and stay open."""

from django.db import migrations

from chengshu.foundation.scope import guard_writes


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        guard_writes("identity_account"),
        guard_writes("identity_passwordrecord"),
        guard_writes("identity_machinetoken"),
    ]
