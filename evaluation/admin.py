"""Imports and exports in the admin. Single answers are shown nowhere."""

from django.contrib import admin
from django.http import HttpRequest

from evaluation.models import ExportRecord, ResponseImport


@admin.register(ResponseImport)
class ResponseImportAdmin(admin.ModelAdmin):
    """Deleting an import undoes it: its answers and texts go too."""

    list_display = ["label", "imported_on", "count", "text_count", "is_demo"]
    readonly_fields = ["file_name", "sha256", "imported_on", "count", "text_count", "is_demo"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ExportRecord)
class ExportRecordAdmin(admin.ModelAdmin):
    """The list of exports is a record: read only."""

    list_display = ["exported_on", "profile", "edition", "count", "analyst", "reason"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ExportRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ExportRecord | None = None) -> bool:
        return False
