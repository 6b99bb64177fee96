"""Institutions: what they are called, where they are, and which other one they turned out to be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Length
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Words that people leave out, or put in, without meaning another institution
SMALL_WORDS = frozenset(
    (
        *("a", "an", "and", "at", "by", "de", "del", "der", "des", "di", "do", "du", "e", "el", "en", "et"),
        *("for", "in", "la", "le", "of", "on", "the", "to", "und", "van", "von", "y"),
    )
)
# What Unicode does not take apart into a letter and an accent
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "&": " and "}
    | dict.fromkeys("'`’‘ʼ", "")
)
INITIAL = re.compile(r"\b(\w)\.")
LONGEST_NAME, LONGEST_WORD = 500, 60
AFTER_ALL = chr(0x10FFFF)
Names = list[tuple[str, str]]  # kind and name


def fold(name: str) -> str:
    """The name as it is looked for: small letters without accents, no signs, no small words.

    “The University of Texas at Austin” is “university texas austin”. Letters that are not Latin stay what they are.
    """
    text = INITIAL.sub(r"\1", name).casefold().translate(LETTERS)
    letters = [
        letter for letter in unicodedata.normalize("NFKD", text) if unicodedata.category(letter)[0] != "M"
    ]
    words = "".join(letter if letter.isalnum() else " " for letter in letters).split()
    return " ".join([word for word in words if word not in SMALL_WORDS] or words)[:LONGEST_NAME]


def words_of(text: str) -> list[str]:
    """The words to find it by, each once. They are never empty, and LONGEST_WORD letters at most."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in fold(text).split()))


class FoldedField(models.CharField):
    """Folded text. It is compared byte by byte on every database, so that an ordinary index finds beginnings."""

    def db_parameters(self, connection: Any) -> Any:
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def current(self) -> InstitutionQuerySet:
        """Those that have not become another one."""
        return self.filter(merged_into=None)

    def called(self, name: str) -> InstitutionQuerySet:
        """Those that have this name, alias or acronym, whatever the case, accents and small words."""
        names = InstitutionName.objects.filter(folded=fold(name))
        return self.current().filter(pk__in=names.values("institution"))

    def named(self, name: str) -> Institution | None:
        """The only current institution of this name; None where there is none, or several."""
        found = list(self.called(name)[:2]) if fold(name) else []
        return found[0] if len(found) == 1 else None

    def with_words(self, beginnings: Iterable[str]) -> InstitutionQuerySet:
        """Those that have, for each of these folded beginnings, a word that begins so."""
        found = self
        for beginning in beginnings:
            words = InstitutionWord.objects.filter(institution=OuterRef("pk"))
            found = found.filter(Exists(words.beginning(beginning)))
        return found

    def best_first(self, folded: str) -> InstitutionQuerySet:
        """Called exactly so; its name begins so; known here; short."""
        names = InstitutionName.objects.filter(institution=OuterRef("pk"))
        return self.annotate(
            is_exact=_holds(names.filter(folded=folded)),
            begins_so=_holds(names.filter(kind=InstitutionName.Kind.NAME).beginning(folded)),
        ).order_by("-is_exact", "-begins_so", "-is_known", Length("name"), "name", "pk")


def _holds(rows: models.QuerySet[Any]) -> Coalesce:
    """1 where there is such a row, else 0. PostgreSQL would answer an Exists() by reading all the rows there are."""
    return Coalesce(Subquery(rows.order_by().annotate(one=Value(1)).values("one")[:1]), 0)


