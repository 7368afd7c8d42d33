-- The least that leaves the same behind: the code, the quota's one row, and what is only added.
CREATE TABLE allowance (
    id bigint PRIMARY KEY,
    limit_kg numeric(20, 6) NOT NULL,
    used_kg numeric(20, 6) NOT NULL DEFAULT 0 CHECK (used_kg >= 0)
);
CREATE TABLE authorization_ (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code varchar(12) NOT NULL UNIQUE,
    status varchar(10) NOT NULL,
    buyer bigint NOT NULL,
    seller bigint NOT NULL,
    allowance bigint NOT NULL REFERENCES allowance,
    net_kg numeric(20, 6) NOT NULL CHECK (net_kg > 0),
    sold_kg numeric(20, 6) NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE sale (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    authorization_ bigint NOT NULL REFERENCES authorization_,
    net_kg numeric(20, 6) NOT NULL CHECK (net_kg > 0),
    plate varchar(15) NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE ledger_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    allowance bigint NOT NULL REFERENCES allowance,
    authorization_ bigint NOT NULL REFERENCES authorization_,
    reserved_kg numeric(20, 6) NOT NULL,
    consumed_kg numeric(20, 6) NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind varchar(50) NOT NULL,
    authorization_ bigint NOT NULL REFERENCES authorization_,
    actor bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE duty (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    authorization_ bigint NOT NULL REFERENCES authorization_,
    due_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX duty_due ON duty (due_at);
