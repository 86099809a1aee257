#include "server/admin/dwelling_import.h"

#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/enrolment.h"
#include "server/engine/base_author.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr size_t kGroup = 500;  // mutations in one commit

template <typename T>
struct Known {
  StoredRecord record;
  T content;
  bool seen = false;  // in the file
};

// What one area holds of a type, found by the register's id or by address.
template <typename T>
class Places {
 public:
  absl::Status Load(BaseStore& store, const Scope& scope) {
    const auto type = static_cast<uint32_t>(RecordTypeOf<T>().type);
    ASSIGN_OR_RETURN(std::vector<StoredRecord> records, store.RecordsOfType(scope, type));
    for (StoredRecord& record : records) {
      T content;
      if (!content.ParseFromString(record.record.fields())) {
        return MakeError(ErrorCode::kDamaged, "an address record does not parse");
      }
      Add({std::move(record), std::move(content), false});
    }
    return absl::OkStatus();
  }

  Known<T>* Find(const T& wanted) {
    if (!wanted.register_id().empty()) {
      if (auto it = by_register_id_.find(wanted.register_id()); it != by_register_id_.end())
        return &all_[it->second];
    }
    const auto it = by_address_.find(AddressOf(wanted));
    if (it == by_address_.end()) return nullptr;
    Known<T>& found = all_[it->second];
    const bool another = !wanted.register_id().empty() && !found.content.register_id().empty();
    return another && found.content.status() == v1::PLACE_STATUS_CLOSED ? nullptr : &found;
  }

  void Add(Known<T> known) {
    if (!known.content.register_id().empty()) by_register_id_[known.content.register_id()] = all_.size();
    by_address_[AddressOf(known.content)] = all_.size();
    all_.push_back(std::move(known));
  }

  std::vector<Known<T>>& all() { return all_; }

 private:
  static std::string AddressOf(const v1::Entrance& entrance) {
    return entrance.street() + '\n' + entrance.number() + '\n' + entrance.postcode();
  }
  static std::string AddressOf(const v1::Dwelling& dwelling) {
    return dwelling.entrance_id() + dwelling.floor() + '\n' + dwelling.door();
  }

  std::vector<Known<T>> all_;
  std::map<std::string, size_t> by_register_id_;
  std::map<std::string, size_t> by_address_;
};

// Brings one area in line with its rows.
class AreaImport {
 public:
  AreaImport(BaseStore& store, Committer& committer, BaseAuthor& author, Scope scope,
             v1::ImportDwellingsResponse& counts, std::set<Scope>& touched)
      : store_(store),
        committer_(committer),
        author_(author),
        scope_(scope),
        counts_(counts),
        touched_(touched) {}

  absl::Status Run(const std::vector<const v1::DwellingRow*>& rows) {
    RETURN_IF_ERROR(entrances_.Load(store_, scope_));
    RETURN_IF_ERROR(dwellings_.Load(store_, scope_));
    for (const v1::DwellingRow* row : rows) {
      ASSIGN_OR_RETURN(const RecordId entrance, Place(entrances_, row->entrance()));
      v1::Dwelling dwelling = row->dwelling();
      dwelling.set_entrance_id(entrance.ToBytes());
      RETURN_IF_ERROR(Place(dwellings_, dwelling).status());
    }
    RETURN_IF_ERROR(CloseUnseen(dwellings_));
    RETURN_IF_ERROR(CloseUnseen(entrances_));
    return Flush();
  }

 private:
  template <typename T>
  absl::StatusOr<RecordId> Place(Places<T>& places, T wanted) {
    wanted.set_status(v1::PLACE_STATUS_ACTIVE);
    wanted.set_source(v1::PLACE_SOURCE_REGISTER);
    Known<T>* known = places.Find(wanted);
    if (known == nullptr) {
      Known<T> added;
      RETURN_IF_ERROR(Queue(author_.Create(wanted, scope_, added.record.id)));
      const RecordId id = added.record.id;
      added.content = wanted;
      added.seen = true;
      places.Add(std::move(added));
      ++(std::is_same_v<T, v1::Entrance> ? entrances_added_ : dwellings_added_);
      return id;
    }
    const bool first_time = !std::exchange(known->seen, true);
    if (first_time) RETURN_IF_ERROR(Change(*known, wanted));
    return known->record.id;
  }

