# One image for every process: web, worker, beat and the commands of manage.py.
# BASE_IMAGE is pinned by digest where the image is built: see docker-compose.yml.
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE} AS packages
COPY requirements-production.lock /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r /requirements-production.lock

FROM ${BASE_IMAGE}
RUN useradd --system --uid 10001 --home-dir /portal portal
COPY --from=packages /venv /venv
WORKDIR /portal
# What runs and nothing else; .dockerignore holds the same list.
COPY gunicorn.conf.py manage.py openapi.json ./
COPY api api
COPY audit audit
COPY authorizations authorizations
COPY config config
COPY database database
COPY demo demo
COPY oversight oversight
COPY pages pages
COPY precursors precursors
COPY registry registry
COPY rules rules
COPY locale locale
COPY static static
COPY templates templates
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/portal/staticfiles
# Collecting reads the settings but no secret, no database and no broker.
RUN SECRET_KEY=used-while-building-and-nowhere-else \
    DATABASE_URL=postgres://nobody@localhost/none CELERY_BROKER_URL=redis://localhost/0 \
    python manage.py collectstatic --no-input --ignore redoc
USER portal
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000"]
