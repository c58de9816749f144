"""Whether the service lives, for whoever watches it."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from shuangkong.web.security.policies import PUBLIC, policy


@policy(PUBLIC)
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers (健康检查)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
