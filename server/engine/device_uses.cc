#include "server/engine/device_uses.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/sealing/use_chain.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr int kMostUses = 500;
constexpr int kMostRecords = 32;
constexpr size_t kMostDetailBytes = 64;
// The key of a use is found by counting from the first: at most some hundredths of a second.
constexpr uint64_t kMostInAChain = 2 * kMostUsesInAChain;
constexpr int64_t kOneLookUs = int64_t{3600} * 1'000'000;

bool IsUse(const v1::DeviceUse& use) {
  const bool known = use.action() == v1::AUDIT_ACTION_LOOKED_AT ||
                     use.action() == v1::AUDIT_ACTION_SEARCHED || use.action() == v1::AUDIT_ACTION_LISTED;
  return known && use.detail().size() <= kMostDetailBytes && use.record_ids_size() <= kMostRecords;
}

// What a device handed in at once, on its way into the audit.
class Intake {
 public:
  Intake(BaseStore& store, const BoxKeyPair& box, StoreId from, const std::string& staff_code, absl::Time now)
      : store_(store), box_(box), from_(from), staff_code_(staff_code), now_us_(absl::ToUnixMicros(now)) {}

  absl::Status Take(const v1::DeviceUses& uses) {
    ASSIGN_OR_RETURN(UseChainState chain, store_.FindUseChain(uses.chain_id()));
    const auto start = OpenSealedBox(box_, uses.sealed_start());
    if (!start.ok() || start->size() != kUseKeySize) return NoteBroken("start");
    SecretBytes key(*start);
    for (uint64_t number = 1; number < uses.first_number(); ++number) key = NextUseKey(key);
    std::string before = uses.link_before();
    uint64_t number = uses.first_number();
    for (const v1::SealedUse& use : uses.uses()) {
      RETURN_IF_ERROR(TakeOne(chain, key, number++, before, use));
      before = use.link();
      key = NextUseKey(key);
    }
    RETURN_IF_ERROR(Write());
    return store_.PutUseChain(chain);
  }

 private:
  struct Entry {
    AuditUse use;
    std::string record;  // that was shown; empty: a list
    std::vector<std::string> links;
  };
  using LookKey = std::tuple<int, std::string, std::string>;  // action, how, record

  absl::Status TakeOne(UseChainState& chain, const SecretBytes& key, uint64_t number,
                       const std::string& before, const v1::SealedUse& sealed) {
    if (UseLink(key, number, before, sealed.sealed()) != sealed.link())
      return NoteBroken("changed " + std::to_string(number));
    ASSIGN_OR_RETURN(const bool known, store_.KnowsUse(sealed.link()));
    if (known) return absl::OkStatus();
    if (number > chain.next_number) {
      RETURN_IF_ERROR(
          NoteBroken("gap " + std::to_string(chain.next_number) + "-" + std::to_string(number - 1)));
    } else if (number < chain.next_number || before != chain.last_link) {
      RETURN_IF_ERROR(NoteBroken("forked " + std::to_string(number)));
    }
    if (number >= chain.next_number) chain = {chain.chain_id, number + 1, sealed.link()};
    const auto opened = OpenSealedBox(box_, sealed.sealed());
    v1::DeviceUse use;
    if (!opened.ok() || !use.ParseFromString(*opened) || !IsUse(use))
      return NoteBroken("unread " + std::to_string(number));
    return Add(use, sealed.link());
  }

  // One entry for each record that was shown; the use's link is with the first of them.
  absl::Status Add(const v1::DeviceUse& use, const std::string& link) {
    if (use.record_ids().empty()) {
      AddFor(use, "").links.push_back(link);
      return absl::OkStatus();
    }
    bool first = true;
    for (const std::string& record : use.record_ids()) {
      Entry& entry = AddFor(use, record);
      if (std::exchange(first, false)) entry.links.push_back(link);
    }
    return absl::OkStatus();
  }

  Entry& AddFor(const v1::DeviceUse& use, const std::string& record) {
    const LookKey key{use.action(), use.detail(), record};
    const int64_t used_us = std::clamp<int64_t>(use.used_us(), 0, now_us_);
    const auto recent = recent_.find(key);
    if (recent != recent_.end()) {
      v1::DeviceUseTime& time = *entries_[recent->second].use.note.mutable_used();
      if (used_us < time.first_us() + kOneLookUs) {
        time.set_last_us(std::max(time.last_us(), used_us));
        time.set_use_count(time.use_count() + 1);
        return entries_[recent->second];
      }
    }
    recent_[key] = entries_.size();
    Entry& entry = entries_.emplace_back();
    entry.record = record;
    v1::AuditNote& note = entry.use.note;
    note.set_action(use.action());
    note.set_detail(use.detail());
    note.mutable_used()->set_first_us(used_us);
    note.mutable_used()->set_last_us(used_us);
    note.mutable_used()->set_use_count(1);
    return entry;
  }

  absl::Status Write() {
    for (Entry& entry : entries_) {
      RETURN_IF_ERROR(NameRecord(entry.record, entry.use));
      Sign(entry.use.note);
      RETURN_IF_ERROR(store_.AuditDeviceUse(entry.use, entry.links));
    }
    return absl::OkStatus();
  }

  // Whom it is about says the base's own record: a device cannot have somebody named who is not in it. Nobody is, where the base
  // does not hold it or the citizen has been erased since.
  absl::Status NameRecord(const std::string& record, AuditUse& use) {
    const auto id = RecordId::FromBytes(record);
    if (!id.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto found, store_.FindRecord(*id));
    if (!found.has_value() || found->subject.empty() || store_.IsErased(found->subject))
      return absl::OkStatus();
    use.person.emplace();
    use.person->set_subject_id(found->subject.ToBytes());
    use.person->set_record_id(record);
    use.person->set_record_type(found->type);
    return absl::OkStatus();
  }

  absl::Status NoteBroken(const std::string& how) {
    AuditUse use;
    use.note.set_action(v1::AUDIT_ACTION_CHAIN_BROKEN);
    use.note.set_detail(how);
    Sign(use.note);
    return store_.AuditUsed(use);
  }

  void Sign(v1::AuditNote& note) const {
    note.set_at_us(now_us_);
    note.set_actor(staff_code_);
    note.set_store_id(from_.ToBytes());
  }

  BaseStore& store_;
  const BoxKeyPair& box_;
  const StoreId from_;
  const std::string& staff_code_;
  const int64_t now_us_;
  std::vector<Entry> entries_;
  std::map<LookKey, size_t> recent_;  // the newest entry of each
};

}  // namespace

bool IsWellFormed(const v1::DeviceUses& uses) {
  const bool sized = uses.chain_id().size() == 16 && !uses.uses().empty() && uses.uses_size() <= kMostUses;
  return sized && uses.first_number() > 0 && uses.first_number() <= kMostInAChain;
}

absl::StatusOr<v1::UsesTaken> TakeUses(BaseStore& store, const BoxKeyPair& box, StoreId from,
                                       const std::string& staff_code, const v1::DeviceUses& uses,
                                       absl::Time now) {
  RETURN_IF_ERROR(InTransaction(store, [&] { return Intake(store, box, from, staff_code, now).Take(uses); }));
  v1::UsesTaken taken;
  taken.set_chain_id(uses.chain_id());
  taken.set_through_number(uses.first_number() + static_cast<uint64_t>(uses.uses_size()) - 1);
  ASSIGN_OR_RETURN(const uint64_t rev, store.NewestRev());
  taken.set_rev(rev);
  return taken;
}

}  // namespace opgang
