"""Matters and bundles stand on pages that everybody sees the same."""

from django.db import migrations

from chengshu.foundation.published import watch


class Migration(migrations.Migration):
    dependencies = [("services", "0002_scope"), ("http", "0004_published_stamp")]
    operations = [watch("services_matterversion")]
