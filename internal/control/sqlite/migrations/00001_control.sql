-- Times are microseconds since 1970, UTC; the zero time of Go is kept as the
-- number that it has on that scale.

-- +goose Up
CREATE TABLE account (
    id      TEXT    PRIMARY KEY,
    email   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE access_key (
    id         TEXT    PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES account (id),
    sealed     BLOB    NOT NULL,
    created    INTEGER NOT NULL,
    revoked    INTEGER NOT NULL
) STRICT;

CREATE INDEX access_key_account ON access_key (account_id);

CREATE TABLE graph (
    arn                TEXT    PRIMARY KEY,
    account_id         TEXT    NOT NULL,
    region             TEXT    NOT NULL,
    warehouse_id       TEXT    NOT NULL UNIQUE,
    created            INTEGER NOT NULL,
    state              TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'DELETING')),
    tags               TEXT    NOT NULL,
    entity_secret      BLOB    NOT NULL,
    membership_version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account_id, region)
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    graph_arn       TEXT    NOT NULL REFERENCES graph (arn) ON DELETE CASCADE,
    account_id      TEXT    NOT NULL,
    email           TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN ('INVITED', 'VERIFICATION_IN_PROGRESS',
                                'VERIFICATION_FAILED', 'ENABLED', 'ACCEPTED_BUT_DISABLED')),
    disabled_reason TEXT    NOT NULL CHECK (disabled_reason IN ('', 'VOLUME_TOO_HIGH', 'VOLUME_UNKNOWN')),
    invitation_type TEXT    NOT NULL CHECK (invitation_type IN ('INVITATION', 'ORGANIZATION')),
    invited         INTEGER NOT NULL,
    updated         INTEGER NOT NULL,
    PRIMARY KEY (graph_arn, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_account ON member (account_id);

-- result stands last, so that lists, which do not select it, never read the
-- pages that it overflows to.
CREATE TABLE investigation (
    id            TEXT    PRIMARY KEY,
    graph_arn     TEXT    NOT NULL REFERENCES graph (arn) ON DELETE CASCADE,
    entity_arn    TEXT    NOT NULL,
    entity_type   TEXT    NOT NULL,
    created       INTEGER NOT NULL,
    scope_start   INTEGER NOT NULL,
    scope_end     INTEGER NOT NULL,
    status        TEXT    NOT NULL CHECK (status IN ('RUNNING', 'FAILED', 'SUCCESSFUL')),
    severity      TEXT    NOT NULL CHECK (severity IN ('', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    state         TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'ARCHIVED')),
    failure_cause TEXT    NOT NULL,
    result        BLOB
) STRICT;

CREATE INDEX investigation_graph ON investigation (graph_arn, created, id);

CREATE TABLE job (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    payload       BLOB    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('WAITING', 'CLAIMED', 'FAILED')),
    attempts      INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    not_before    INTEGER NOT NULL,
    claimed_by    TEXT    NOT NULL,
    claimed_until INTEGER NOT NULL,
    last_error    TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX job_unfinished ON job (kind, key) WHERE state <> 'FAILED';

-- +goose Down
DROP TABLE job;
DROP TABLE investigation;
DROP TABLE member;
DROP TABLE graph;
DROP TABLE access_key;
DROP TABLE account;
