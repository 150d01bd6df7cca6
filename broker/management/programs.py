"""The three programs of a broker on one machine: web, worker with Pulse, beat."""

from pathlib import Path

from django.conf import settings

from broker.management.process_tree import Program


def programs(*, bind: str, web_workers: int = 1, task_workers: int = 2) -> list[Program]:
    """Return the programs on the settings' database and message broker; `bind` is host:port."""
    return [web(bind, workers=web_workers), worker(task_workers), beat()]


def logs_folder() -> Path:
    """Return where the programs' output goes."""
    return Path(settings.DATA) / "process-logs"


def web(bind: str, *, workers: int) -> Program:
    """Threads, so that a slow upload holds up nobody; no access log, for it would keep secrets."""
    words = ["broker.wsgi:application", "--bind", bind, "--no-control-socket"]
    words += ["--worker-class", "gthread", "--threads", "8", "--workers", str(workers)]
    words += ["--timeout", "60", "--graceful-timeout", "4", "--log-level", "warning"]
    return Program("web", "gunicorn", tuple(words))


def worker(concurrency: int) -> Program:
    words = ["-A", "broker.celery", "worker", "--queues", "urgent,ordinary"]
    words += ["--concurrency", str(concurrency), "--loglevel", "WARNING"]
    words += ["--without-gossip", "--without-mingle"]
    return Program("worker", "celery", tuple(words))


def beat() -> Program:
    schedule = Path(settings.DATA) / "beat"
    schedule.mkdir(exist_ok=True)
    words = ["-A", "broker.celery", "beat", "--loglevel", "WARNING", "--pidfile="]
    words += ["--schedule", str(schedule / "schedule")]
    return Program("beat", "celery", tuple(words))
