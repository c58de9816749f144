"""The tables of the platform."""

import django.db.models.deletion
import shuangkong.store.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('sign_in_name', models.CharField(max_length=60, unique=True)),
                ('full_name', models.CharField(max_length=60)),
                ('title', models.CharField(blank=True, max_length=60)),
                ('is_active', models.BooleanField(default=True)),
                ('is_simulated', models.BooleanField(default=False)),
                ('recorded_at', models.DateTimeField()),
                ('password_changed_at', models.DateTimeField(null=True)),
                ('last_activity_seen', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ChainContent',
            fields=[
                ('digest', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(max_length=60)),
                ('edition', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=12)),
                ('round', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(max_length=12)),
                ('version', models.PositiveIntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('is_simulated', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='PublishedHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('digest', models.CharField(max_length=80, unique=True)),
                ('sealed', models.BinaryField()),
                ('count', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AccessEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('sign_in_name', models.CharField(blank=True, max_length=60)),
                ('address', models.GenericIPAddressField(null=True)),
                ('path', models.CharField(blank=True, max_length=300)),
                ('said', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['recorded_at'], name='store_acces_recorde_ae6b6c_idx'), models.Index(fields=['kind', 'recorded_at'], name='store_acces_kind_471427_idx')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('scopes', models.JSONField(default=list)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to='store.person')),
            ],
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=40)),
                ('item', models.CharField(max_length=60)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AppealAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_upheld', models.BooleanField()),
                ('points', models.CharField(blank=True, max_length=40)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('appeal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='store.appeal')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=40)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField(null=True)),
                ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='store.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='store.person')),
                ('stands_in_for', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stand_ins', to='store.person')),
            ],
        ),
        migrations.CreateModel(
            name='AppointmentEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ended_on', models.DateField()),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField(null=True)),
                ('appointment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='store.appointment')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AssessmentCycle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.CharField(max_length=12)),
                ('year', models.PositiveIntegerField()),
                ('rubric', models.CharField(max_length=60)),
                ('state', models.CharField(max_length=20)),
                ('version', models.PositiveIntegerField(default=0)),
                ('as_of', models.DateField()),
                ('rules_digest', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField()),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
        ),
        migrations.AddField(
            model_name='appeal',
            name='cycle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='store.assessmentcycle'),
        ),
        migrations.CreateModel(
            name='AssessmentStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=20)),
                ('state_after', models.CharField(max_length=20)),
                ('version_after', models.PositiveIntegerField()),
                ('reason', models.TextField(blank=True)),
                ('role', models.CharField(max_length=40)),
                ('organisation', models.CharField(max_length=40)),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='store.assessmentcycle')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160)),
                ('media_type', models.CharField(max_length=80)),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='store.filing')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.attachment')),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='store.filing')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ChainLink',
            fields=[
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=80, unique=True)),
                ('sealed', models.BinaryField()),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=200)),
                ('actor', models.CharField(max_length=120)),
                ('organisation', models.CharField(max_length=40)),
                ('reason', models.TextField(blank=True)),
                ('content_digest', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'index'], name='store_chain_subject_ddbe33_idx'), models.Index(fields=['kind', 'index'], name='store_chain_kind_a521b8_idx')],
            },
        ),
        migrations.CreateModel(
            name='DraftCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('text', models.TextField()),
                ('updated_at', models.DateTimeField()),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.person')),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cells', to='store.filing')),
            ],
        ),
        migrations.CreateModel(
            name='AmendmentDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_consented', models.BooleanField()),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('amendment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='store.amendment')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
                ('new_filing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.filing')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FindingRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12)),
                ('severity', models.CharField(max_length=20)),
                ('org', models.CharField(max_length=40)),
                ('period', models.CharField(max_length=12)),
                ('elements', models.JSONField(default=list)),
                ('odd_zh', models.TextField()),
                ('odd_en', models.TextField()),
                ('usual_zh', models.TextField()),
                ('usual_en', models.TextField()),
                ('remedy_zh', models.TextField()),
                ('remedy_en', models.TextField()),
                ('evidence', models.JSONField(default=dict)),
                ('recorded_at', models.DateTimeField()),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='store.filing')),
            ],
        ),
        migrations.CreateModel(
            name='FindingStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=12)),
                ('state_after', models.CharField(max_length=12)),
                ('reason', models.TextField(blank=True)),
                ('waived_until', models.DateField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField(null=True)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='store.findingrecord')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FrozenResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('cycle', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='frozen', to='store.assessmentcycle')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FrozenFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('frozen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='store.frozenresult')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_receipt', models.BooleanField(default=False)),
                ('bundle', models.BinaryField(null=True)),
                ('bundle_digest', models.CharField(max_length=80)),
                ('head', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('frozen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='store.frozenresult')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
        ),
        migrations.CreateModel(
            name='LineJudgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=40)),
                ('item', models.CharField(max_length=60)),
                ('points', models.CharField(max_length=40)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judgements', to='store.assessmentcycle')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ObservationRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('element', models.CharField(max_length=120)),
                ('org', models.CharField(max_length=40)),
                ('period', models.CharField(max_length=12)),
                ('value', shuangkong.store.fields.ExactDecimalField(null=True)),
                ('unit', models.CharField(max_length=40)),
                ('grade', models.CharField(max_length=12)),
                ('source', models.CharField(max_length=200)),
                ('reported_by', models.CharField(max_length=120)),
                ('approved_by', models.CharField(max_length=120)),
                ('recorded_at', models.DateTimeField()),
                ('note', models.TextField(blank=True)),
                ('link', models.BigIntegerField(null=True)),
                ('filing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='store.filing')),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('credit_code', models.CharField(blank=True, max_length=18)),
                ('is_simulated', models.BooleanField(default=False)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='organisation_has_code'), models.UniqueConstraint(condition=models.Q(('credit_code', ''), _negated=True), fields=('credit_code',), name='credit_code_once')],
            },
        ),
        migrations.AddField(
            model_name='filing',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='store.organisation'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='store.organisation'),
        ),
        migrations.CreateModel(
            name='OrganisationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('recorded_at', models.DateTimeField()),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('tags', models.JSONField(default=list)),
                ('is_closed', models.BooleanField(default=False)),
                ('reason', models.TextField()),
                ('link', models.BigIntegerField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='store.organisation')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children_versions', to='store.organisation')),
                ('park', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tenants_versions', to='store.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='PasswordPast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('encoded', models.CharField(max_length=160)),
                ('recorded_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passwords_past', to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('encoded', models.CharField(max_length=160)),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to='store.person')),
            ],
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(blank=True, max_length=120)),
                ('text', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remarks', to='store.filing')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SelfEvaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=40)),
                ('items', models.JSONField(default=dict)),
                ('summary', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='self_evaluations', to='store.assessmentcycle')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SelfEvaluationEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=40)),
                ('item', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=160)),
                ('media_type', models.CharField(max_length=80)),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='store.assessmentcycle')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SelfEvaluationSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('evaluation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='store.selfevaluation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='store.person')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SignInFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sign_in_name', models.CharField(max_length=60)),
                ('address', models.GenericIPAddressField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['sign_in_name', 'recorded_at'], name='store_signi_sign_in_5a34a8_idx'), models.Index(fields=['address', 'recorded_at'], name='store_signi_address_fb8070_idx')],
            },
        ),
        migrations.CreateModel(
            name='SignInToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('purpose', models.CharField(max_length=12)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='store.person')),
            ],
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField()),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='store.filing')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
        ),
        migrations.AddField(
            model_name='findingrecord',
            name='submission',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='store.submission'),
        ),
        migrations.CreateModel(
            name='FilingAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=12)),
                ('state_before', models.CharField(max_length=12)),
                ('state_after', models.CharField(max_length=12)),
                ('version_after', models.PositiveIntegerField()),
                ('role', models.CharField(max_length=40)),
                ('organisation', models.CharField(max_length=40)),
                ('reason', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='store.filing')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.person')),
                ('submission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.submission')),
            ],
        ),
        migrations.CreateModel(
            name='TotpSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_secret', models.CharField(max_length=200)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('last_step', models.BigIntegerField(default=0)),
                ('recorded_at', models.DateTimeField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='totp', to='store.person')),
            ],
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=12)),
                ('is_waived', models.BooleanField(default=True)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='store.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WindowVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=12)),
                ('opens_on', models.DateField()),
                ('due_on', models.DateField()),
                ('closes_on', models.DateField(null=True)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('link', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['form', 'period', 'id'], name='store_windo_form_0bca9e_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('opens_on'))), name='window_due_after_it_opens')],
            },
        ),
        migrations.AddConstraint(
            model_name='assessmentcycle',
            constraint=models.UniqueConstraint(fields=('cycle', 'year', 'rubric'), name='one_cycle_a_year_and_rubric'),
        ),
        migrations.AddConstraint(
            model_name='assessmentstep',
            constraint=models.UniqueConstraint(fields=('cycle', 'version_after'), name='one_step_a_version'),
        ),
        migrations.AddConstraint(
            model_name='draftcell',
            constraint=models.UniqueConstraint(fields=('filing', 'key'), name='one_draft_a_cell'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(fields=('frozen', 'is_receipt'), name='handed_over_once_and_received_once'),
        ),
        migrations.AddIndex(
            model_name='observationrow',
            index=models.Index(fields=['org', 'element', 'period', 'recorded_at', 'id'], name='observation_versions'),
        ),
        migrations.AddIndex(
            model_name='observationrow',
            index=models.Index(fields=['element', 'period'], name='observation_by_element'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(fields=['state', 'form', 'period'], name='store_filin_state_b3d593_idx'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(fields=['form', 'period'], name='store_filin_form_653502_idx'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(fields=('form', 'organisation', 'period', 'round'), name='one_filing_a_round'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='appointment_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='organisationversion',
            index=models.Index(fields=['organisation', 'valid_from', 'recorded_at'], name='store_organ_organis_88c599_idx'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('filing', 'number'), name='one_submission_a_number'),
        ),
        migrations.AddIndex(
            model_name='findingrecord',
            index=models.Index(fields=['code', 'id'], name='store_findi_code_b4ecef_idx'),
        ),
        migrations.AddIndex(
            model_name='findingrecord',
            index=models.Index(fields=['org', 'period'], name='store_findi_org_61ad6e_idx'),
        ),
        migrations.AddConstraint(
            model_name='filingact',
            constraint=models.UniqueConstraint(fields=('filing', 'version_after'), name='one_act_a_version'),
        ),
    ]
