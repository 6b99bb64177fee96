import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def keep_what_was_answered(apps, schema_editor):
    apps.get_model("training", "Answer").objects.filter(is_answered=True).update(answered_at=F("updated_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0002_notes_polls_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("answer", "answered_at", models.DateTimeField(null=True)),
        migrations.RunPython(keep_what_was_answered, migrations.RunPython.noop),
        migrations.RemoveField("answer", "is_answered"),
        migrations.CreateModel(
            name="Completion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.CharField(max_length=40)),
                ("content_version", models.CharField(max_length=20)),
                ("rule", models.TextField()),
                ("completed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="completions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "edition"), name="one_completion_an_edition")
                ],
            },
        ),
    ]
