"""The OpenAPI document and the page to browse it; both are public, like the source.

Making the document takes a second of CPU. It is made once per format, so that requests from
strangers cannot delay live calls.
"""

import threading
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from sessions_app.api.base import Strict
from sessions_app.api.constant import Constant, answer

_making = threading.Lock()


class Schema(Strict, SpectacularAPIView):
    """In YAML or JSON, by `Accept` or `?format=`."""

    parameters = ("format",)
    authentication_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request, *_args: Any, **_kwargs: Any) -> HttpResponse:
        with _making:  # the first request makes it, others wait for that
            renderer: Any = type(request.accepted_renderer)
            made = document(renderer)
        return answer(request, made)


class Docs(Strict, SpectacularSwaggerSplitView):
    """Swagger's page, and with `?script=` the script that it loads."""

    parameters = ("script",)
    authentication_classes = []
    permission_classes = []
    url_name = "api:schema"
    template_name = "api/docs.html"
    title = "voicesite REST API"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        wants_script = "script" in request.query_params
        with _making:
            made = _kept.get(wants_script)
            if made is None:
                made = _kept[wants_script] = self._made(request, wants_script)
        return answer(request, made)

    def _made(self, request: Request, script: bool) -> Constant:
        data: Any = super().get(request).data  # type: ignore[no-untyped-call]
        if script:
            return Constant(_rendered(self.template_name_js, data), "application/javascript")
        return Constant(_rendered(self.template_name, data), "text/html; charset=utf-8")

    def _get_schema_url(self, request: Request) -> str:
        return reverse("api:schema")

    @property
    def url_self(self) -> str:  # type: ignore[override] # a plain attribute there
        return f"{reverse('api:docs')}?script="


_kept: dict[bool, Constant] = {}


def _rendered(template: str, data: Any) -> bytes:
    return render_to_string(template, data).encode()


@cache
def _schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


@cache
def document(renderer: type[BaseRenderer]) -> Constant:
    """Returns the document as a renderer writes it."""
    writes: Any = renderer()
    content = writes.render(_schema(), renderer_context={})
    charset = f"; charset={writes.charset}" if writes.charset else ""
    return Constant(content, f"{writes.media_type}{charset}", f"voicesite.{writes.format}")
