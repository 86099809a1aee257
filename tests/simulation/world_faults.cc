// Crashes, disks, copies and hostile clients.
#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/sqlite/durable_file.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {

// The process on the tablet ends; its stream breaks, and the base may notice much later.
void World::StopTablet(Tablet& tablet) {
  if (tablet.stream != nullptr) {
    tablet.stream->tablet_open = false;
    tablet.stream->down.clear();
  }
  CloseTablet(tablet);
}

// A reboot forgets the key that was remembered: the worker types the passphrase.
void World::StartAnew(Tablet& tablet, bool rebooted) {
  StopTablet(tablet);
  if (rebooted) {
    tablet.clock.Reboot();
    tablet.keys = std::make_unique<MemoryKeyProvider>(tablet.clock);
  }
  if (!OpenTablet(tablet)) Fail("I4", absl::StrCat("tablet ", tablet.number, " does not open again"));
}

void World::Kill(Tablet& tablet) {
  tablet.disk.Kill();
  Say(absl::StrCat("  tablet ", tablet.number, "'s process is killed"));
  Reach("a tablet's process was killed");
  StartAnew(tablet, /*rebooted=*/false);
}

void World::PowerCut(Tablet& tablet, uint32_t draw) {
  Prng prng(plan_.seed ^ draw);
  const int lost = tablet.disk.PowerCut(prng);
  Say(absl::StrCat("  tablet ", tablet.number, " loses its power and ", lost, " unsynced writes"));
  Reach(lost > 0 ? "a power cut at a tablet lost unsynced writes" : "a power cut at a tablet lost nothing");
  StartAnew(tablet, /*rebooted=*/true);
}

void World::RestartBase() {
  base_audit_->Close();
  for (const auto& stream : streams_) {
    stream->base = nullptr;
    stream->up.clear();
  }
  base_->Kill();
  const absl::Status opened = base_->Open();
  // The start may have finished an erasure, and taken out of the log what was read before.
  if (!erased_.empty()) base_audit_->StartAnew();
  if (!opened.ok()) return Fail("I1", absl::StrCat("the base does not open: ", opened.ToString()));
  base_audited_at_ = ~0ull;
}

void World::KillBase() {
  base_disk_->Kill();
  Say("  the base's process is killed");
  Reach("the base's process was killed");
  RestartBase();
}

void World::PowerCutBase(uint32_t draw) {
  Prng prng(plan_.seed ^ draw);
  const int lost = base_disk_->PowerCut(prng);
  Say(absl::StrCat("  the base loses its power and ", lost, " unsynced writes"));
  Reach(lost > 0 ? "a power cut at the base lost unsynced writes" : "a power cut at the base lost nothing");
  RestartBase();
}

void World::FailDisk(SimDisk& disk, uint32_t after, uint32_t how) {
  const int changes = static_cast<int>(after % 40);
  switch (how % 4) {
    case 0: return disk.FailAfter(changes, SQLITE_FULL, 1 + static_cast<int>(how % 7));
    case 1: return disk.FailAfter(changes, SQLITE_IOERR_WRITE, 1);
    case 2: return disk.FailAfter(changes, SQLITE_IOERR_FSYNC, 1);
    default: return disk.DieAfter(changes);
  }
}

// A full disk is said and survived. After anything worse the process ends and begins anew: neither a store nor the
// base goes on with a database that has failed.
void World::HealAfterTrouble() {
  if (base_disk_->dead()) PowerCutBase(static_cast<uint32_t>(said_));
  const int base_trouble = base_disk_->TakeFailed();
  if (base_trouble != 0)
    Reach(base_trouble == SQLITE_FULL ? "the base's disk was full" : "the base's disk failed");
  if (base_->failed() || (base_trouble != 0 && base_trouble != SQLITE_FULL)) {
    base_disk_->Heal();
    KillBase();
  }
  for (auto& tablet : tablets_) {
    if (tablet->disk.dead()) PowerCut(*tablet, static_cast<uint32_t>(said_));
    const int trouble = tablet->disk.TakeFailed();
    if (trouble == 0) continue;
    Reach(trouble == SQLITE_FULL ? "a tablet's disk was full" : "a tablet's disk failed");
    if (trouble == SQLITE_FULL) continue;
    tablet->disk.Heal();
    Kill(*tablet);
  }
}

