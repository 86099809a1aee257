// What is on disk at the base: base.db, one SQLite file (WAL, synchronous=FULL).
//
//   meta        epoch, newest_rev, key_check (an empty row, sealed: tells another storage key at once); backup_key (the
//               public half), first_write_us; after a restore restored_from, restored_rev, let_go_rev (base_store.h:
//               BackupFacts)
//   municipalities  municipality_id (its directory's scope goes by it), sealed name; the default one has no row
//   areas       area_id, municipality_id, sealed name
//   staff       staff_code, municipality_id, role, since when (0: from the beginning)
//   former_roles  roles that a staff member had: from when until when
//   grants      staff_code x scope: generation, mode, given_us (0: from the beginning); taken_us > 0: since when it is taken
//   former_grants  what was taken and given anew since: scope, mode, from when until when
//   stores      one staff member's data on one device: invited, enrolled, public keys, the replica named last,
//               twin_since_us (it exists twice), work_since_us (nothing it hands in is older). tls_key: hash of the public
//               key that redeemed the invitation; alarm_us: another one tried. lease_*: the lease's end, the key that proofs
//               of the passphrase are checked with, and wrong ones. last_read_us: last session that read. revoked_us,
//               revoked_reason: taken out of use
//   replicas    a store's identities: tokens, last heard, retired
//   holdings    replica x scope that it was given to read: when it was told that it may no longer, and when it confirmed
//               that nothing of it is left on the device
//   records     record_id: type, subject, rev, sealed Record; open = 1: values stand side by side in it
//   feed        scope x record: latest rev and change (PUT LEAVE DELETE ERASE); one row per record and scope; of PUT
//               also the row's sum (core/checksum/scope_sum.h). change 0: a DELETE older than the tombstone floor, told
//               to nobody; it still says where the record stood, for a late edit that brings it back. change -1: a
//               LEAVE of that age; it says where the record stood before, for a late edit by somebody there
//   leaf_sums   scope x leaf: how many PUT rows, and their sum; written with the feed rows
//   rev_marks   once a day: how far the revs had come. meta's tombstone_floor: LEAVE and DELETE up to it are gone
//   log         intent_id, unique (replica, seq): digest, verdict, receive time, recorded interval (earliest, latest),
//               sealed envelope and payload. A field's history is derived from it (core/merge/history.h). told: the
//               verdict that a write-only author was given, where it is not the true one
//   referrals   what write-only authors handed in, by the intent of the citizen's create: when it was received and first
//               taken up; sealed: the door, in its author's words
//   quarantine  intent_id: what was refused; its bytes are in the log, as they came where it is not opened
//   stolen_words  intent_id: what the first of two people said of a stolen store's work
//   fate_changes  who replayed, discarded or corrected what, when, why
//   seat_groups, seat_meetings, seats
//               what the chairs of limited groups need of the records, written with them: capacity and area; group,
//               beginning, planned or not; meeting and the state in front (0: deleted)
//   leases      replica x meeting: chairs lent to it, used by what took effect, given back (core/rules/seat_escrow.h)
//   backups     every backup that left this base: epoch, rev, when, hash of its receipt, who confirmed it and when
//   data_keys   whose key lies in which slot of keys/citizens.keys (key_slots.h): citizens, and months of the audit
//   erasures    whom this base has erased: when, by whom, why, at which rev; meta's ledger_lines: how much of
//               keys/erased.ledger has been brought about here. erasure_stores: which stores may hold something of it.
//               erasure_heeded: which replicas have said that nothing is left
//               Of an erased record the row stays, without content (sealed empty), and ERASE in the feed; of a mutation its
//               fate: that makes it last when a late device comes
//   person_requests, retention
//               what persons asked for, with the clock of each; how long what is kept
//   audit       the chain of what was used by whom (audit_chain.h); audit_looks: how often a look was repeated;
//               audit_checkpoints: what has expired. meta's audit_head: how far the chain had come
//
// What is about a citizen (records, log, referrals) is sealed under the citizen's key, everything else under the base's
// storage key; associated data binding table, row, rev and format. Clear: ids, scopes, revs,
// times, codes of staff and devices. Times are microseconds since 1970-01-01 UTC, base time.
//
// Migrations are append-only: kBaseMigrations[i] brings user_version i to i + 1.
#ifndef OPGANG_SERVER_STORE_SQLITE_BASE_SCHEMA_H_
#define OPGANG_SERVER_STORE_SQLITE_BASE_SCHEMA_H_

#include <cstdint>
#include <string_view>

