"""Names of the institutions that were here before names had a table of their own."""

from django.db import migrations

from registration.institutions import LONGEST_WORD, fold


def write_names(apps, schema_editor):
    Institution, InstitutionName, InstitutionWord = (
        apps.get_model("registration", name) for name in ("Institution", "InstitutionName", "InstitutionWord")
    )
    for institution in Institution.objects.filter(merged_into=None).iterator():
        folded = fold(institution.name)
        if folded:
            InstitutionName.objects.create(
                institution=institution, kind="name", name=institution.name, folded=folded
            )
        words = dict.fromkeys(word[:LONGEST_WORD] for word in folded.split())
        InstitutionWord.objects.bulk_create(
            [InstitutionWord(institution=institution, word=word) for word in words]
        )
    Institution.objects.filter(people__isnull=False).update(is_known=True)


class Migration(migrations.Migration):
    dependencies = [("registration", "0004_institution_names")]

    operations = [migrations.RunPython(write_names, migrations.RunPython.noop)]