std::map<std::string, std::string> World::FilesOf(const Tablet& tablet) const {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tablet.home)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = ReadWholeFile(entry.path());
    if (bytes.ok()) files[std::filesystem::relative(entry.path(), tablet.home).string()] = *bytes;
  }
  return files;
}

void World::Clone(Tablet& tablet) {
  if (tablets_.size() >= static_cast<size_t>(kMostTablets) || tablet.store == nullptr) return;
  const int number = static_cast<int>(tablets_.size());
  auto clone = MakeTablet(number, tablet.peer);
  clone->parent = tablet.number;
  clone->own = tablet.own;
  clone->damaged = tablet.damaged;
  clone->lost = tablet.lost;
  clone->damaged_work = tablet.damaged_work;
  clone->store_keys = tablet.store_keys;
  partings_[{number, 0}] = {{tablet.number, tablet.life}, static_cast<int>(ledger_.entries().size())};
  for (const auto& [name, bytes] : FilesOf(tablet)) {
    std::filesystem::create_directories((clone->home / name).parent_path());
    if (!WriteFileDurably(clone->home / name, bytes).ok()) return Fail("setup", "a clone cannot be written");
  }
  clone->disk.Restore(tablet.disk.Copy());
  Say(absl::StrCat("  tablet ", number, " is a clone of tablet ", tablet.number));
  Reach("a tablet was cloned");
  ExcuseAll("a tablet was cloned");
  tablets_.push_back(std::move(clone));
  if (!OpenTablet(*tablets_.back())) Fail("I3", "a clone does not open");
}

void World::TakeImage(Tablet& tablet) {
  tablet.image = tablet.disk.Copy();
  tablet.image_parting = {{tablet.number, tablet.life}, static_cast<int>(ledger_.entries().size())};
  tablet.image_uses = uses_.size();
  tablet.image_damaged = tablet.damaged;
  tablet.image_lost = tablet.lost;
  tablet.image_damaged_work = tablet.damaged_work;
  AuditTablets();
  tablet.image_holds.clear();
  for (const auto& [intent, row] : tablet.audit->rows()) tablet.image_holds.insert(intent);
}

// What the tablet held and the image does not is destroyed: lost, where it lay nowhere else.
void World::RestoreTablet(Tablet& tablet) {
  if (!tablet.image.has_value()) return;
  AuditTablets();
  for (const auto& [intent, row] : tablet.audit->rows()) {
    Captured* captured = ledger_.Find(intent);
    if (captured != nullptr && !tablet.image_holds.contains(intent)) captured->copy_destroyed = true;
  }
  for (size_t i = tablet.image_uses; i < uses_.size(); ++i)
    uses_[i].destroyed |= uses_[i].tablet == tablet.number;
  tablet.disk.Restore(*tablet.image);
  StopTablet(tablet);
  ++tablet.life;
  partings_[{tablet.number, tablet.life}] = tablet.image_parting;
  tablet.own.clear();
  std::erase_if(said_gone_, [&](const auto& said) { return said.first.first == tablet.number; });
  tablet.damaged = tablet.image_damaged;
  tablet.lost = tablet.image_lost;
  tablet.damaged_work = tablet.image_damaged_work;
  Say(absl::StrCat("  tablet ", tablet.number, " is put back to an old image"));
  Reach("a tablet was put back to an old image");
  ExcuseAll("a tablet was put back");
  if (!OpenTablet(tablet)) Fail("I3", "an old image does not open");
}

void World::TakeBaseImage() {
  base_image_ = base_disk_->Copy();
  Reach("the base was copied");
}

