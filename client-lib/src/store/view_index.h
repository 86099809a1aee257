// The View of one unlocked store: an index in memory, changed record by record. Search keys and handles are
// made at the first question that needs them, so that a command that asks for neither does not pay.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_VIEW_INDEX_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_VIEW_INDEX_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client-lib/src/store/handles.h"
#include "core/places/danish_address.h"
#include "core/rules/three_day_rule.h"
#include "opgang/view.h"

namespace opgang {

// Cases() looks at records of this type, and at no others.
bool MakesCases(uint32_t record_type);

class ViewIndex : public View {
 public:
  explicit ViewIndex(RuleSettings rules) : rules_(rules) {}

  // Never null.
  void Put(std::unique_ptr<const VisibleRecord> record);
  void Remove(RecordId id);

  const VisibleRecord* Find(RecordId id) const override;
  std::vector<const VisibleRecord*> OfType(RecordType type) const override;
  std::vector<const VisibleRecord*> About(RecordId citizen) const override;
  std::vector<const VisibleRecord*> Entrances() const override;
  std::vector<const VisibleRecord*> DwellingsOf(RecordId entrance) const override;
  const VisibleRecord* FindDwelling(RecordId entrance, const DoorName& door) const override;
  std::vector<const VisibleRecord*> VisitsTo(RecordId entrance, const DoorName& door) const override;
  std::vector<const VisibleRecord*> CitizensAt(RecordId entrance, const DoorName& door) const override;
  std::vector<CaseLine> Cases(absl::Time now, bool open_only) const override;
  std::vector<CaseLine> CasesOfCitizen(RecordId citizen, absl::Time now) const override;
  std::vector<SearchHit> Search(std::string_view words, size_t limit) const override;
  std::vector<const VisibleRecord*> WithAlternatives() const override;
  std::string HandleOf(RecordId id) const override;
  absl::StatusOr<const VisibleRecord*> ByHandle(std::string_view handle) const override;

 private:
  using Records = std::vector<const VisibleRecord*>;

  // What the search compares with. Empty where the record has no such thing.
  struct SearchKeys {
    const VisibleRecord* record = nullptr;
    std::string address;  // of entrances, dwellings and citizens: street, number, floor, door
    std::string name;
    std::string telephone;  // digits only
    std::string slip;
  };

  void Index(const VisibleRecord& record);
  void Unindex(const VisibleRecord& record);
  Records AtDoor(RecordType type, RecordId entrance, const DoorName& door) const;
  // The citizen and all that are joined to it as the same person, in id order.
  std::vector<RecordId> SamePersons(RecordId citizen) const;
  std::vector<CaseLine> CasesOfPerson(const std::vector<RecordId>& citizens, absl::Time now) const;
  const std::vector<SearchKeys>& search_keys() const;
  SearchKeys KeysOf(const VisibleRecord& record) const;
  const Handles& handles() const;

  const RuleSettings rules_;
  absl::flat_hash_map<RecordId, std::unique_ptr<const VisibleRecord>> records_;
  std::map<RecordType, Records> by_type_;
  absl::flat_hash_map<RecordId, Records> by_subject_;
  absl::flat_hash_map<RecordId, Records> by_entrance_;  // dwellings, visits, citizens
  mutable std::vector<SearchKeys> search_keys_;         // empty: to be made anew
  mutable Handles handles_;
  mutable bool handles_current_ = false;
};

// The address of an entrance or a door as people write it: "Humlebakken 20B, 2. th".
std::string AddressText(const v1::Entrance& entrance, const DoorName& door);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_VIEW_INDEX_H_
