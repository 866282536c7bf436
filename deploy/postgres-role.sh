#!/bin/sh
# Run once by the database's image, when it makes the database: the role with which the server serves. It owns
# nothing; "carhythm grants" gives it its rights.
set -eu
export SERVER_PASSWORD="$(cat "${SERVER_PASSWORD_FILE:-/run/secrets/server_password}")"
# psql quotes the password, and it is in no argument, which others could read.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv password SERVER_PASSWORD
CREATE ROLE carhythm LOGIN PASSWORD :'password';
SQL
