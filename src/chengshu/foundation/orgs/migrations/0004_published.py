"""Units stand on pages that everybody sees the same, roles have the same names for all."""

from django.db import migrations

from chengshu.foundation.published import watch


class Migration(migrations.Migration):
    dependencies = [("orgs", "0003_contacts_and_closing"), ("http", "0004_published_stamp")]
    operations = [watch("orgs_unit"), watch("orgs_role")]
