# One image for every process: web, worker, beat and the commands of manage.py.
FROM python:3.11-slim AS packages
COPY requirements-production.lock /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r /requirements-production.lock

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /portal portal
COPY --from=packages /venv /venv
WORKDIR /portal
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/portal/staticfiles
# Collecting reads the settings but no secret, no database and no broker.
RUN SECRET_KEY=used-while-building-and-nowhere-else \
    DATABASE_URL=postgres://nobody@localhost/none CELERY_BROKER_URL=redis://localhost/0 \
    python manage.py collectstatic --no-input --ignore redoc
USER portal
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000"]