  template <typename T>
  absl::Status Change(Known<T>& known, const T& wanted) {
    auto patch = author_.Patch(known.record, wanted);
    if (!patch.has_value()) {
      counts_.set_unchanged(counts_.unchanged() + 1);
      return absl::OkStatus();
    }
    counts_.set_changed(counts_.changed() + 1);
    return Queue(*std::move(patch));
  }

  // Gone from the file: closed. What was added at a door never was in one.
  template <typename T>
  absl::Status CloseUnseen(Places<T>& places) {
    for (Known<T>& known : places.all()) {
      const bool closes = !known.seen && known.content.status() == v1::PLACE_STATUS_ACTIVE &&
                          known.content.source() == v1::PLACE_SOURCE_REGISTER;
      if (!closes) continue;
      T closed = known.content;
      closed.set_status(v1::PLACE_STATUS_CLOSED);
      if (auto patch = author_.Patch(known.record, closed)) RETURN_IF_ERROR(Queue(*std::move(patch)));
      counts_.set_closed(counts_.closed() + 1);
    }
    return absl::OkStatus();
  }

  absl::Status Queue(Submission submission) {
    waiting_.push_back(std::move(submission));
    return waiting_.size() < kGroup ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    counts_.set_entrances_added(counts_.entrances_added() + std::exchange(entrances_added_, 0));
    counts_.set_dwellings_added(counts_.dwellings_added() + std::exchange(dwellings_added_, 0));
    ASSIGN_OR_RETURN(CommitOutcome outcome, committer_.Commit(waiting_));
    waiting_.clear();
    touched_.merge(outcome.touched);
    for (const auto& verdicts : outcome.verdicts) {
      if (!verdicts[0].has_applied())
        return MakeError(ErrorCode::kRefused, "an address was refused: see quarantine");
    }
    return absl::OkStatus();
  }

  BaseStore& store_;
  Committer& committer_;
  BaseAuthor& author_;
  const Scope scope_;
  v1::ImportDwellingsResponse& counts_;
  std::set<Scope>& touched_;
  Places<v1::Entrance> entrances_;
  Places<v1::Dwelling> dwellings_;
  std::vector<Submission> waiting_;
  int entrances_added_ = 0;
  int dwellings_added_ = 0;
};

}  // namespace

absl::StatusOr<v1::ImportDwellingsResponse> ImportDwellings(BaseStore& store, Committer& committer,
                                                            const v1::ImportDwellingsRequest& request,
                                                            Clock& clock, Random& random,
                                                            std::set<Scope>& touched) {
  std::map<std::string, std::vector<const v1::DwellingRow*>> by_area;
  for (const v1::DwellingRow& row : request.rows()) {
    const std::string& area = row.area().empty() ? request.area() : row.area();
    if (area.empty()) return MakeError(ErrorCode::kBadInput, "a row without an area");
    by_area[area].push_back(&row);
  }
  ASSIGN_OR_RETURN(const uint64_t next_seq, store.NextSeq(BaseAuthor::ReplicaOf(store.epoch())));
  BaseAuthor author(store.epoch(), next_seq, clock, random);
  v1::ImportDwellingsResponse counts;
  for (const auto& of_area : by_area) {
    AreaId area;
    RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const MunicipalityId municipality,
                       MunicipalityNamed(store, request.municipality(), clock.WallNow(), random));
      ASSIGN_OR_RETURN(area, AreaNamed(store, of_area.first, clock.WallNow(), random, municipality));
      return absl::OkStatus();
    }));
    AreaImport import(store, committer, author, AreaScope(area), counts, touched);
    RETURN_IF_ERROR(import.Run(of_area.second));
  }
  return counts;
}

}  // namespace opgang
