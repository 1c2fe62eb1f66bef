"""Addresses of the settings; part of tickets.urls and its namespace."""

from django.urls import URLPattern, path

from tickets.views import ladder, own_fields, promise_settings, reminders, settings

urlpatterns: list[URLPattern] = [
    path("settings/", settings.index, name="settings"),
    path("settings/queues/", settings.queues, name="queues"),
    path("settings/queues/new/", settings.queue, name="queue_add"),
    path("settings/queues/<int:pk>/", settings.queue, name="queue_settings"),
    path("settings/teams/", settings.teams, name="teams"),
    path("settings/teams/new/", settings.team, name="team_add"),
    path("settings/teams/<int:pk>/", settings.team, name="team"),
    path("settings/statuses/", settings.statuses, name="statuses"),
    path("settings/statuses/new/", settings.status, name="status_add"),
    path("settings/statuses/<int:pk>/", settings.status, name="status_settings"),
    path("settings/promises/rules/", promise_settings.rules, name="promise_rules"),
    path("settings/promises/rules/new/", promise_settings.rule, name="promise_rule_add"),
    path("settings/promises/rules/<int:pk>/", promise_settings.rule, name="promise_rule"),
    path("settings/promises/rules/<int:pk>/remove/", promise_settings.remove_rule, name="promise_rule_remove"),
    path("settings/promises/try/", promise_settings.trial, name="promise_trial"),
    path("settings/promises/apply/", promise_settings.apply, name="apply_promises"),
    path("settings/reminders/", reminders.rules, name="reminders"),
    path("settings/reminders/new/", reminders.rule, name="reminder_add"),
    path("settings/reminders/<int:pk>/", reminders.rule, name="reminder"),
    path("settings/work/", settings.work_types, name="work_types"),
    path("settings/work/new/", settings.work_type, name="work_type_add"),
    path("settings/work/<int:pk>/", settings.work_type, name="work_type"),
    path("settings/fields/", own_fields.fields, name="own_fields"),
    path("settings/fields/new/", own_fields.field, name="own_field_add"),
    path("settings/fields/look/", own_fields.preview, name="own_fields_preview"),
    path("settings/fields/<int:pk>/", own_fields.field, name="own_field"),
    path("settings/fields/<int:pk>/choices/", own_fields.choices, name="own_field_choices"),
    path("settings/fields/<int:pk>/rules/", own_fields.rule_add, name="own_field_rule_add"),
    path("settings/fields/rules/<int:pk>/remove/", own_fields.rule_remove, name="own_field_rule_remove"),
    path("settings/kinds/", own_fields.kinds, name="kinds"),
    path("settings/kinds/<slug:kind>/", own_fields.kind, name="kind"),
    path("settings/promises/<int:pk>/reminders/", ladder.ladder, name="ladder"),
]
