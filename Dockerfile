# One image for web, worker, beat, smtpd and migrations; docker-compose.yml gives each its command.
FROM node:22-slim AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/vendor_assets.mjs scripts/
COPY static/ static/
RUN node scripts/vendor_assets.mjs

FROM python:3.13-slim
# One heap for all threads: glibc would keep one for each.
ENV PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=1 PATH=/opt/venv/bin:$PATH VASTE_DATA_DIR=/data
RUN python -m venv /opt/venv && useradd --system --uid 10001 vaste && install -d -o vaste -m 700 /data/files
# Lays out the text of invoices (PDF).
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
COPY requirements/base.txt /tmp/
RUN pip install --no-cache-dir --require-hashes --no-deps -r /tmp/base.txt
WORKDIR /app
COPY . .
COPY --from=assets /src/static/vendor static/vendor
COPY --from=assets /src/static/icons.svg static/icons.svg
# Static files belong to the image: collected and compressed while it is built, without database or secret.
RUN python scripts/compile_messages.py && python manage.py collectstatic --no-input -v 0 && chown -R vaste /data
USER vaste
VOLUME /data/files
EXPOSE 8000 8025
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--log-level", "warning", "helpdesk.wsgi:application"]
