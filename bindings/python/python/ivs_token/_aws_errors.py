"""What ``IvsRealTime`` raises, so that handlers written for boto3 catch it."""

from __future__ import annotations

from ._errors import InvalidClaimError, IvsTokenError, MintError

# What `typing` calls so. Importing that would take half of the time that importing all of this takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_STATUS = {"ValidationException": 400, "AccessDeniedException": 403, "ResourceNotFoundException": 404}
"""What is raised here, by the service's names, with the status that its model says."""

_OTHERS = ("ConflictException", "InternalServerException", "PendingVerification", "ServiceQuotaExceededException")
"""What only the service raises. Handlers name these too."""


class WrongType(TypeError):
    """An argument of the wrong type, before anybody looked at its value."""


class ServiceErrors:
    """Makes exceptions that are ours and botocore's at once, where botocore is there; else they are ours."""

    def __init__(self, client: Any) -> None:
        self._client: Final = client
        self._made: Final[dict[tuple[type, type], type]] = {}
        self._classes: Any = None

    @property
    def exceptions(self) -> Any:
        """What ``client.exceptions`` is: that of the client, or classes of the same names."""
        if self._client is not None:
            return self._client.exceptions
        if self._classes is None:
            self._classes = _classes()
        return self._classes

    def of(self, error: IvsTokenError, operation: str) -> Exception:
        """The same error, as the service would have answered it."""
        name = _name(error)
        theirs = self._theirs(name)
        if theirs is None:
            return error
        metadata = {"RequestId": "", "HTTPStatusCode": _STATUS[name], "HTTPHeaders": {}, "RetryAttempts": 0}
        response = {"Error": {"Code": name, "Message": str(error)}, "ResponseMetadata": metadata}
        # An object of both classes; what each of them keeps, it has.
        both: Any = self._both(type(error), theirs)
        raised: Exception = both.__new__(both)
        theirs.__init__(raised, response, operation)
        raised.__dict__.update(error.__dict__)
        return raised

    def of_type(self, error: WrongType) -> Exception:
        """The same error, as botocore raises it before it asks the service."""
        botocore = _botocore()
        if botocore is None:
            return TypeError(str(error))
        theirs = botocore.ParamValidationError
        both: Any = self._both(TypeError, theirs)
        raised: Exception = both.__new__(both)
        theirs.__init__(raised, report=str(error))
        return raised

    def _theirs(self, name: str) -> Any:
        """The class that a handler would name, if there is one."""
        botocore = _botocore()
        if botocore is None:
            return None
        found = getattr(self.exceptions, name, None)
        # Clients that stand in for one in tests have all sorts of things there.
        is_error = isinstance(found, type) and issubclass(found, botocore.ClientError)
        return found if is_error else botocore.ClientError

    def _both(self, ours: type, theirs: type) -> type:
        made = self._made.get((ours, theirs))
        if made is None:
            made = type(theirs.__name__, (ours, theirs), {"__module__": ours.__module__, "__reduce__": _reduce})
            self._made[ours, theirs] = made
        return made


def _name(error: IvsTokenError) -> str:
    if isinstance(error, MintError):
        return "AccessDeniedException"
    return "ResourceNotFoundException" if error.code == "UNKNOWN_STAGE" else "ValidationException"


def _classes() -> Any:
    from types import SimpleNamespace

    botocore = _botocore()
    if botocore is None:
        ours = {"ValidationException": InvalidClaimError, "AccessDeniedException": MintError}
        ours["ResourceNotFoundException"] = InvalidClaimError
        names: dict[str, Any] = {name: ours.get(name, type(name, (IvsTokenError,), {})) for name in (*_STATUS, *_OTHERS)}
        return SimpleNamespace(ClientError=IvsTokenError, **names)
    error = botocore.ClientError
    return SimpleNamespace(ClientError=error, **{name: type(name, (error,), {}) for name in (*_STATUS, *_OTHERS)})


def _botocore() -> Any:
    from importlib import import_module

    try:
        # Not an `import`: type checkers know no types of botocore's, and those who check ours may not have it.
        return import_module("botocore.exceptions")
    except ImportError:
        return None


def _reduce(self: Any) -> Any:
    """Pickled as botocore does it, as the error that is no class made at run time."""
    if isinstance(self, TypeError):
        return TypeError, (str(self),)
    return _botocore().ClientError, (self.response, self.operation_name)
