#include <algorithm>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/store/base_store.h"

namespace opgang {

absl::StatusOr<MunicipalityId> KnownMunicipality(BaseReader& store, std::string_view name) {
  if (name.empty()) return kDefaultMunicipality;
  ASSIGN_OR_RETURN(const auto all, store.Municipalities());
  const auto found = std::ranges::find(all, name, &Municipality::name);
  if (found != all.end()) return found->id;
  return MakeError(ErrorCode::kNotFound, "no such municipality at this base");
}

absl::StatusOr<std::string> NameOf(BaseReader& store, MunicipalityId id) {
  if (id == kDefaultMunicipality) return std::string();
  ASSIGN_OR_RETURN(const auto all, store.Municipalities());
  const auto found = std::ranges::find(all, id, &Municipality::id);
  return found == all.end() ? std::string() : found->name;
}

}  // namespace opgang
