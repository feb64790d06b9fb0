
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import settlement.vocabulary
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


# What was calculated from stands in the inputs of the calculation; a reversal has the contrary of it.
FILL_ELIGIBLE = """
    ALTER TABLE settlement_settlement DISABLE TRIGGER USER;
    UPDATE settlement_settlement AS settled
    SET eligible = (made.inputs ->> 'eligible')::numeric * CASE WHEN settled.reverses_id IS NULL THEN 1 ELSE -1 END
    FROM settlement_calculation AS made WHERE made.id = settled.calculation_id AND made.inputs ? 'eligible';
    ALTER TABLE settlement_settlement ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('hospitals', '0001_initial'),
        ('settlement', '0004_money'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='settlement',
            name='eligible',
            field=models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16, verbose_name='异地先行自付前的符合政策范围费用'),
        ),
        migrations.RunSQL(FILL_ELIGIBLE, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='PolicyReplay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='结算日期起')),
                ('until', models.DateField(verbose_name='结算日期止')),
                ('whole_years', models.BooleanField(default=True, verbose_name='期间以外同年度的结算也按该版本重算')),
                ('status', models.CharField(choices=[('waiting', '等待处理'), ('running', '正在试算'), ('done', '已完成'), ('failed', '未完成'), ('cancelled', '已取消')], default=settlement.vocabulary.ReplayStatus['WAITING'], max_length=10, verbose_name='状态')),
                ('attempt', models.PositiveSmallIntegerField(default=1, editable=False)),
                ('done', models.PositiveIntegerField(default=0, verbose_name='已试算')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='笔数')),
                ('result', models.JSONField(null=True, verbose_name='结果')),
                ('seen_rows', models.CharField(blank=True, editable=False, max_length=64)),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='提交时间')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hospitals.area', verbose_name='统筹区')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='试算人')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replays', to='settlement.benefitpolicy', verbose_name='待遇政策')),
            ],
            options={
                'verbose_name': '政策试算',
                'verbose_name_plural': '政策试算',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='PolicyReplayEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('since', models.DateField(verbose_name='结算日期起')),
                ('until', models.DateField(verbose_name='结算日期止')),
                ('whole_years', models.BooleanField(default=True, verbose_name='期间以外同年度的结算也按该版本重算')),
                ('status', models.CharField(choices=[('waiting', '等待处理'), ('running', '正在试算'), ('done', '已完成'), ('failed', '未完成'), ('cancelled', '已取消')], default=settlement.vocabulary.ReplayStatus['WAITING'], max_length=10, verbose_name='状态')),
                ('attempt', models.PositiveSmallIntegerField(default=1, editable=False)),
                ('seen_rows', models.CharField(blank=True, editable=False, max_length=64)),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='提交时间')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('area', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.area', verbose_name='统筹区')),
                ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='试算人')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.policyreplay')),
                ('policy', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.benefitpolicy', verbose_name='待遇政策')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='policyreplay',
            index=models.Index(fields=['area', '-id'], name='replay_by_area'),
        ),
        migrations.AddConstraint(
            model_name='policyreplay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('result__isnull', False), ('status', settlement.vocabulary.ReplayStatus['DONE'])), models.Q(models.Q(('status', settlement.vocabulary.ReplayStatus['DONE']), _negated=True), ('finished_at', None), ('result__isnull', True)), _connector='OR'), name='replay_has_a_result_when_done', violation_error_message='只有完成的试算才有结果'),
        ),
        migrations.AddConstraint(
            model_name='policyreplay',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='replay_ends_after_its_beginning', violation_error_message='结算日期止不能早于结算日期起'),
        ),
        migrations.AddConstraint(
            model_name='policyreplay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', settlement.vocabulary.ReplayStatus['FAILED']), _negated=True), models.Q(('problem', ''), _negated=True), _connector='OR'), name='failed_replay_says_why', violation_error_message='未完成的试算须有原因'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyreplay',
            trigger=pgtrigger.compiler.Trigger(name='lifecycle', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{cancelled:cancelled,cancelled:waiting,done:done,failed:failed,failed:waiting,running:cancelled,running:done,running:failed,running:running,running:waiting,waiting:cancelled,waiting:failed,waiting:running,waiting:waiting}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='57951e3297e5985adecc5ea1b0327724361ff68a', operation='UPDATE', pgid='pgtrigger_lifecycle_ca481', table='settlement_policyreplay', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyreplay',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_policyreplayevent" ("area_id", "attempt", "finished_at", "id", "made_at", "made_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "problem", "seen_rows", "since", "status", "until", "version", "whole_years") SELECT new_values."area_id", new_values."attempt", new_values."finished_at", new_values."id", new_values."made_at", new_values."made_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."policy_id", new_values."problem", new_values."seen_rows", new_values."since", new_values."status", new_values."until", new_values."version", new_values."whole_years" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fd571c9b131b46a48289d67e09d9c1ef83f716dd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_b8dad', referencing='REFERENCING NEW TABLE AS new_values ', table='settlement_policyreplay', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyreplay',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_policyreplayevent" ("area_id", "attempt", "finished_at", "id", "made_at", "made_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "problem", "seen_rows", "since", "status", "until", "version", "whole_years") SELECT new_values."area_id", new_values."attempt", new_values."finished_at", new_values."id", new_values."made_at", new_values."made_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."policy_id", new_values."problem", new_values."seen_rows", new_values."since", new_values."status", new_values."until", new_values."version", new_values."whole_years" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."area_id" IS DISTINCT FROM (new_values."area_id") OR old_values."attempt" IS DISTINCT FROM (new_values."attempt") OR old_values."finished_at" IS DISTINCT FROM (new_values."finished_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."made_at" IS DISTINCT FROM (new_values."made_at") OR old_values."made_by_id" IS DISTINCT FROM (new_values."made_by_id") OR old_values."policy_id" IS DISTINCT FROM (new_values."policy_id") OR old_values."problem" IS DISTINCT FROM (new_values."problem") OR old_values."seen_rows" IS DISTINCT FROM (new_values."seen_rows") OR old_values."since" IS DISTINCT FROM (new_values."since") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."until" IS DISTINCT FROM (new_values."until") OR old_values."version" IS DISTINCT FROM (new_values."version") OR old_values."whole_years" IS DISTINCT FROM (new_values."whole_years")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='62377a4b26e3c932316625c395d2a256e4f67d25', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5db14', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='settlement_policyreplay', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyreplay',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_policyreplayevent" ("area_id", "attempt", "finished_at", "id", "made_at", "made_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "problem", "seen_rows", "since", "status", "until", "version", "whole_years") SELECT old_values."area_id", old_values."attempt", old_values."finished_at", old_values."id", old_values."made_at", old_values."made_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."policy_id", old_values."problem", old_values."seen_rows", old_values."since", old_values."status", old_values."until", old_values."version", old_values."whole_years" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f95fcc4f802615aa73681b9e1d93c8708f1e167c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_fda47', referencing='REFERENCING OLD TABLE AS old_values ', table='settlement_policyreplay', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyreplayevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f68f8b872415634ed3b607b45f6f0cd81fef55ec', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ab097', table='settlement_policyreplayevent', when='BEFORE')),
        ),
    ]
