# Batches of payments, their results, the accounts that are paid on.

import django.core.validators
import django.db.models.deletion
import hospitals.vocabulary
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import settlement.vocabulary
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('filings', '0002_every_filing'),
        ('hospitals', '0001_initial'),
        ('settlement', '0004_money'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PayeeAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, verbose_name='收款人')),
                ('bank', models.CharField(max_length=80, verbose_name='开户银行')),
                ('account', models.CharField(max_length=30, validators=[django.core.validators.RegexValidator('^[0-9]{8,30}$', '应为8至30位数字')], verbose_name='银行账号')),
                ('proof', models.CharField(blank=True, max_length=200, verbose_name='代领证明')),
                ('reason', models.CharField(max_length=300, verbose_name='登记原因')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
            ],
            options={
                'verbose_name': '收款账户',
                'verbose_name_plural': '收款账户',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='序号')),
                ('payee_name', models.CharField(max_length=50, verbose_name='收款人')),
                ('payee_bank', models.CharField(blank=True, max_length=80, verbose_name='开户银行')),
                ('payee_account', models.CharField(blank=True, max_length=30, verbose_name='银行账号')),
                ('id_tail', models.CharField(max_length=4, verbose_name='证件号后四位')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='金额')),
                ('amount_reason', models.CharField(blank=True, max_length=300, verbose_name='核定依据')),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='第几次')),
                ('status', models.CharField(choices=[('pending', '未处理'), ('in_transit', '在途'), ('paid', '已付'), ('failed', '支付失败'), ('void', '已撤出')], default=settlement.vocabulary.PaymentStatus['PENDING'], max_length=10, verbose_name='状态')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='支付日期')),
                ('reference', models.CharField(blank=True, max_length=60, verbose_name='银行流水号')),
                ('vouched', models.TextField(blank=True, help_text='核对人确认过的提示', verbose_name='核实的提示')),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='失败原因')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='编制时间')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'verbose_name': '付款',
                'verbose_name_plural': '付款',
                'ordering': ('batch', 'position'),
            },
        ),
        migrations.CreateModel(
            name='PaymentBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('claims', '个人零星报销'), ('civil_servant', '公务员医疗补助'), ('large_amount', '职工大额医疗费用补助'), ('serious_illness', '居民大病保险'), ('medical_aid', '医疗救助')], max_length=20, verbose_name='批次类型')),
                ('payer', models.CharField(choices=[('agency', '医保经办机构'), ('insurer', '承办大病保险的保险公司')], default=settlement.vocabulary.Payer['AGENCY'], max_length=10, verbose_name='支付方')),
                ('period_from', models.DateField(blank=True, null=True, verbose_name='结算日期起')),
                ('period_to', models.DateField(blank=True, null=True, verbose_name='结算日期止')),
                ('made_on', models.DateField(verbose_name='编制日期')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='笔数')),
                ('total', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16, verbose_name='金额合计')),
                ('status', models.CharField(choices=[('draft', '草稿'), ('confirmed', '已核对'), ('sent', '已送出'), ('closed', '已回盘'), ('voided', '已作废')], default=settlement.vocabulary.BatchStatus['DRAFT'], max_length=10, verbose_name='状态')),
                ('acknowledged', models.PositiveIntegerField(default=0, verbose_name='已核实的提示')),
                ('file_sha256', models.CharField(blank=True, max_length=64, verbose_name='送出文件摘要')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='编制时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='核对时间')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='送出时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='回盘完毕时间')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='作废时间')),
                ('void_reason', models.CharField(blank=True, max_length=300, verbose_name='作废原因')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'verbose_name': '拨付批次',
                'verbose_name_plural': '拨付批次',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='PaymentBatchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('claims', '个人零星报销'), ('civil_servant', '公务员医疗补助'), ('large_amount', '职工大额医疗费用补助'), ('serious_illness', '居民大病保险'), ('medical_aid', '医疗救助')], max_length=20, verbose_name='批次类型')),
                ('payer', models.CharField(choices=[('agency', '医保经办机构'), ('insurer', '承办大病保险的保险公司')], default=settlement.vocabulary.Payer['AGENCY'], max_length=10, verbose_name='支付方')),
                ('period_from', models.DateField(blank=True, null=True, verbose_name='结算日期起')),
                ('period_to', models.DateField(blank=True, null=True, verbose_name='结算日期止')),
                ('made_on', models.DateField(verbose_name='编制日期')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='笔数')),
                ('total', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16, verbose_name='金额合计')),
                ('status', models.CharField(choices=[('draft', '草稿'), ('confirmed', '已核对'), ('sent', '已送出'), ('closed', '已回盘'), ('voided', '已作废')], default=settlement.vocabulary.BatchStatus['DRAFT'], max_length=10, verbose_name='状态')),
                ('acknowledged', models.PositiveIntegerField(default=0, verbose_name='已核实的提示')),
                ('file_sha256', models.CharField(blank=True, max_length=64, verbose_name='送出文件摘要')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='编制时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='核对时间')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='送出时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='回盘完毕时间')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='作废时间')),
                ('void_reason', models.CharField(blank=True, max_length=300, verbose_name='作废原因')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PaymentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveIntegerField(verbose_name='序号')),
                ('payee_name', models.CharField(max_length=50, verbose_name='收款人')),
                ('payee_bank', models.CharField(blank=True, max_length=80, verbose_name='开户银行')),
                ('payee_account', models.CharField(blank=True, max_length=30, verbose_name='银行账号')),
                ('id_tail', models.CharField(max_length=4, verbose_name='证件号后四位')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='金额')),
                ('amount_reason', models.CharField(blank=True, max_length=300, verbose_name='核定依据')),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='第几次')),
                ('status', models.CharField(choices=[('pending', '未处理'), ('in_transit', '在途'), ('paid', '已付'), ('failed', '支付失败'), ('void', '已撤出')], default=settlement.vocabulary.PaymentStatus['PENDING'], max_length=10, verbose_name='状态')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='支付日期')),
                ('reference', models.CharField(blank=True, max_length=60, verbose_name='银行流水号')),
                ('vouched', models.TextField(blank=True, help_text='核对人确认过的提示', verbose_name='核实的提示')),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='失败原因')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='编制时间')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ResultImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200, verbose_name='文件')),
                ('file_sha256', models.CharField(max_length=64, verbose_name='文件摘要')),
                ('content', models.BinaryField(null=True, verbose_name='文件内容')),
                ('status', models.CharField(choices=[('reading', '正在读取'), ('unreadable', '无法读取'), ('previewed', '待确认'), ('applying', '正在导入'), ('applied', '已导入'), ('undone', '已撤销'), ('discarded', '已放弃')], default=hospitals.vocabulary.ListStatus['READING'], max_length=10, verbose_name='状态')),
                ('stage', models.CharField(blank=True, max_length=40, verbose_name='进度')),
                ('progress', models.PositiveSmallIntegerField(default=0, verbose_name='完成比例')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('seen_state', models.CharField(blank=True, max_length=64, verbose_name='预览时状态摘要')),
                ('columns', models.JSONField(blank=True, default=list, verbose_name='所含列')),
                ('notes', models.JSONField(blank=True, default=list, verbose_name='未读取的内容')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='行数')),
                ('new', models.PositiveIntegerField(default=0, verbose_name='新增')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='变更')),
                ('same', models.PositiveIntegerField(default=0, verbose_name='无变化')),
                ('invalid', models.PositiveIntegerField(default=0, verbose_name='有误行数')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='上传时间')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='导入时间')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('paid_on', models.DateField(help_text='文件中没有写明的，按此日期', null=True, verbose_name='支付日期')),
                ('taken_on', models.DateField(verbose_name='收到日期')),
            ],
            options={
                'verbose_name': '拨付结果',
                'verbose_name_plural': '拨付结果',
                'ordering': ('-id',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ResultImportEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('file_name', models.CharField(max_length=200, verbose_name='文件')),
                ('file_sha256', models.CharField(max_length=64, verbose_name='文件摘要')),
                ('status', models.CharField(choices=[('reading', '正在读取'), ('unreadable', '无法读取'), ('previewed', '待确认'), ('applying', '正在导入'), ('applied', '已导入'), ('undone', '已撤销'), ('discarded', '已放弃')], default=hospitals.vocabulary.ListStatus['READING'], max_length=10, verbose_name='状态')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='问题')),
                ('seen_state', models.CharField(blank=True, max_length=64, verbose_name='预览时状态摘要')),
                ('columns', models.JSONField(blank=True, default=list, verbose_name='所含列')),
                ('notes', models.JSONField(blank=True, default=list, verbose_name='未读取的内容')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='行数')),
                ('new', models.PositiveIntegerField(default=0, verbose_name='新增')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='变更')),
                ('same', models.PositiveIntegerField(default=0, verbose_name='无变化')),
                ('invalid', models.PositiveIntegerField(default=0, verbose_name='有误行数')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='上传时间')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='导入时间')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('paid_on', models.DateField(help_text='文件中没有写明的，按此日期', null=True, verbose_name='支付日期')),
                ('taken_on', models.DateField(verbose_name='收到日期')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ResultRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('sheet', models.TextField(blank=True)),
                ('action', models.CharField(choices=[('new', '新增'), ('changed', '变更'), ('same', '无变化'), ('withdrawn', '退网'), ('skipped', '跳过'), ('invalid', '有误')], max_length=10)),
                ('name', models.TextField(blank=True)),
                ('outcome', models.CharField(blank=True, choices=[('pending', '未处理'), ('in_transit', '在途'), ('paid', '已付'), ('failed', '支付失败'), ('void', '已撤出')], max_length=10)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ('paid_on', models.DateField(null=True)),
                ('reference', models.TextField(blank=True)),
                ('failure', models.TextField(blank=True)),
                ('faults', models.JSONField(default=list)),
                ('written', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ('list_import', 'position'),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claim',
            trigger=pgtrigger.compiler.Trigger(name='stands_still_while_being_paid', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status") AND OLD."status" IN (\'released\', \'paid\'))', func="\n            IF EXISTS (\n                SELECT 1 FROM settlement_payment WHERE claim_id = OLD.id\n                AND (OLD.status = 'released' AND status IN ('pending', 'in_transit') OR NEW.status = 'released' AND status = 'paid')\n            ) THEN\n                RAISE EXCEPTION '报销件在拨付批次中' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='c9a1269feef9828b9f4bded60f9c30ba085527cd', operation='UPDATE', pgid='pgtrigger_stands_still_while_being_paid_c8bc3', table='settlement_claim', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hospitals.area', verbose_name='参保地'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='made_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payee_accounts', to='filings.insuredperson', verbose_name='参保人'),
        ),
        migrations.AddField(
            model_name='payment',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hospitals.area', verbose_name='参保地'),
        ),
        migrations.AddField(
            model_name='payment',
            name='claim',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='settlement.claim', verbose_name='报销件'),
        ),
        migrations.AddField(
            model_name='payment',
            name='due',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='settlement.followupdue', verbose_name='后续支付'),
        ),
        migrations.AddField(
            model_name='payment',
            name='payee',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='settlement.payeeaccount', verbose_name='收款账户'),
        ),
        migrations.AddField(
            model_name='payment',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='filings.insuredperson', verbose_name='参保人'),
        ),
        migrations.AddField(
            model_name='payment',
            name='replaces',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='later', to='settlement.payment', verbose_name='前次付款'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='corrects',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='settlement.payment', verbose_name='更正的付款'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hospitals.area', verbose_name='参保地'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='made_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编制人'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='sent_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='送出人'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='voided_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='作废人'),
        ),
        migrations.AddField(
            model_name='payment',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='settlement.paymentbatch', verbose_name='批次'),
        ),
        migrations.AddField(
            model_name='paymentbatchevent',
            name='area',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.area', verbose_name='参保地'),
        ),
        migrations.AddField(
            model_name='paymentbatchevent',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人'),
        ),
        migrations.AddField(
            model_name='paymentbatchevent',
            name='made_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编制人'),
        ),
        migrations.AddField(
            model_name='paymentbatchevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.paymentbatch'),
        ),
        migrations.AddField(
            model_name='paymentbatchevent',
            name='sent_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='送出人'),
        ),
        migrations.AddField(
            model_name='paymentbatchevent',
            name='voided_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='作废人'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='area',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.area', verbose_name='参保地'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='batch',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.paymentbatch', verbose_name='批次'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='claim',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.claim', verbose_name='报销件'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='due',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.followupdue', verbose_name='后续支付'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='payee',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.payeeaccount', verbose_name='收款账户'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='filings.insuredperson', verbose_name='参保人'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.payment'),
        ),
        migrations.AddField(
            model_name='paymentevent',
            name='replaces',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.payment', verbose_name='前次付款'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='applied_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hospitals.area', verbose_name='统筹区'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='导入人'),
        ),
        migrations.AddField(
            model_name='resultimportevent',
            name='applied_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人'),
        ),
        migrations.AddField(
            model_name='resultimportevent',
            name='area',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.area', verbose_name='统筹区'),
        ),
        migrations.AddField(
            model_name='resultimportevent',
            name='made_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='导入人'),
        ),
        migrations.AddField(
            model_name='resultimportevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.resultimport'),
        ),
        migrations.AddField(
            model_name='resultrow',
            name='list_import',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='settlement.resultimport'),
        ),
        migrations.AddField(
            model_name='resultrow',
            name='payment',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.payment'),
        ),
        migrations.AddIndex(
            model_name='payeeaccount',
            index=models.Index(fields=['person', '-id'], name='payee_account_by_person'),
        ),
        migrations.AddConstraint(
            model_name='payeeaccount',
            constraint=models.CheckConstraint(condition=models.Q(('account__regex', '^[0-9]{8,30}$'), models.Q(('name', ''), _negated=True), models.Q(('bank', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='payee_account_is_whole', violation_error_message='收款账户须有收款人、开户银行、8至30位账号和登记原因'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payeeaccount',
            trigger=pgtrigger.compiler.Trigger(name='payee_account_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e052c6df63f336986f29c511d8468d1570a14d4', operation='UPDATE OR DELETE', pgid='pgtrigger_payee_account_is_final_ba68d', table='settlement_payeeaccount', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='paymentbatch',
            index=models.Index(fields=['area', '-id'], name='batch_by_area'),
        ),
        migrations.AddIndex(
            model_name='paymentbatch',
            index=models.Index(fields=['area', 'status', '-id'], name='batch_by_status'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('made_by')), _negated=True), _connector='OR'), name='batch_maker_and_checker_differ', violation_error_message='编制与核对须由不同人员办理'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'claims'), ('payer', 'agency'), ('period_from', None), ('period_to', None)), models.Q(models.Q(('kind', 'claims'), _negated=True), ('period_to__gte', models.F('period_from'))), _connector='OR'), name='batch_of_follow_ups_has_its_period', violation_error_message='后续支付的批次须有期间，零星报销的没有'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'voided'), models.Q(('confirmed_at', None), ('confirmed_by', None), ('status', 'draft')), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('status__in', ['confirmed', 'sent', 'closed'])), _connector='OR'), name='batch_confirmed_says_who_when', violation_error_message='已核对的批次须有核对人和时间'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status__in', ['sent', 'closed']), _negated=True), ('file_sha256', ''), ('sent_at', None), ('sent_by', None)), models.Q(('sent_at__isnull', False), ('sent_by__isnull', False), ('status__in', ['sent', 'closed']), models.Q(('file_sha256', ''), _negated=True)), _connector='OR'), name='batch_sent_says_who_when_what', violation_error_message='已送出的批次须有送出人、时间和文件摘要'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at', None)), models.Q(('closed_at__isnull', False), ('status', 'closed')), _connector='OR'), name='batch_closed_says_when', violation_error_message='已回盘的批次须有时间'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status', 'voided'), _negated=True), ('void_reason', ''), ('voided_at', None), ('voided_by', None)), models.Q(('status', 'voided'), ('voided_at__isnull', False), ('voided_by__isnull', False), models.Q(('void_reason', ''), _negated=True)), _connector='OR'), name='batch_voided_says_who_when_why', violation_error_message='作废批次须有经手人、时间和原因'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='lifecycle', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{closed:closed,confirmed:confirmed,confirmed:draft,confirmed:sent,confirmed:voided,draft:confirmed,draft:draft,draft:voided,sent:closed,sent:sent,voided:voided}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='3e2a75c3445b8aeb67919b2d946fcf2e0c279f9a', operation='UPDATE', pgid='pgtrigger_lifecycle_17ac5', table='settlement_paymentbatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='batch_parts_make_the_total', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" IN (\'confirmed\', \'sent\', \'closed\'))', func="\n            IF NOT EXISTS (\n                SELECT 1 FROM (\n                    SELECT count(*) AS count, COALESCE(sum(amount), 0) AS total\n                    FROM settlement_payment WHERE batch_id = NEW.id AND status <> 'void'\n                ) parts WHERE parts.count = NEW.count AND parts.total = NEW.total\n            ) THEN\n                RAISE EXCEPTION '批次的笔数和金额须与各笔付款相符' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            IF NEW.status = 'closed' AND EXISTS (\n                SELECT 1 FROM settlement_payment WHERE batch_id = NEW.id AND status IN ('pending', 'in_transit')\n            ) THEN\n                RAISE EXCEPTION '还有付款没有结果' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='53b70bf1ab4e80230d3010df6cfd5be17cf3bbf4', operation='UPDATE', pgid='pgtrigger_batch_parts_make_the_total_bb8a2', table='settlement_paymentbatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='payments_stay', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='14f002ca4791800eea48979d0be877978bfcea8f', operation='DELETE', pgid='pgtrigger_payments_stay_be190', table='settlement_paymentbatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_paymentbatchevent" ("acknowledged", "area_id", "closed_at", "confirmed_at", "confirmed_by_id", "count", "file_sha256", "id", "kind", "made_at", "made_by_id", "made_on", "payer", "period_from", "period_to", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "sent_by_id", "status", "total", "version", "void_reason", "voided_at", "voided_by_id") SELECT new_values."acknowledged", new_values."area_id", new_values."closed_at", new_values."confirmed_at", new_values."confirmed_by_id", new_values."count", new_values."file_sha256", new_values."id", new_values."kind", new_values."made_at", new_values."made_by_id", new_values."made_on", new_values."payer", new_values."period_from", new_values."period_to", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."sent_at", new_values."sent_by_id", new_values."status", new_values."total", new_values."version", new_values."void_reason", new_values."voided_at", new_values."voided_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='314a7a9ec4c0106d42bf3b8ba446262547b308b9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ce594', referencing='REFERENCING NEW TABLE AS new_values ', table='settlement_paymentbatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_paymentbatchevent" ("acknowledged", "area_id", "closed_at", "confirmed_at", "confirmed_by_id", "count", "file_sha256", "id", "kind", "made_at", "made_by_id", "made_on", "payer", "period_from", "period_to", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "sent_by_id", "status", "total", "version", "void_reason", "voided_at", "voided_by_id") SELECT new_values."acknowledged", new_values."area_id", new_values."closed_at", new_values."confirmed_at", new_values."confirmed_by_id", new_values."count", new_values."file_sha256", new_values."id", new_values."kind", new_values."made_at", new_values."made_by_id", new_values."made_on", new_values."payer", new_values."period_from", new_values."period_to", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."sent_at", new_values."sent_by_id", new_values."status", new_values."total", new_values."version", new_values."void_reason", new_values."voided_at", new_values."voided_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='73cf4cf24f329c393a4a28954daf2930b1a1e184', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6dd5b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='settlement_paymentbatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_paymentbatchevent" ("acknowledged", "area_id", "closed_at", "confirmed_at", "confirmed_by_id", "count", "file_sha256", "id", "kind", "made_at", "made_by_id", "made_on", "payer", "period_from", "period_to", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "sent_by_id", "status", "total", "version", "void_reason", "voided_at", "voided_by_id") SELECT old_values."acknowledged", old_values."area_id", old_values."closed_at", old_values."confirmed_at", old_values."confirmed_by_id", old_values."count", old_values."file_sha256", old_values."id", old_values."kind", old_values."made_at", old_values."made_by_id", old_values."made_on", old_values."payer", old_values."period_from", old_values."period_to", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."sent_at", old_values."sent_by_id", old_values."status", old_values."total", old_values."version", old_values."void_reason", old_values."voided_at", old_values."voided_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='d67abdd9f50588cf47cb18d52b983729925f6e53', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_b949c', referencing='REFERENCING OLD TABLE AS old_values ', table='settlement_paymentbatch', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['area', '-id'], name='payment_by_area'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('status', 'failed')), fields=['area', '-id'], name='payment_failed'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', (settlement.vocabulary.PaymentStatus['PENDING'], settlement.vocabulary.PaymentStatus['IN_TRANSIT'], settlement.vocabulary.PaymentStatus['PAID']))), fields=('claim',), name='one_payment_a_claim', violation_error_message='此报销件已在拨付批次中，或已拨付'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', (settlement.vocabulary.PaymentStatus['PENDING'], settlement.vocabulary.PaymentStatus['IN_TRANSIT'], settlement.vocabulary.PaymentStatus['PAID']))), fields=('due',), name='one_payment_a_follow_up', violation_error_message='此项后续支付已在拨付批次中，或已拨付'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'void'), _negated=True), fields=('replaces',), name='one_payment_in_place_of_another', violation_error_message='此笔失败付款已再次支付'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('batch', 'position'), name='one_payment_a_position', violation_error_message='序号重复'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', False), ('claim__isnull', False), ('due', None)), models.Q(('claim', None), ('due__isnull', False)), _connector='OR'), name='payment_is_of_a_claim_or_a_follow_up', violation_error_message='付款须对应一件报销或一项后续支付'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount', None), ('amount__gt', Decimal('0')), _connector='OR'), name='payment_amount_positive', violation_error_message='付款金额须大于零'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('payee_account', ''), ('payee_account__regex', '^[0-9]{8,30}$'), _connector='OR'), name='payment_account_is_digits', violation_error_message='银行账号应为8至30位数字'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('attempt', 1), ('replaces', None)), models.Q(('attempt__gt', 1), ('replaces__isnull', False)), _connector='OR'), name='payment_again_says_after_which', violation_error_message='再次支付须指明前次付款'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'paid'), _negated=True), models.Q(('amount__isnull', False), ('failure', ''), ('paid_on__isnull', False), models.Q(('claim', None), models.Q(('reference', ''), _negated=True), _connector='OR')), _connector='OR'), name='payment_paid_says_when_how_much', violation_error_message='已付的须有支付日期、金额和银行流水号'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status', 'failed'), _negated=True), ('failure', '')), models.Q(('status', 'failed'), models.Q(('failure', ''), _negated=True)), _connector='OR'), name='payment_failed_says_why', violation_error_message='支付失败须有原因'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='lifecycle', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{failed:failed,in_transit:failed,in_transit:in_transit,in_transit:paid,paid:failed,paid:paid,pending:in_transit,pending:pending,pending:void,void:void}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='38c9f10624f6d1341543ddfbee5fe6c219f34be3', operation='UPDATE', pgid='pgtrigger_lifecycle_3db32', table='settlement_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='payment_content_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."batch_id" IS DISTINCT FROM (NEW."batch_id") OR OLD."area_id" IS DISTINCT FROM (NEW."area_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."claim_id" IS DISTINCT FROM (NEW."claim_id") OR OLD."due_id" IS DISTINCT FROM (NEW."due_id") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."attempt" IS DISTINCT FROM (NEW."attempt") OR OLD."replaces_id" IS DISTINCT FROM (NEW."replaces_id") OR OLD."payee_id" IS DISTINCT FROM (NEW."payee_id") OR OLD."payee_name" IS DISTINCT FROM (NEW."payee_name") OR OLD."payee_bank" IS DISTINCT FROM (NEW."payee_bank") OR OLD."payee_account" IS DISTINCT FROM (NEW."payee_account") OR OLD."id_tail" IS DISTINCT FROM (NEW."id_tail") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b08fe8a26fad4669b78c07b54ac76a815678cc2d', operation='UPDATE', pgid='pgtrigger_payment_content_is_final_54b78', table='settlement_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='payment_is_what_is_due', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE batch settlement_paymentbatch%ROWTYPE;', func="\n            SELECT * INTO batch FROM settlement_paymentbatch WHERE id = NEW.batch_id;\n            IF batch.status <> 'draft' OR batch.area_id <> NEW.area_id\n                OR (batch.kind = 'claims') <> (NEW.claim_id IS NOT NULL) THEN\n                RAISE EXCEPTION '只能向草稿批次加入同类的付款' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            IF NEW.claim_id IS NOT NULL THEN\n                PERFORM 1 FROM settlement_claim claim\n                JOIN settlement_calculation calculation ON calculation.id = claim.calculation_id\n                WHERE claim.id = NEW.claim_id AND claim.status = 'released' AND claim.area_id = NEW.area_id\n                  AND claim.person_id = NEW.person_id AND calculation.fund = NEW.amount\n                FOR SHARE OF claim;\n            ELSE\n                PERFORM 1 FROM settlement_followupdue due\n                JOIN settlement_settlement settled ON settled.id = due.settlement_id\n                WHERE due.id = NEW.due_id AND due.component = batch.kind AND due.payer = batch.payer\n                  AND due.amount IS NOT DISTINCT FROM NEW.amount\n                  AND settled.area_id = NEW.area_id AND settled.person_id = NEW.person_id\n                  AND settled.reverses_id IS NULL\n                  AND NOT EXISTS (SELECT 1 FROM settlement_settlement back WHERE back.reverses_id = settled.id);\n            END IF;\n            IF NOT FOUND THEN\n                RAISE EXCEPTION '付款与应付的不符' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (\n                SELECT 1 FROM settlement_payment failed\n                WHERE failed.id = NEW.replaces_id AND failed.status = 'failed' AND failed.attempt = NEW.attempt - 1\n                  AND failed.claim_id IS NOT DISTINCT FROM NEW.claim_id\n                  AND failed.due_id IS NOT DISTINCT FROM NEW.due_id\n            ) THEN\n                RAISE EXCEPTION '只有支付失败的可以再次支付' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='4d31b0db6d6ed310beefd741aa09e4436f54f1c7', operation='INSERT', pgid='pgtrigger_payment_is_what_is_due_37c1b', table='settlement_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='payment_amount_is_settled_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount"))', func="\n            IF OLD.claim_id IS NOT NULL\n                OR NOT (OLD.status = 'pending' OR OLD.status = 'in_transit' AND OLD.amount IS NULL)\n                OR EXISTS (SELECT 1 FROM settlement_followupdue WHERE id = OLD.due_id AND amount IS NOT NULL) THEN\n                RAISE EXCEPTION '付款金额不能修改' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='3950246b857090d22c0fbd8c78dd703b202cfb45', operation='UPDATE', pgid='pgtrigger_payment_amount_is_settled_once_aafd7', table='settlement_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='payment_leaves_with_its_batch', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" IS DISTINCT FROM \'pending\' AND OLD."status" = \'pending\')', func="\n            IF NOT EXISTS (\n                SELECT 1 FROM settlement_paymentbatch WHERE id = OLD.batch_id\n                AND (NEW.status = 'in_transit' AND status = 'confirmed' OR NEW.status = 'void' AND status <> 'sent')\n            ) THEN\n                RAISE EXCEPTION '批次未经核对，不能送出' USING ERRCODE = 'integrity_constraint_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='35cf6bc5ca8342f26197dc589ed2bfac45f0f3ba', operation='UPDATE', pgid='pgtrigger_payment_leaves_with_its_batch_335cd', table='settlement_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='payments_stay', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='cadb645a91eaa0de60ec1975979dc2bdd85f1891', operation='DELETE', pgid='pgtrigger_payments_stay_4dbae', table='settlement_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_paymentevent" ("amount", "amount_reason", "area_id", "attempt", "batch_id", "claim_id", "due_id", "failure", "id", "id_tail", "made_at", "paid_on", "payee_account", "payee_bank", "payee_id", "payee_name", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reference", "replaces_id", "status", "version", "vouched") SELECT new_values."amount", new_values."amount_reason", new_values."area_id", new_values."attempt", new_values."batch_id", new_values."claim_id", new_values."due_id", new_values."failure", new_values."id", new_values."id_tail", new_values."made_at", new_values."paid_on", new_values."payee_account", new_values."payee_bank", new_values."payee_id", new_values."payee_name", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."reference", new_values."replaces_id", new_values."status", new_values."version", new_values."vouched" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c13772d095a7dd76ea453163cbfbab5156eaed10', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f50f9', referencing='REFERENCING NEW TABLE AS new_values ', table='settlement_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_paymentevent" ("amount", "amount_reason", "area_id", "attempt", "batch_id", "claim_id", "due_id", "failure", "id", "id_tail", "made_at", "paid_on", "payee_account", "payee_bank", "payee_id", "payee_name", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reference", "replaces_id", "status", "version", "vouched") SELECT new_values."amount", new_values."amount_reason", new_values."area_id", new_values."attempt", new_values."batch_id", new_values."claim_id", new_values."due_id", new_values."failure", new_values."id", new_values."id_tail", new_values."made_at", new_values."paid_on", new_values."payee_account", new_values."payee_bank", new_values."payee_id", new_values."payee_name", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."reference", new_values."replaces_id", new_values."status", new_values."version", new_values."vouched" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='16489cbf1be5b34d9c37d44a84677bcc747f03f4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6cec3', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='settlement_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_paymentevent" ("amount", "amount_reason", "area_id", "attempt", "batch_id", "claim_id", "due_id", "failure", "id", "id_tail", "made_at", "paid_on", "payee_account", "payee_bank", "payee_id", "payee_name", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reference", "replaces_id", "status", "version", "vouched") SELECT old_values."amount", old_values."amount_reason", old_values."area_id", old_values."attempt", old_values."batch_id", old_values."claim_id", old_values."due_id", old_values."failure", old_values."id", old_values."id_tail", old_values."made_at", old_values."paid_on", old_values."payee_account", old_values."payee_bank", old_values."payee_id", old_values."payee_name", old_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."reference", old_values."replaces_id", old_values."status", old_values."version", old_values."vouched" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='edbbd86a5a3e05d9e9bd8be1dd75f0a5e0566444', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_44577', referencing='REFERENCING OLD TABLE AS old_values ', table='settlement_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatchevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c7347518172c7114c5836b1e8bc183f47b40df41', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a2036', table='settlement_paymentbatchevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9eaa1f224262e3b4be810987e2af1084e9afc78d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e7651', table='settlement_paymentevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='resultimport',
            index=models.Index(fields=['area', '-id'], name='resultimport_by_area'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', hospitals.vocabulary.ListStatus['APPLIED']), _negated=True), ('applied_at__isnull', False), _connector='OR'), name='applied_results_say_when', violation_error_message='已登记的结果须有登记时间'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resultimport',
            trigger=pgtrigger.compiler.Trigger(name='lifecycle', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{applied:applied,applying:applied,applying:applying,applying:previewed,discarded:discarded,previewed:applied,previewed:applying,previewed:discarded,previewed:previewed,previewed:unreadable,reading:discarded,reading:previewed,reading:reading,reading:unreadable,unreadable:discarded,unreadable:unreadable}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='4aeb067eb57205110b7702338282d34e9edd10c5', operation='UPDATE', pgid='pgtrigger_lifecycle_c79e3', table='settlement_resultimport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resultimport',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_resultimportevent" ("applied_at", "applied_by_id", "area_id", "changed", "columns", "file_name", "file_sha256", "id", "invalid", "made_at", "made_by_id", "new", "notes", "paid_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "rows", "same", "seen_state", "status", "taken_on", "version") SELECT new_values."applied_at", new_values."applied_by_id", new_values."area_id", new_values."changed", new_values."columns", new_values."file_name", new_values."file_sha256", new_values."id", new_values."invalid", new_values."made_at", new_values."made_by_id", new_values."new", new_values."notes", new_values."paid_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."problem", new_values."rows", new_values."same", new_values."seen_state", new_values."status", new_values."taken_on", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b0e856065f17cb4293ae283d49cf3609e9db1057', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ad929', referencing='REFERENCING NEW TABLE AS new_values ', table='settlement_resultimport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resultimport',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_resultimportevent" ("applied_at", "applied_by_id", "area_id", "changed", "columns", "file_name", "file_sha256", "id", "invalid", "made_at", "made_by_id", "new", "notes", "paid_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "rows", "same", "seen_state", "status", "taken_on", "version") SELECT new_values."applied_at", new_values."applied_by_id", new_values."area_id", new_values."changed", new_values."columns", new_values."file_name", new_values."file_sha256", new_values."id", new_values."invalid", new_values."made_at", new_values."made_by_id", new_values."new", new_values."notes", new_values."paid_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."problem", new_values."rows", new_values."same", new_values."seen_state", new_values."status", new_values."taken_on", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."applied_at" IS DISTINCT FROM (new_values."applied_at") OR old_values."applied_by_id" IS DISTINCT FROM (new_values."applied_by_id") OR old_values."area_id" IS DISTINCT FROM (new_values."area_id") OR old_values."changed" IS DISTINCT FROM (new_values."changed") OR old_values."columns" IS DISTINCT FROM (new_values."columns") OR old_values."file_name" IS DISTINCT FROM (new_values."file_name") OR old_values."file_sha256" IS DISTINCT FROM (new_values."file_sha256") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invalid" IS DISTINCT FROM (new_values."invalid") OR old_values."made_at" IS DISTINCT FROM (new_values."made_at") OR old_values."made_by_id" IS DISTINCT FROM (new_values."made_by_id") OR old_values."new" IS DISTINCT FROM (new_values."new") OR old_values."notes" IS DISTINCT FROM (new_values."notes") OR old_values."paid_on" IS DISTINCT FROM (new_values."paid_on") OR old_values."problem" IS DISTINCT FROM (new_values."problem") OR old_values."rows" IS DISTINCT FROM (new_values."rows") OR old_values."same" IS DISTINCT FROM (new_values."same") OR old_values."seen_state" IS DISTINCT FROM (new_values."seen_state") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."taken_on" IS DISTINCT FROM (new_values."taken_on") OR old_values."version" IS DISTINCT FROM (new_values."version")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='85bbbe72e990195012dfa94b01892ca81732b153', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f0c91', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='settlement_resultimport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resultimport',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_resultimportevent" ("applied_at", "applied_by_id", "area_id", "changed", "columns", "file_name", "file_sha256", "id", "invalid", "made_at", "made_by_id", "new", "notes", "paid_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "rows", "same", "seen_state", "status", "taken_on", "version") SELECT old_values."applied_at", old_values."applied_by_id", old_values."area_id", old_values."changed", old_values."columns", old_values."file_name", old_values."file_sha256", old_values."id", old_values."invalid", old_values."made_at", old_values."made_by_id", old_values."new", old_values."notes", old_values."paid_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."problem", old_values."rows", old_values."same", old_values."seen_state", old_values."status", old_values."taken_on", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c326863824fc7b01475ec8b39dbd6af3e4e1ea9b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_4857f', referencing='REFERENCING OLD TABLE AS old_values ', table='settlement_resultimport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resultimportevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ec8c4c1e14cf571ee72ea87eeacafaf2b81931a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_98632', table='settlement_resultimportevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='resultrow',
            constraint=models.UniqueConstraint(fields=('list_import', 'action', 'position'), name='one_result_row_a_position'),
        ),
        migrations.AddConstraint(
            model_name='resultrow',
            constraint=models.CheckConstraint(condition=models.Q(('action', hospitals.vocabulary.ListAction['INVALID']), models.Q(('amount__isnull', False), ('outcome', 'paid'), ('paid_on__isnull', False), ('payment__isnull', False)), models.Q(('outcome', 'failed'), ('payment__isnull', False), models.Q(('failure', ''), _negated=True)), _connector='OR'), name='result_row_says_what_became_of_it', violation_error_message='结果须有付款、支付日期和金额，或失败原因'),
        ),
    ]
