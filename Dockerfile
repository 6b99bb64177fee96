# One image for all processes; docker-compose.yml says which runs what
FROM python:3.12-slim

# What WeasyPrint needs to make PDFs
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .

ENV DEBUG=0 VAR_DIR=/app/var XDG_CACHE_HOME=/tmp/cache PYTHONUNBUFFERED=1
# Two users: the survey's files are its own. Named volumes take over owner and mode of the folders made here.
RUN useradd --uid 10001 --no-create-home opm \
    && useradd --uid 10002 --no-create-home survey \
    && install -d -o survey -g survey -m 700 /box \
    && install -d -o survey -g survey -m 755 /released \
    && SECRET_KEY=for-collectstatic-only python manage.py collectstatic --no-input

USER opm
CMD ["gunicorn", "opm.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--no-control-socket"]
