"""Certificates for staff: to look up, and to revoke with a reason. What people wrote in the course is not shown here."""

from django.contrib import admin
from django.http import HttpRequest

from training.models import Certificate


@admin.register(Certificate)
class CertificateAdmin(admin.ModelAdmin):
    """Written by the site alone. Only whether it still holds can be changed here."""

    list_display = ("name", "edition", "completed_on", "content_version", "revoked_on", "erased_on")
    list_filter = ("edition", "content_version", "revoked_on")
    search_fields = ("name", "code")
    date_hierarchy = "completed_on"

    readonly_fields = tuple(
        field.name
        for field in Certificate._meta.fields
        if field.name not in ("id", "revoked_on", "revocation_reason")
    )
    fields = (*readonly_fields, "revoked_on", "revocation_reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Certificate | None = None) -> bool:
        return False
