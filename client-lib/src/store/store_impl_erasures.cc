// The part of StoreImpl that lets go of citizens who were erased at the base, and remembers them: own work goes with the
// copy, and a base that was restored hears of them again (I12). Works locked, by what is clear in both files.
#include "client-lib/src/store/store_impl.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr int kMostErasures = 1000;

}  // namespace

// The list first: a crash in between leaves something that the base asks for again, never something that nobody remembers.
absl::Status StoreImpl::TakeErasures(const std::vector<v1::Erasure>& erasures, const std::string& epoch) {
  if (erasures.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(queue_->NoteErased(erasures, epoch));
  std::vector<std::string> citizens;
  for (const v1::Erasure& erasure : erasures) citizens.push_back(erasure.subject_id());
  RETURN_IF_ERROR(queue_->RemoveAbout(citizens));
  if (reading_ != nullptr) reading_->RowsRemoved();
  ASSIGN_OR_RETURN(const ConfirmedChange change, confirmed_->EraseAbout(citizens));
  RETURN_IF_ERROR(TakeConfirmedChange(change));
  heeded_.insert(heeded_.end(), erasures.begin(), erasures.end());
  return absl::OkStatus();
}

absl::StatusOr<v1::ErasuresHeeded> StoreImpl::NextErasuresHeeded() {
  ASSIGN_OR_RETURN(std::vector<v1::Erasure> erasures,
                   queue_->ErasedBefore(queue_->state().epoch(), kMostErasures));
  if (std::exchange(told_erased_before_, true)) erasures.clear();
  erasures.insert(erasures.end(), heeded_.begin(), heeded_.end());
  heeded_.clear();
  v1::ErasuresHeeded heeded;
  for (v1::Erasure& erasure : erasures) *heeded.add_erasures() = std::move(erasure);
  return heeded;
}

}  // namespace opgang