namespace opgang {

inline constexpr uint32_t kBaseApplicationId = 0x4f706262;  // "Opbb"

// In feed.change: see above.
inline constexpr int64_t kToldToNobody = 0;
inline constexpr int64_t kLeftLongAgo = -1;
// In meta.
inline constexpr std::string_view kTombstoneFloor = "tombstone_floor";
inline constexpr std::string_view kAuditHead = "audit_head";      // audit_chain.h: AuditHeadBytes()
inline constexpr std::string_view kLedgerLines = "ledger_lines";  // of keys/erased.ledger, brought about here

inline constexpr std::string_view kBaseMigrations[] = {
    R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE municipalities (municipality_id BLOB PRIMARY KEY, sealed_name BLOB NOT NULL) STRICT;
CREATE TABLE areas (
  area_id BLOB PRIMARY KEY, municipality_id BLOB NOT NULL, sealed_name BLOB NOT NULL) STRICT;
CREATE TABLE staff (
  staff_code TEXT PRIMARY KEY, municipality_id BLOB NOT NULL, role TEXT NOT NULL, role_since_us INTEGER NOT NULL)
  STRICT;
CREATE TABLE former_roles (
  staff_code TEXT NOT NULL, role TEXT NOT NULL, from_us INTEGER NOT NULL, until_us INTEGER NOT NULL) STRICT;
CREATE INDEX former_roles_by_staff ON former_roles (staff_code);
CREATE TABLE grants (
  staff_code TEXT NOT NULL, scope BLOB NOT NULL, generation INTEGER NOT NULL, mode INTEGER NOT NULL,
  given_us INTEGER NOT NULL, taken_us INTEGER NOT NULL, PRIMARY KEY (staff_code, scope)) STRICT, WITHOUT ROWID;
CREATE TABLE former_grants (
  staff_code TEXT NOT NULL, scope BLOB NOT NULL, generation INTEGER NOT NULL, mode INTEGER NOT NULL,
  given_us INTEGER NOT NULL, taken_us INTEGER NOT NULL) STRICT;
CREATE INDEX former_grants_by_staff ON former_grants (staff_code);
CREATE TABLE stores (
  store_id BLOB PRIMARY KEY, staff_code TEXT NOT NULL, device_label TEXT NOT NULL, invitation_id BLOB NOT NULL,
  invited_us INTEGER NOT NULL, enrolled_us INTEGER NOT NULL, proof_public_key BLOB NOT NULL,
  store_public_key BLOB NOT NULL, replica_id BLOB NOT NULL, twin_since_us INTEGER NOT NULL,
  work_since_us INTEGER NOT NULL, tls_key BLOB NOT NULL, alarm_us INTEGER NOT NULL,
  lease_public_key BLOB NOT NULL, lease_until_us INTEGER NOT NULL, lease_wrong_count INTEGER NOT NULL,
  lease_wrong_us INTEGER NOT NULL, last_read_us INTEGER NOT NULL, revoked_us INTEGER NOT NULL,
  revoked_reason INTEGER NOT NULL) STRICT;
CREATE TABLE replicas (
  replica_id BLOB PRIMARY KEY, store_id BLOB NOT NULL, token BLOB NOT NULL, previous_token BLOB NOT NULL,
  last_sync_us INTEGER NOT NULL, unsent_count INTEGER NOT NULL, nearest_due_us INTEGER NOT NULL,
  last_earliest_us INTEGER NOT NULL, retired INTEGER NOT NULL) STRICT;
CREATE INDEX replicas_by_store ON replicas (store_id);
CREATE TABLE records (
  record_id BLOB PRIMARY KEY, type INTEGER NOT NULL, subject BLOB NOT NULL, rev INTEGER NOT NULL,
  open INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE INDEX records_open ON records (record_id) WHERE open = 1;
CREATE INDEX records_by_subject ON records (subject, type) WHERE subject <> x'';
CREATE TABLE feed (
  scope BLOB NOT NULL, record_id BLOB NOT NULL, rev INTEGER NOT NULL, change INTEGER NOT NULL,
  row_sum BLOB NOT NULL, PRIMARY KEY (scope, record_id)) STRICT, WITHOUT ROWID;
CREATE INDEX feed_by_rev ON feed (scope, rev);
CREATE INDEX feed_by_record ON feed (record_id);
CREATE INDEX feed_tombstones ON feed (rev) WHERE change IN (2, 3);
CREATE TABLE leaf_sums (
  scope BLOB NOT NULL, leaf INTEGER NOT NULL, count INTEGER NOT NULL, sum BLOB NOT NULL,
  PRIMARY KEY (scope, leaf)) STRICT, WITHOUT ROWID;
CREATE TABLE rev_marks (at_us INTEGER PRIMARY KEY, rev INTEGER NOT NULL) STRICT;
CREATE TABLE log (
  intent_id BLOB PRIMARY KEY, replica_id BLOB NOT NULL, seq INTEGER NOT NULL, digest BLOB NOT NULL,
  verdict BLOB NOT NULL, told BLOB NOT NULL, record_id BLOB NOT NULL, subject BLOB NOT NULL, author TEXT NOT NULL,
  received_us INTEGER NOT NULL, earliest_us INTEGER NOT NULL, latest_us INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX log_by_place ON log (replica_id, seq);
CREATE INDEX log_by_record ON log (record_id);
CREATE TABLE holdings (
  replica_id BLOB NOT NULL, scope BLOB NOT NULL, told_us INTEGER NOT NULL, removed_us INTEGER NOT NULL,
  PRIMARY KEY (replica_id, scope)) STRICT, WITHOUT ROWID;
CREATE TABLE referrals (
  intent_id BLOB PRIMARY KEY, author TEXT NOT NULL, citizen_id BLOB NOT NULL, received_us INTEGER NOT NULL,
  taken_up_us INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE INDEX referrals_by_author ON referrals (author, received_us);
CREATE INDEX referrals_by_citizen ON referrals (citizen_id);
CREATE TABLE quarantine (
  intent_id BLOB PRIMARY KEY, record_id BLOB NOT NULL, record_type INTEGER NOT NULL, is_create INTEGER NOT NULL,
  opened INTEGER NOT NULL, queue_key_id BLOB NOT NULL, wrapped_for_base BLOB NOT NULL) STRICT;
CREATE INDEX quarantine_by_record ON quarantine (record_id);
CREATE TABLE stolen_words (
  intent_id BLOB PRIMARY KEY, discard INTEGER NOT NULL, actor TEXT NOT NULL, at_us INTEGER NOT NULL) STRICT;
CREATE TABLE fate_changes (
  change_id INTEGER PRIMARY KEY, intent_id BLOB NOT NULL, actor TEXT NOT NULL, first_actor TEXT NOT NULL,
  at_us INTEGER NOT NULL, kind INTEGER NOT NULL, reason INTEGER NOT NULL,
  old_verdict BLOB NOT NULL, new_verdict BLOB NOT NULL) STRICT;
CREATE INDEX fate_changes_by_time ON fate_changes (at_us);
CREATE TABLE seat_groups (
  group_id BLOB PRIMARY KEY, capacity INTEGER NOT NULL, area_id BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE seat_meetings (
  meeting_id BLOB PRIMARY KEY, group_id BLOB NOT NULL, start_us INTEGER NOT NULL, planned INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE INDEX seat_meetings_by_start ON seat_meetings (start_us);
CREATE TABLE seats (
  seat_id BLOB PRIMARY KEY, meeting_id BLOB NOT NULL, state INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX seats_by_meeting ON seats (meeting_id);
CREATE INDEX seats_wished ON seats (meeting_id) WHERE state = 2;
CREATE TABLE leases (
  replica_id BLOB NOT NULL, meeting_id BLOB NOT NULL, granted INTEGER NOT NULL, promised INTEGER NOT NULL,
  returned INTEGER NOT NULL, PRIMARY KEY (replica_id, meeting_id)) STRICT, WITHOUT ROWID;
CREATE INDEX leases_by_meeting ON leases (meeting_id);
CREATE TABLE backups (
  backup_id BLOB PRIMARY KEY, epoch BLOB NOT NULL, rev INTEGER NOT NULL, made_us INTEGER NOT NULL,
  receipt_hash BLOB NOT NULL, confirmed_us INTEGER NOT NULL, actor TEXT NOT NULL) STRICT;
CREATE TABLE data_keys (owner BLOB PRIMARY KEY, slot INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE erasures (
  citizen_id BLOB PRIMARY KEY, at_us INTEGER NOT NULL, actor TEXT NOT NULL, reason INTEGER NOT NULL,
  rev INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE erasure_stores (
  store_id BLOB NOT NULL, citizen_id BLOB NOT NULL, PRIMARY KEY (store_id, citizen_id)) STRICT, WITHOUT ROWID;
CREATE TABLE erasure_heeded (
  citizen_id BLOB NOT NULL, replica_id BLOB NOT NULL, at_us INTEGER NOT NULL,
  PRIMARY KEY (replica_id, citizen_id)) STRICT, WITHOUT ROWID;
CREATE TABLE person_requests (
  request_id BLOB PRIMARY KEY, kind INTEGER NOT NULL, citizen_id BLOB NOT NULL, received_us INTEGER NOT NULL,
  due_us INTEGER NOT NULL, extended INTEGER NOT NULL, settled_us INTEGER NOT NULL, outcome INTEGER NOT NULL,
  received_by TEXT NOT NULL, settled_by TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE retention (
  kind INTEGER PRIMARY KEY, days INTEGER NOT NULL, actor TEXT NOT NULL, at_us INTEGER NOT NULL) STRICT;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, month INTEGER NOT NULL, person_tag BLOB NOT NULL, note BLOB NOT NULL,
  person BLOB NOT NULL, link BLOB NOT NULL) STRICT;
CREATE INDEX audit_by_person ON audit (person_tag) WHERE person_tag <> x'';
CREATE TABLE audit_looks (
  seq INTEGER PRIMARY KEY, look_count INTEGER NOT NULL, last_us INTEGER NOT NULL, mark BLOB NOT NULL) STRICT;
CREATE TABLE use_chains (
  chain_id BLOB PRIMARY KEY, next_number INTEGER NOT NULL, last_link BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE use_links (link BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX use_links_by_seq ON use_links (seq);
CREATE TABLE audit_checkpoints (from_seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
)sql",
};

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_SQLITE_BASE_SCHEMA_H_
