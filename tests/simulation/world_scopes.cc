// Citizens who move to another area; areas that are given to workers and taken from them.
#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "server/admin/grants.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {

// Of some casts the last one refers people and reads nobody.
std::string World::RoleOf(int staff) const {
  static const char* const kRoles[] = {"outreach", "coordinator", "health", "instructor"};
  const bool refers = plan_.seed % 4 == 1 && staff > 0 && staff == plan_.cast.staff - 1;
  return refers ? "partner" : kRoles[staff];
}

void World::Relocate(Tablet& tablet, uint32_t which, uint32_t where) {
  if (tablet.store == nullptr) return;
  const std::vector<RecordId> citizens = Visible(tablet, RecordType::kCitizen);
  if (citizens.empty()) return;
  v1::Citizen values;
  values.set_area_id(areas_[where % areas_.size()].ToBytes());
  Bundle bundle(tablet.clock);
  bundle.Patch(citizens[which % std::min<size_t>(citizens.size(), 6)], values,
               {v1::Citizen::kAreaIdFieldNumber});
  Commit(tablet, bundle, "moves");
}

void World::GiveOrTake(uint32_t staff, uint32_t area, bool take) {
  v1::ChangeGrantRequest request;
  request.set_staff_code(StaffCode(static_cast<int>(staff % static_cast<uint32_t>(plan_.cast.staff))));
  request.set_area(absl::StrCat("Area", area % areas_.size()));
  request.set_take(take);
  request.set_actor("karen");
  const auto changed = ChangeGrant(base_->store(), request, base_clock_.WallNow());
  Say(absl::StrCat("  ", request.area(), take ? " is taken from " : " is given to ", request.staff_code(),
                   changed.ok() ? "" : ", which fails"));
  if (changed.ok()) Reach(take ? "an area was taken from a worker" : "an area was given to a worker");
}

}  // namespace opgang::simulation
