"""The frame of every signed view: one request, one actor, one transaction, then the answer."""

from typing import Any, ClassVar

from django.db import DatabaseError
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from broker.access.acting import acting, looking
from broker.api.authentication import actor_of
from broker.api.idempotency import Asked, Done, asked, keep, kept, with_promise
from broker.basics.actor import Actor
from broker.basics.errors import Refusal

__all__ = ["Done", "SignedView"]


class SignedView(APIView):
    """A view for programs that sign. A subclass defines `look`, `act`, or both.

    `look` answers GET and HEAD inside a read-only transaction; `act` answers POST inside one
    durable write transaction in which its answer is kept. Both yield data, never a lazy
    queryset: the transaction is closed before the answer is rendered. A refusal leaves
    either as an exception and undoes everything, the kept answer included.

        class Receipt(SignedView):
            def act(self, request, actor, *, reference):
                at = actions.receive(find(reference, actor), actor=actor)
                return Done(200, {"reference": reference}, event_id=at.event_id)
    """

    asks_for: ClassVar[str] = "actor"
    # True where an act leaves something outside the database, which a rollback cannot take
    # back: a repeat is then looked up before it acts, at the cost of one more read.
    reaches_outside: ClassVar[bool] = False
    _hooks: ClassVar = {"get": "look", "head": "look", "post": "act"}

    def look(self, request: Request, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        """Return the members of the answer to a GET."""
        raise NotImplementedError

    def act(self, request: Request, actor: Actor, **kwargs: Any) -> Done:
        """Take one step and return its answer; `event_id` brings the ledger's promise along."""
        raise NotImplementedError

    def get(self, request: Request, **kwargs: Any) -> Response:
        with looking(actor_of(request)) as actor:
            members = self.look(request, actor, **kwargs)
        return Response(members, headers={"Cache-Control": "no-store"})

    def post(self, request: Request, **kwargs: Any) -> Response:
        done = self._done_once(asked(request, actor_of(request)), request, kwargs)
        return Response(
            with_promise(done), done.status, headers={"Cache-Control": "no-store", **done.headers}
        )

    def _done_once(self, ask: Asked, request: Request, kwargs: dict[str, Any]) -> Done:
        """Act and keep the answer; where that fails, answer a repeat as the first time.

        The row goes in last, so that an accepted request costs one statement more than its
        act; a repeat does the work again, collides or is refused, is undone and then finds
        the kept answer. Two at once: the second waits at the unique key for the first.
        """
        if self.reaches_outside and (stored := kept(ask)):
            return stored
        try:
            with acting(ask.actor) as actor:
                done = self.act(request, actor, **kwargs)
                keep(ask, done)
        except (Refusal, APIException, DatabaseError):
            stored = kept(ask)
            if stored is None:
                raise
            return stored
        return done

    def _allowed_methods(self) -> list[str]:
        defined = {
            name
            for name, hook in self._hooks.items()
            if getattr(type(self), hook) is not getattr(SignedView, hook)
        }
        return [name.upper() for name in (*self._hooks, "options") if name in defined | {"options"}]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in self._allowed_methods():
            self.http_method_not_allowed(request)
