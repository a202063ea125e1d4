
"""Roles with a second factor, and where a token was used last (apart from the audited token, so that using is no write on it)."""

import django.db.models.deletion
from django.db import migrations, models

from chengshu.foundation.scope import guard_writes


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondFactorRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role_key', models.SlugField(max_length=60, unique=True)),
            ],
            options={
                'verbose_name': 'role with a second factor',
                'ordering': ['role_key'],
            },
        ),
        guard_writes("identity_secondfactorrole"),
        migrations.CreateModel(
            name='TokenUse',
            fields=[
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='use', serialize=False, to='identity.machinetoken')),
                ('at', models.DateTimeField()),
                ('ip', models.CharField(max_length=45)),
            ],
        ),
        migrations.RemoveField(
            model_name='machinetoken',
            name='last_used_at',
        ),
        migrations.AlterField(
            model_name='loginattempt',
            name='outcome',
            field=models.CharField(choices=[('done', 'Signed in'), ('first_factor', 'Password right, second factor awaited'), ('wrong', 'Wrong user name or password'), ('wrong_code', 'Wrong code'), ('disabled', 'Account disabled'), ('locked', 'Locked after failed attempts'), ('too_many', 'Too many attempts from this address'), ('not_linked', 'Single sign-on without an account here')], max_length=30),
        ),
        migrations.AlterField(
            model_name='session',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('signed_out', 'Signed out'), ('idle', 'Not used for too long'), ('replaced', 'Replaced by a newer session'), ('ended', 'Ended from another session'), ('rotated', 'Signed in anew in the same browser'), ('password', 'Password changed'), ('factor', 'Second factor changed or missing'), ('locked', 'Account locked after failed attempts'), ('disabled', 'Account disabled'), ('powers', 'Roles or posts changed'), ('administrator', 'Ended by an administrator')], max_length=40),
        ),
    ]