absl::Status GiveNewEpoch(const std::string& base_file, EpochId epoch) {
  sqlite3* db = nullptr;
  int rc = sqlite3_open_v2(base_file.c_str(), &db, SQLITE_OPEN_READWRITE, kVfs);
  sqlite3_stmt* statement = nullptr;
  if (rc == SQLITE_OK) {
    rc = sqlite3_prepare_v2(db, "UPDATE meta SET value = ?1 WHERE key = 'epoch'", -1, &statement, nullptr);
  }
  const std::string bytes = epoch.ToBytes();
  if (rc == SQLITE_OK) rc = sqlite3_bind_blob(statement, 1, bytes.data(), 16, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_step(statement);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return rc == SQLITE_DONE ? absl::OkStatus() : MakeError(ErrorCode::kDamaged, "no epoch was written");
}

// Yesterday's copy becomes the base, under a new epoch.
void World::RestoreBase(uint32_t draw) {
  if (!base_image_.has_value()) return;
  NoteAnswers();
  base_disk_->Restore(*base_image_);
  for (const auto& stream : streams_) {
    stream->base = nullptr;
    stream->up.clear();
  }
  base_audit_->StartAnew();
  base_->Kill();
  Prng prng(plan_.seed ^ draw);
  const absl::Status renewed = GiveNewEpoch(base_->file().string(), EpochId::Make(now_, prng));
  if (!renewed.ok()) return Fail("setup", renewed.ToString());
  RestartBase();
  if (failure_.has_value()) return;
  epoch_ = base_->store().epoch().ToBytes();
  ++epochs_;
  heard_.clear();
  announced_.clear();
  due_.clear();
  pushes_heard_.clear();
  fates_checked_ = 0;
  Say("  the base is put back to an old copy, under a new epoch");
  Reach("the base was put back to an old copy");
  ExcuseAll("the base was put back");
}

// A Push that the base has heard before comes once more: as it was, or under the same places with other bytes.
void World::Replay(Tablet& tablet, uint32_t which, bool tampered) {
  const auto heard = pushes_heard_.find(tablet.peer.store);
  if (heard == pushes_heard_.end() || tablet.stream == nullptr) return;
  if (!tablet.run->session().progress().scopes_total && tablet.stream->base == nullptr) return;
  v1::Push push = heard->second[which % heard->second.size()];
  for (auto& mutation : *push.mutable_mutations()) {
    v1::MutationEnvelope envelope;
    const bool decided =
        envelope.ParseFromString(mutation.envelope()) &&
        base_audit_->Find(IntentId::FromBytes(envelope.intent_id()).value_or(IntentId())) != nullptr;
    if (!decided) return;  // a forger who came first would hold the place for good
    if (!tampered) continue;
    const bool opened = !mutation.opened_payload().empty();
    (opened ? mutation.mutable_opened_payload() : mutation.mutable_sealed_payload())->back() ^= 1;
  }
  v1::SyncRequest request;
  *request.mutable_push() = std::move(push);
  tablet.stream->up.push_back(request.SerializeAsString());
  Say(absl::StrCat("  stream ", tablet.stream->id, " brings an old Push again",
                   tampered ? ", with other bytes" : ""));
  Reach(tampered ? "an id came again with other bytes" : "an old Push came again");
}

// A client with a certificate of its own, and no good intentions.
void World::Forge(Tablet& tablet, uint32_t what) {
  v1::SyncRequest request;
  std::shared_ptr<Stream> stream = tablet.stream;
  const uint32_t kind = what % 6;
  if (stream == nullptr || kind == 0) {
    stream = std::make_shared<Stream>();
    stream->id = next_stream_++;
    stream->tablet = tablet.number;
    stream->base = base_->Connect(tablet.peer, limits_);
    stream->tablet_open = false;
    stream->hostile = true;
    stream->half_closed = true;
    streams_.push_back(stream);
  }
  if (kind == 1) {
    request.mutable_hello()->set_protocol_version(1);  // twice, or without a token
  } else if (kind == 2) {
    request.mutable_page_ack()->set_page_count(1000000000);
  } else if (kind == 3) {
    request.mutable_heartbeat()->set_time_us(-1);
  } else if (kind == 4) {
    Prng prng(what);
    v1::SealedMutation& mutation = *request.mutable_push()->add_mutations();
    mutation.set_seq(++hostile_seq_);
    mutation.set_envelope(prng.Bytes(40));
    mutation.set_sealed_payload(prng.Bytes(60));
  }  // 0: a Push before Hello would be kind 4 on a new stream; here a message of nothing
  stream->up.push_back(request.SerializeAsString());
  Say(absl::StrCat("  stream ", stream->id, " is told a forged ", Describe(request)));
  Reach("a hostile message came");
}

}  // namespace opgang::simulation
