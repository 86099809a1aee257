// clang-format off
// What is on a device's disk. Migrations are append-only: the i-th brings a file from user_version i to i + 1.
//
// queue.db (application_id "OpgQ"): own mutations. Never thrown away.
//   state       the QueueState message in two copies, each with a checksum: a flipped byte in one costs nothing.
//   queue_keys  keys under which payloads are sealed, each wrapped to the base's and to the store's public key; one for
//               each set of scopes and process. wrapped_for_store empty: what it seals is the base's only (I11).
//   mutations   one row each, in the order of capture (position). Clear: seq, intent id, envelope (scopes, type,
//               record, subject), key id, state, rev, refusal. Sealed: payload (associated data = envelope).
//                 state 1 queued        not yet answered: sent again until it is
//                       2 acknowledged  APPLIED(rev), but the confirmed copy may not contain it yet: overlay
//                       3 kept          contained; stays until the durable horizon has passed rev (I13)
//                       4 refused       QUARANTINED(code, field); settled = 1 once fixed or withdrawn
//               why: what put it into the queue (opgang/decisions.h).
//               seq 0 = numbered by a former replica. checksum: over all other columns, so that a damaged row
//               is noticed and read around (I18). mutations_live lists all that is not kept, on its own pages.
//   erasures    citizens who were erased at the base, with its proof, and under which epoch it last said so: a base that was
//               restored is told of them (I12). Ids, and nothing else of anybody.
//
//   use_chains, uses   what this store was used for (use_log.h). next_key empty: nothing is added to that chain any more.
//               rev 0 = the base has not taken it; else its newest rev when it did.
//
//     (save) -> queued -> acknowledged -> kept -> (gone)    new epoch: acknowledged, kept, refused -> queued, in the
//                    `--> refused -> settled                order of capture; settled stays. ERASED: gone at once
//     a scope fetched again from the beginning: kept -> acknowledged, so that own work stays visible meanwhile
//
// confirmed.db (application_id "OpgC"): the copy of what the base holds. Thrown away and fetched again when
// damaged.
//   records      one row for each living record: id, type, subject and rev in clear, the Record message sealed
//                under the store's row key, bound to table, id, rev and format. stale = 1: of a former epoch,
//                any rev replaces it.
//   memberships  in which scopes a record stands; mark = the sweep in which the base last named it there. left_rev > 0: it
//                left that scope at this rev, and stays until every other scope has been current beyond it, because one of
//                them may be where it went (I10).
//   cursors      how far each scope has come (rev 0: to be sent from the beginning), and how far it was when it was
//                last current; sweep counts its resets, sweeping = 1 from a reset until Current. skipped: 0, or the
//                schema of the app that found a change in it which it did not know: a newer app asks for the scope
//                from the beginning.
// clang-format on
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_SCHEMA_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_SCHEMA_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace opgang {

// 16 MiB: what an afternoon brings is copied into the file once, when the store is closed, and not four times meanwhile.
inline constexpr int kMostLogPages = 4096;
inline constexpr uint32_t kQueueApplicationId = 0x4f706751;      // "OpgQ"
inline constexpr uint32_t kConfirmedApplicationId = 0x4f706743;  // "OpgC"

inline constexpr std::array<std::string_view, 1> kQueueMigrations = {
    R"(
CREATE TABLE state(copy INTEGER PRIMARY KEY, bytes BLOB NOT NULL, checksum BLOB NOT NULL) STRICT;
CREATE TABLE queue_keys(key_id BLOB PRIMARY KEY, wrapped_for_base BLOB NOT NULL, wrapped_for_store BLOB NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE mutations(
  position INTEGER PRIMARY KEY, seq INTEGER NOT NULL, intent_id BLOB NOT NULL, envelope BLOB NOT NULL,
  key_id BLOB NOT NULL, sealed_payload BLOB NOT NULL, state INTEGER NOT NULL, rev INTEGER NOT NULL,
  code INTEGER NOT NULL, field INTEGER NOT NULL, settled INTEGER NOT NULL, why INTEGER NOT NULL,
  checksum BLOB NOT NULL) STRICT;
CREATE TABLE erasures(subject_id BLOB PRIMARY KEY, proof BLOB NOT NULL, epoch BLOB NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE use_chains(
  chain_id BLOB PRIMARY KEY, sealed_start BLOB NOT NULL, next_key BLOB NOT NULL, next_number INTEGER NOT NULL,
  last_link BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE uses(
  chain_id BLOB NOT NULL, number INTEGER NOT NULL, link_before BLOB NOT NULL, sealed BLOB NOT NULL,
  link BLOB NOT NULL, rev INTEGER NOT NULL, PRIMARY KEY(chain_id, number)) STRICT, WITHOUT ROWID;
CREATE INDEX uses_unsent ON uses(chain_id, number) WHERE rev = 0;
CREATE INDEX mutations_live ON mutations(position) WHERE state <> 3;
)"};

inline constexpr std::array<std::string_view, 1> kConfirmedMigrations = {
    R"(
CREATE TABLE records(
  record_id BLOB PRIMARY KEY, record_type INTEGER NOT NULL, subject_id BLOB NOT NULL, rev INTEGER NOT NULL,
  stale INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_subject ON records(subject_id) WHERE subject_id <> x'';
CREATE TABLE memberships(
  scope BLOB NOT NULL, record_id BLOB NOT NULL, mark INTEGER NOT NULL,
  left_rev INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(scope, record_id))
  STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_record ON memberships(record_id);
CREATE INDEX memberships_left ON memberships(left_rev) WHERE left_rev > 0;
CREATE TABLE cursors(
  scope BLOB PRIMARY KEY, generation INTEGER NOT NULL, rev INTEGER NOT NULL, current INTEGER NOT NULL,
  sweep INTEGER NOT NULL, sweeping INTEGER NOT NULL, skipped INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)"};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_SCHEMA_H_
