"""Django in one file, with its own users and sessions: POST /login, POST /join mints a token for whoever is logged in, GET /whoami
says whose token it is.

Users who may send audio and video have the permission `auth.publish`, which `migrate` makes; all others only watch. Django
checks each POST for its CSRF token: GET /login sets the cookie, and its value goes into the header `X-CSRFToken`.
"""

import json
import os
import sys
from datetime import timedelta

import django
from django.conf import settings as django_settings

from settings import key, session_secret, stage, verifier

django_settings.configure(
    SECRET_KEY=session_secret,
    ALLOWED_HOSTS=os.environ.get("ALLOWED_HOSTS", "localhost").split(","),
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", "db.sqlite3")}},
    SESSION_COOKIE_SECURE=True,
    CSRF_COOKIE_SECURE=True,
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import authenticate
from django.contrib.auth import login as log_in
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import execute_from_command_line
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ivs_token import Capability, InvalidClaimError, VerificationError


@receiver(post_migrate)
def make_permission(app_config, **_):
    if app_config.label == "auth":
        users = ContentType.objects.get_for_model(User)
        Permission.objects.get_or_create(codename="publish", content_type=users, defaults={"name": "May publish on the stage"})


@ensure_csrf_cookie
@require_http_methods(["GET", "POST"])
def login(request):
    if request.method == "GET":
        return JsonResponse({})
    given = json.loads(request.body)
    user = authenticate(request, username=given.get("name"), password=given.get("password"))
    if user is None:
        return JsonResponse({"error": "LOGIN_FAILED"}, status=401)
    log_in(request, user)
    return JsonResponse({"name": user.username})


@require_POST
def join(request):
    if not request.user.is_authenticated:
        return JsonResponse({"error": "LOGIN_REQUIRED"}, status=401)
    # Nothing of the request decides who this is, or what they may do: the user's permissions do.
    granted = Capability.SUBSCRIBE
    if request.user.has_perm("auth.publish"):
        granted |= Capability.PUBLISH
    try:
        token = stage.mint(key, user_id=request.user.username, capabilities=granted, duration=timedelta(minutes=15))
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


urlpatterns = [path("login", login), path("join", join), path("whoami", whoami)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
