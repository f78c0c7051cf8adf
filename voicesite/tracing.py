"""Whether calls are traced. OpenTelemetry's own library reads its other variables itself."""

from django.core.exceptions import ImproperlyConfigured

from voicesite.reading import read

OTLP = "http/protobuf"
"""What is spoken with collectors."""


def wanted() -> bool:
    """Returns whether there is somewhere to send traces to, and nobody turned them off.

    Raises ImproperlyConfigured for a protocol that is not spoken.
    """
    address: str = read("str", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
    address = address or read("str", "OTEL_EXPORTER_OTLP_ENDPOINT", "")
    is_on = read("str", "OTEL_TRACES_EXPORTER", "otlp") == "otlp"
    if not address or not is_on or read("bool", "OTEL_SDK_DISABLED", False):
        return False
    protocol: str = read("str", "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    protocol = read("str", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "") or protocol
    if protocol != OTLP:
        raise ImproperlyConfigured(
            f"Traces are sent as {OTLP}, not as {protocol!r}. Set OTEL_EXPORTER_OTLP_PROTOCOL="
            f"{OTLP} and the address of the collector's port for HTTP, which mostly is 4318."
        )
    return True
