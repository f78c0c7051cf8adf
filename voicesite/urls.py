"""Every HTTP address."""

from django.contrib import admin
from django.urls import include, path

from sessions_app.api import urls as api
from sessions_app.views import accounts, health, metrics
from sessions_app.views.recordings import recording_response

admin.autodiscover()  # VoicesiteAdminConfig says why not before

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/password_change/", admin.site.admin_view(accounts.desk_password)),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api.patterns(recording_response), api.app_name))),
    path("", include("sessions_app.urls")),
]

handler500 = "sessions_app.views.away.failed"
