"""What is made of calls that are over: every summary is kept, those of before among them."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


BATCH = 500
COPIED = ("engine", "text", "key_points", "action_items")


def keep_what_is_there(apps: Any, schema_editor: Any) -> None:
    """Makes the summaries that calls have the first ones of their versions, a batch at a time."""
    alias = schema_editor.connection.alias
    rows = apps.get_model("sessions_app", "Summary").objects.using(alias)
    versions = apps.get_model("sessions_app", "SummaryVersion").objects.using(alias)
    made = rows.exclude(done_at=None).exclude(text="").order_by("pk")
    last = 0
    while batch := list(made.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        versions.bulk_create(
            versions.model(
                call_id=row.call_id,
                number=1,
                made_at=row.done_at,
                **{name: getattr(row, name) for name in COPIED},
            )
            for row in batch
        )
        rows.filter(pk__in=[row.pk for row in batch]).update(number=1)


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_app', '0028_call_variables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='agent',
            name='summariser',
            field=models.CharField(blank=True, help_text="A name from VOICE['SUMMARISERS']; empty leaves it to the installation.", max_length=50),
        ),
        migrations.AddField(
            model_name='agent',
            name='summary_template',
            field=models.TextField(blank=True, help_text='What a language model is told of how to summarise its calls.'),
        ),
        migrations.AddField(
            model_name='summary',
            name='asked_by',
            field=models.ForeignKey(blank=True, help_text='Who asked for the newest one; none where voicesite itself did.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='summary',
            name='decisions',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='summary',
            name='model',
            field=models.CharField(blank=True, help_text='The language model, if any.', max_length=200),
        ),
        migrations.AddField(
            model_name='summary',
            name='note',
            field=models.CharField(blank=True, help_text='What people should know of how it was made.', max_length=500),
        ),
        migrations.AddField(
            model_name='summary',
            name='number',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='summary',
            name='title',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.CreateModel(
            name='SummaryVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text="Its place among the call's summaries, from 1.")),
                ('made_at', models.DateTimeField()),
                ('engine', models.CharField(blank=True, max_length=50)),
                ('model', models.CharField(blank=True, help_text='The language model, if any.', max_length=200)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField(blank=True)),
                ('key_points', models.JSONField(blank=True, default=list)),
                ('decisions', models.JSONField(blank=True, default=list)),
                ('action_items', models.JSONField(blank=True, default=list)),
                ('requests', models.PositiveIntegerField(default=0)),
                ('tokens_in', models.PositiveIntegerField(default=0)),
                ('tokens_out', models.PositiveIntegerField(default=0)),
                ('cost', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True)),
                ('asked_by', models.ForeignKey(blank=True, help_text='None where voicesite itself made it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='summary_versions', to='sessions_app.call')),
            ],
            options={
                'ordering': ['call', 'number'],
                'constraints': [models.UniqueConstraint(fields=('call', 'number'), name='summary_number_in_call')],
            },
        ),
        migrations.RunPython(keep_what_is_there, migrations.RunPython.noop, elidable=True),
    ]
