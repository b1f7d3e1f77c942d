"""Django in one file: POST /join mints a token, GET /whoami says whose it is."""

import json
import sys
from datetime import timedelta

from django.conf import settings as django_settings

django_settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="an example has no sessions", USE_TZ=True)

from django.core.management import execute_from_command_line
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from ivs_token import Capability, InvalidClaimError, VerificationError
from settings import key, stage, verifier


@csrf_exempt
@require_POST
def join(request):
    name = json.loads(request.body)["name"]
    try:
        token = stage.mint(key, user_id=name, capabilities=Capability.SUBSCRIBE, duration=timedelta(minutes=15))
    except InvalidClaimError as error:
        return JsonResponse({"error": error.code, "field": error.field}, status=422)
    return JsonResponse({"token": token, "participantId": token.participant_id})


@require_GET
def whoami(request):
    try:
        who = verifier.verify(request.headers.get("Authorization", "").removeprefix("Bearer "))
    except VerificationError as error:
        return JsonResponse({"error": error.code}, status=401)
    return JsonResponse({"name": who.user_id, "capabilities": who.capabilities.names})


urlpatterns = [path("join", join), path("whoami", whoami)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
