-- What witnesses saw of the log. Not a read model: no entry holds it.
CREATE TABLE cosignatures (
    size       BIGINT NOT NULL,
    witness    TEXT COLLATE "C" NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    checkpoint TEXT NOT NULL,
    line       TEXT NOT NULL,
    PRIMARY KEY (size, witness)
);
CREATE INDEX cosignatures_of_witness ON cosignatures (witness, size);
