# syntax=docker/dockerfile:1
# docker build --build-arg EXTRAS=demo -t glimpser .
# docker run -p 127.0.0.1:8080:8080 -v glimpser:/data -e GLIMPSER_ALLOW_INSECURE_HTTP=true glimpser
#
# Inside, the hub listens on every address, so it refuses to start until it is told how people reach it: as above, where
# only this machine does; with GLIMPSER_TLS_CERTIFICATE and GLIMPSER_TLS_KEY; or behind a proxy that does TLS, with
# GLIMPSER_PUBLIC_URL and GLIMPSER_TRUSTED_PROXIES beside GLIMPSER_ALLOW_INSECURE_HTTP.

ARG PYTHON=3.12

FROM node:22-slim AS pages
WORKDIR /src/web
COPY plugins/glimpser-dashboard/web ./
RUN npm ci && npm run build

FROM python:${PYTHON}-slim AS build
# Names of bundles, comma-separated ("demo,postgres"); empty builds the core alone, without a single plugin.
ARG EXTRAS=demo
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /src
COPY requirements.lock ./
RUN awk '/^uv==/ {found = 1} found {print} found && !/\\$/ {exit}' requirements.lock > /tmp/uv.txt \
    && pip install --no-cache-dir --require-hashes -r /tmp/uv.txt
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY glimpser glimpser
COPY sdk sdk
COPY plugins plugins
COPY --from=pages /src/glimpser_dashboard/static plugins/glimpser-dashboard/glimpser_dashboard/static
# The lock's versions and hashes hold for everything from outside; our own wheels come from the folder just built.
RUN uv build --quiet --all-packages --wheel --out-dir /wheels \
    && uv venv --quiet /opt/glimpser \
    && uv pip install --quiet --python /opt/glimpser/bin/python --find-links /wheels --constraint requirements.lock \
        "glimpser${EXTRAS:+[$EXTRAS]}"

FROM python:${PYTHON}-slim
# As process 1 the hub would inherit the children of dead workers; tini reaps them.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /home/glimpser glimpser \
    && install -d -o glimpser -g glimpser -m 0750 /data
COPY --from=build /opt/glimpser /opt/glimpser
COPY scripts/healthcheck.py /opt/glimpser/healthcheck.py
ENV PATH=/opt/glimpser/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GLIMPSER_DATA_DIR=/data \
    GLIMPSER_HOST=0.0.0.0 \
    GLIMPSER_PORT=8080
USER glimpser
VOLUME /data
EXPOSE 8080
# Ten seconds is what a shutdown may take: drain, flush, stop.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "/opt/glimpser/healthcheck.py"]
ENTRYPOINT ["tini", "--", "glimpser"]
CMD ["run"]
