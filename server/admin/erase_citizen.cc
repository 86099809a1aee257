#include "server/admin/erase_citizen.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/person_requests.h"
#include "server/admin/uses.h"
#include "server/engine/erasure.h"
#include "server/engine/open_case.h"

namespace opgang {
namespace {

constexpr std::string_view kHandleLetters = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kLeastHandle = 3, kMostHandle = 12;

// A typed letter as one of Crockford's base 32; nullopt: it is none.
std::optional<char> Letter(char typed) {
  if (typed >= 'A' && typed <= 'Z') typed = static_cast<char>(typed - 'A' + 'a');
  if (typed == 'o') typed = '0';
  if (typed == 'i' || typed == 'l') typed = '1';
  return kHandleLetters.find(typed) == std::string_view::npos ? std::nullopt : std::optional(typed);
}

// The last 60 bits of an id, twelve letters: what the handles on devices are the beginning of.
std::string LongHandleOf(RecordId id) {
  uint64_t tail = 0;
  for (size_t i = 8; i < 16; ++i) tail = (tail << 8) | id.uuid()[i];
  std::string handle;
  for (size_t i = 0; i < kMostHandle; ++i)
    handle += kHandleLetters[(tail >> (5 * (kMostHandle - 1 - i))) & 31];
  return handle;
}

absl::StatusOr<std::string> AsHandle(std::string_view typed) {
  std::string handle;
  for (const char c : typed) {
    const auto letter = Letter(c);
    if (letter.has_value()) handle += *letter;
  }
  const bool whole =
      handle.size() == typed.size() && handle.size() >= kLeastHandle && handle.size() <= kMostHandle;
  if (whole) return handle;
  return MakeError(ErrorCode::kBadInput, "a citizen is named by record id or handle, never by name");
}

// Whoever is joined with the citizen as the same person and has not been erased, as far as it is the caller's.
absl::StatusOr<std::vector<RecordId>> JoinedWith(BaseStore& store, const Caller& caller, RecordId citizen,
                                                 const v1::EraseCitizenRequest& request) {
  ASSIGN_OR_RETURN(const std::set<RecordId> persons, SamePersons(store, citizen));
  std::vector<RecordId> joined;
  for (const RecordId& person : persons) {
    if (person == citizen || store.IsErased(person)) continue;
    ASSIGN_OR_RETURN(const bool his, IsWhollyInSight(store, caller, person));
    if (his) joined.push_back(person);
    if (!his && request.duplicates() == v1::DUPLICATE_CHOICE_TAKE_ALONG)
      return MakeError(ErrorCode::kBaseRefused,
                       "somebody joined with this citizen is not yours to erase: say --only-this, or let the "
                       "base's own user erase both");
  }
  return joined;
}

// Those that go, the named one first.
absl::StatusOr<std::vector<RecordId>> WhoGoes(RecordId citizen, const v1::EraseCitizenRequest& request,
                                              const std::vector<RecordId>& joined) {
  std::vector<RecordId> going{citizen};
  if (request.duplicates() == v1::DUPLICATE_CHOICE_TAKE_ALONG)
    going.insert(going.end(), joined.begin(), joined.end());
  const bool must_choose =
      request.apply() && !joined.empty() && request.duplicates() == v1::DUPLICATE_CHOICE_UNSPECIFIED;
  if (!must_choose) return going;
  return MakeError(
      ErrorCode::kBadInput,
      "others are joined with this citizen as the same person: say --with-duplicates or --only-this");
}

absl::StatusOr<std::vector<v1::ErasureReach>> ReachOf(BaseReader& store, const std::vector<StoreId>& stores) {
  std::vector<v1::ErasureReach> reach;
  for (const StoreId& id : stores) {
    ASSIGN_OR_RETURN(const auto account, store.FindStore(id));
    if (!account.has_value()) continue;
    v1::ErasureReach& line = reach.emplace_back();
    line.set_store_id(id.ToBytes());
    line.set_device_label(account->device_label);
    line.set_holder(account->staff_code);
    ASSIGN_OR_RETURN(const auto replica, store.FindReplica(account->replica));
    if (replica.has_value()) line.set_last_sync_us(replica->last_sync_us);
  }
  return reach;
}

}  // namespace

void AddUp(const v1::ErasureCounts& more, v1::ErasureCounts& counts) {
  counts.set_record_count(counts.record_count() + more.record_count());
  counts.set_mutation_count(counts.mutation_count() + more.mutation_count());
  counts.set_quarantine_count(counts.quarantine_count() + more.quarantine_count());
  counts.set_referral_count(counts.referral_count() + more.referral_count());
  counts.set_conflict_count(counts.conflict_count() + more.conflict_count());
  counts.set_seat_count(counts.seat_count() + more.seat_count());
  counts.set_scope_count(std::max(counts.scope_count(), more.scope_count()));
}

absl::StatusOr<bool> IsWhollyInSight(BaseReader& store, const Caller& caller, RecordId citizen) {
  if (caller.local) return true;
  ASSIGN_OR_RETURN(std::vector<Scope> areas, store.ScopesOf(citizen));
  std::erase_if(areas, [](const Scope& scope) { return scope.kind != v1::SCOPE_KIND_AREA; });
  return caller.ReadsAll(areas);
}

absl::Status CheckWhollyInSight(BaseReader& store, const Caller& caller, RecordId citizen) {
  ASSIGN_OR_RETURN(const bool his, IsWhollyInSight(store, caller, citizen));
  if (his) return absl::OkStatus();
  return MakeError(ErrorCode::kBaseRefused,
                   "this citizen stands in an area that you do not read as well: who reads both decides, or "
                   "the base's own user");
}

absl::StatusOr<RecordId> CitizenNamed(BaseReader& store, std::string_view typed, const Caller& caller) {
  const absl::Status not_here = MakeError(ErrorCode::kNotFound, "no such citizen at this base");
  if (const auto uuid = UuidFromString(typed)) {
    const RecordId id(*uuid);
    if (!CheckRecordInSight(store, caller, id).ok()) return not_here;
    ASSIGN_OR_RETURN(const bool erased, store.IsNotedErased(id));
    ASSIGN_OR_RETURN(const auto record, store.FindRecord(id));
    const bool known = record.has_value() && record->type == static_cast<uint32_t>(RecordType::kCitizen);
    // One whose create never took effect is somebody all the same.
    ASSIGN_OR_RETURN(const ErasureFootprint footprint, store.FootprintOf(id));
    if (erased || known || (!record.has_value() && !footprint.empty())) return id;
    return not_here;
  }
  ASSIGN_OR_RETURN(const std::string handle, AsHandle(typed));
  ASSIGN_OR_RETURN(const std::vector<RecordId> citizens, store.Citizens());
  std::vector<RecordId> found;
  for (const RecordId& id : citizens) {
    const bool meant = LongHandleOf(id).starts_with(handle);
    if (meant && CheckRecordInSight(store, caller, id).ok()) found.push_back(id);
  }
  if (found.size() == 1) return found[0];
  return found.empty() ? MakeError(ErrorCode::kNotFound,
                                   "no citizen with that handle at this base; 'opgang find' shows the "
                                   "citizen's own, 'opgang due' the inquiry's")
                       : MakeError(ErrorCode::kAmbiguous,
                                   "several citizens have that handle here: more of it, "
                                   "or the record id");
}

absl::StatusOr<v1::EraseCitizenResponse> EraseCitizenAsAsked(BaseStore& store, Committer& committer,
                                                             const v1::EraseCitizenRequest& request,
                                                             absl::Time now, std::set<Scope>& touched,
                                                             const Caller& caller) {
  ASSIGN_OR_RETURN(const StaffMember person, PersonWhoDecides(store, request.actor()));
  ASSIGN_OR_RETURN(const RecordId citizen, CitizenNamed(store, request.citizen(), caller));
  RETURN_IF_ERROR(CheckWhollyInSight(store, caller, citizen));
  ASSIGN_OR_RETURN(const std::vector<RecordId> joined, JoinedWith(store, caller, citizen, request));
  ASSIGN_OR_RETURN(const std::vector<RecordId> going, WhoGoes(citizen, request, joined));
  if (!request.apply()) RETURN_IF_ERROR(NoteLook(store, person.staff_code, "erasure", citizen, now));
  v1::EraseCitizenResponse response;
  std::set<StoreId> stores;
  for (const RecordId& id : going) {
    response.add_citizen_ids(id.ToBytes());
    ASSIGN_OR_RETURN(const ErasureFootprint footprint, store.FootprintOf(id));
    AddUp(footprint.counts, *response.mutable_counts());
    stores.insert(footprint.stores.begin(), footprint.stores.end());
  }
  for (const RecordId& id : joined) response.add_joined_ids(id.ToBytes());
  ASSIGN_OR_RETURN(const auto reach, ReachOf(store, {stores.begin(), stores.end()}));
  response.mutable_reach()->Assign(reach.begin(), reach.end());
  if (!request.apply()) return response;
  ErasureOrder order{person.staff_code, request.reason(), now};
  if (order.reason == v1::ERASURE_REASON_UNSPECIFIED) order.reason = v1::ERASURE_REASON_REQUEST;
  for (const RecordId& id : going) {
    RETURN_IF_ERROR(EraseCitizen(store, id, order, touched));
    RETURN_IF_ERROR(SettleBy(store, id, v1::PERSON_REQUEST_KIND_ERASURE, order.actor, now));
  }
  RETURN_IF_ERROR(committer.AnswerWishes(now, touched));
  response.set_applied(true);
  return response;
}

absl::StatusOr<v1::ListErasuresResponse> ListErasures(BaseStore& store, bool open_only) {
  v1::ListErasuresResponse response;
  ASSIGN_OR_RETURN(const auto lines, store.Erasures());
  for (const v1::ErasureLine& line : lines) {
    const bool open = std::any_of(line.reach().begin(), line.reach().end(),
                                  [](const v1::ErasureReach& reach) { return reach.confirmed_us() == 0; });
    if (open || !open_only) *response.add_erasures() = line;
  }
  response.set_ledger_line_count(store.ledger().lines().size());
  return response;
}

}  // namespace opgang
