#include "server/import/row_refusal.h"

#include <array>
#include <utility>

namespace opgang {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"column-count", "missing",        "bad-form",
                                                    "too-long",     "status-refused", "status-unknown",
                                                    "duplicate",    "no-area",        "area-conflict"};

}  // namespace

std::string_view RowRefusalName(RowRefusal reason) { return kNames.at(static_cast<size_t>(reason)); }

void RefusedRows::Add(RefusedRow row) {
  ++counts_[row.reason];
  if (listed_.size() < kMaxListed) listed_.push_back(std::move(row));
}

int64_t RefusedRows::total() const {
  int64_t sum = 0;
  for (const auto& [reason, count] : counts_) sum += count;
  return sum;
}

}  // namespace opgang
