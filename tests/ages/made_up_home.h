// A small base and a tablet with everything in them that lies on a disk: every record type, a conflict, work that was
// refused, work that is unsent. Written once for each schema under homes/schema-N, as files; later builds open them.
#ifndef OPGANG_TESTS_AGES_MADE_UP_HOME_H_
#define OPGANG_TESTS_AGES_MADE_UP_HOME_H_

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "opgang/store.h"
#include "server/store/base_store.h"

namespace opgang::ages {

inline constexpr char kHomePassphrase[] = "seven green doors";

// base/ (base.db, keys/), tablet/ (the device's home), expected.json (what they hold).
std::filesystem::path HomeDirectory(uint32_t schema);
std::vector<uint32_t> StoredHomes();
// Wednesday 1 April 2026, noon in Copenhagen: when it was made.
absl::Time HomeTime();

// Makes this schema's anew.
void WriteHome();

// What is in them, in a form that does not depend on how it is stored.
nlohmann::json Describe(BaseReader& base);
// Unlocked.
nlohmann::json Describe(Store& store);

}  // namespace opgang::ages

#endif  // OPGANG_TESTS_AGES_MADE_UP_HOME_H_