class Institution(models.Model):
    """A university, hospital or company that people register from.

    Names and identifiers follow the Research Organization Registry (ROR schema 2, https://ror.org). One that was merged
    into another stays as a row that points there, so that loading the registry again does not bring it back.
    """

    name = models.CharField(max_length=LONGEST_NAME)
    ror_id = models.CharField(_("ROR identifier"), max_length=9, unique=True, null=True, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(_("state or region"), max_length=100, blank=True)
    country_code = models.CharField(
        _("country code"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2")
    )
    country_name = models.CharField(_("country"), max_length=100, blank=True)
    is_home = models.BooleanField(_("home institution"), default=False)
    is_ctsa = models.BooleanField(_("CTSA hub, now or earlier"), default=False)
    ctsa_from = models.DateField(_("CTSA hub since"), null=True, blank=True)
    ctsa_until = models.DateField(_("CTSA hub until"), null=True, blank=True)
    is_known = models.BooleanField(
        _("offered first"),
        default=False,
        help_text=_("Home institution, CTSA hubs, the starter list, and those that people registered from"),
    )
    merged_into = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="merged", db_index=False
    )

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["name"], name="institution_in_order"),
            models.Index(fields=["is_known"], name="institution_known", condition=Q(is_known=True)),
            # Nearly none are merged: an index of all would be taken for one that finds something
            models.Index(
                fields=["merged_into"], name="institution_merged", condition=Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new name is found from now on, and other names stay."""
        super().save(*args, **kwargs)
        changed = kwargs.get("update_fields")
        if self.merged_into_id is None and (changed is None or "name" in changed):
            kept = (
                self.names.exclude(kind=InstitutionName.Kind.NAME).order_by("pk").values_list("kind", "name")
            )
            self.set_names(kept)

    @property
    def place(self) -> str:
        """City, state and country, as far as they are known: “Saint Paul, Minnesota, United States”."""
        return ", ".join(filter(None, [self.city, self.region, self.country_name or self.country_code]))

    def set_names(self, others: Iterable[tuple[str, str]]) -> None:
        """Have these names (kind and name) beside its own, and no more."""
        Institution.write_names({self.pk: [(InstitutionName.Kind.NAME, self.name), *others]})

    @staticmethod
    def write_names(named: Mapping[int, Names]) -> None:
        """Replace all names of these institutions, and the words they are found by. Of equal names the first counts."""
        names: list[InstitutionName] = []
        words: list[InstitutionWord] = []
        for institution, pairs in named.items():
            by_folded: dict[str, tuple[str, str]] = {}
            for kind, name in pairs:
                if folded := fold(name):
                    by_folded.setdefault(folded, (kind, name))
            names += [
                InstitutionName(institution_id=institution, kind=kind, name=name, folded=folded)
                for folded, (kind, name) in by_folded.items()
            ]
            found = dict.fromkeys(word[:LONGEST_WORD] for folded in by_folded for word in folded.split())
            words += [InstitutionWord(institution_id=institution, word=word) for word in found]
        with transaction.atomic():
            InstitutionName.objects.filter(institution__in=named).delete()
            InstitutionWord.objects.filter(institution__in=named).delete()
            InstitutionName.objects.bulk_create(names, batch_size=5000)
            InstitutionWord.objects.bulk_create(words, batch_size=5000)

    def mark_known(self) -> None:
        """Somebody registered from here: offer it before those that nobody came from."""
        if not self.is_known:
            self.is_known = True
            self.save(update_fields=["is_known"])

    @transaction.atomic
    def absorb(self, other: Institution) -> int:
        """Take over everything of another institution, which stays as a row that points here. Gives the people moved.

        Raises ValueError where either has become another one already, or both are the same.
        """
        both = Institution.objects.select_for_update().in_bulk([self.pk, other.pk])
        if len(both) < 2 or any(institution.merged_into_id for institution in both.values()):
            raise ValueError(
                gettext("These two institutions cannot be merged: one of them has been merged already.")
            )
        mine, theirs = both[self.pk], both[other.pk]
        moved = theirs.people.count()
        for relation in Institution._meta.related_objects:
            if relation.related_model not in (InstitutionName, InstitutionWord):
                pointing = relation.related_model._base_manager.filter(**{relation.field.name: theirs})
                pointing.update(**{relation.field.name: mine})
        names = [(InstitutionName.Kind.ADDED, name) for name in theirs.names.values_list("name", flat=True)]
        mine.set_names([*mine.other_names(), (InstitutionName.Kind.ADDED, theirs.name), *names])
        mine.take_facts_of(theirs)
        self.refresh_from_db()
        other.refresh_from_db()
        return moved

    def other_names(self) -> Names:
        """Kind and name of all but its own. Costs a query."""
        own = InstitutionName.Kind.NAME
        return [(str(kind), name) for kind, name in self.names.exclude(kind=own).values_list("kind", "name")]

    def take_facts_of(self, other: Institution) -> None:
        """Take over flags and dates, and fill in what is not known here; leave the other as a mere pointer."""
        hubs = [institution for institution in (self, other) if institution.is_ctsa]
        since = [hub.ctsa_from for hub in hubs if hub.ctsa_from]
        until = [hub.ctsa_until for hub in hubs if hub.ctsa_until]
        self.ctsa_from = min(since, default=None)
        self.ctsa_until = max(until) if until and len(until) == len(hubs) else None
        for flag in ("is_home", "is_ctsa", "is_known"):
            setattr(self, flag, getattr(self, flag) or getattr(other, flag))
            setattr(other, flag, False)
        ror_id = self.ror_id or other.ror_id
        if not self.city:
            for fact in ("city", "region", "country_code", "country_name"):
                setattr(self, fact, getattr(other, fact))
        other.ror_id = other.ror_id if self.ror_id else None
        other.ctsa_from = other.ctsa_until = None
        other.merged_into = self
        other.save()
        other.names.all().delete()
        other.words.all().delete()
        self.ror_id = ror_id
        self.save()

    @transaction.atomic
    def adopt_spelling(self, typed: str, remember: bool) -> int:
        """Link the people who typed this and are linked to nothing; `remember` it as a name. Gives their number."""
        people = get_user_model().objects.filter(institution=None, institution_name__iexact=typed)
        linked = people.update(institution=self)
        if remember:
            self.set_names([*self.other_names(), (InstitutionName.Kind.ADDED, typed)])
        if linked:
            self.mark_known()
        return linked


class NameQuerySet(models.QuerySet["InstitutionName"]):
    def beginning(self, folded: str) -> NameQuerySet:
        return self.filter(folded__gte=folded, folded__lt=folded + AFTER_ALL)


class InstitutionName(models.Model):
    """One of the names of an institution."""

    class Kind(models.TextChoices):
        NAME = "name", _("its own name")
        LABEL = "label", _("name in another language")
        ALIAS = "alias", _("other name")
        ACRONYM = "acronym", _("acronym")
        ADDED = "added", _("added here")  # loading the registry leaves it alone

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="names", db_index=False)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.ADDED)
    name = models.CharField(max_length=LONGEST_NAME)
    folded = FoldedField(max_length=LONGEST_NAME, editable=False)

    objects = NameQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "folded"], name="institution_name_once")
        ]
        indexes = [models.Index(fields=["folded"], name="institution_name_folded")]

    def __str__(self) -> str:
        return self.name


class WordQuerySet(models.QuerySet["InstitutionWord"]):
    def beginning(self, folded: str) -> WordQuerySet:
        return self.filter(word__gte=folded, word__lt=folded + AFTER_ALL)


class InstitutionWord(models.Model):
    """A word of one or more of an institution's names, folded: what the search finds it by."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="words", db_index=False)
    word = FoldedField(max_length=LONGEST_WORD)

    objects = WordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "word"], name="institution_word_once")]
        indexes = [models.Index(fields=["word", "institution"], name="institution_word_found")]

    def __str__(self) -> str:
        return self.word
