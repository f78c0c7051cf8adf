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
        migrations.AddField(
            model_name='agent',
            name='extraction_schema',
            field=models.JSONField(blank=True, default=dict, help_text='What is taken from its calls, as a JSON Schema; empty for nothing.'),
        ),
        migrations.AddField(
            model_name='agent',
            name='extraction_version',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='webhookdelivery',
            name='event',
            field=models.CharField(choices=[('call.started', 'A call was answered'), ('call.ended', 'A call ended'), ('transcript.ready', 'All words of a call are stored'), ('recording.ready', "A call's recording can be heard"), ('summary.ready', "A call's summary was made"), ('extraction.ready', 'What an agent asks for was taken from a call'), ('call.erased', 'A call was erased: nobody sees it any more')], max_length=30),
        ),
        migrations.CreateModel(
            name='Extraction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('running', 'In progress'), ('done', 'Done'), ('failed', 'Failed')], default='pending', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('schema', models.JSONField(blank=True, default=dict)),
                ('schema_version', models.PositiveIntegerField(default=0)),
                ('values', models.JSONField(blank=True, default=dict)),
                ('found', models.JSONField(blank=True, default=dict)),
                ('evidence', models.JSONField(blank=True, default=dict)),
                ('corrections', models.JSONField(blank=True, default=dict)),
                ('corrected_at', models.DateTimeField(blank=True, null=True)),
                ('engine', models.CharField(blank=True, max_length=50)),
                ('model', models.CharField(blank=True, help_text='The language model, if any.', max_length=200)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('requests', models.PositiveIntegerField(default=0)),
                ('tokens_in', models.PositiveIntegerField(default=0)),
                ('tokens_out', models.PositiveIntegerField(default=0)),
                ('cost', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True)),
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='extraction', to='sessions_app.call')),
                ('corrected_by', models.ForeignKey(blank=True, help_text='Who corrected it last.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'running'])), fields=['leased_until'], name='extraction_owed')],
            },
        ),
        migrations.RunPython(keep_what_is_there, migrations.RunPython.noop, elidable=True),
    ]
