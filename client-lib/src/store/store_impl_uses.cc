// The part of StoreImpl that notes what it was used for, and hands that in.
#include "client-lib/src/store/store_impl.h"

namespace opgang {
namespace {

v1::AuditAction ActionOf(UseKind kind) {
  switch (kind) {
    case UseKind::kLookedAt: return v1::AUDIT_ACTION_LOOKED_AT;
    case UseKind::kSearched: return v1::AUDIT_ACTION_SEARCHED;
    case UseKind::kListed: return v1::AUDIT_ACTION_LISTED;
  }
  return v1::AUDIT_ACTION_UNSPECIFIED;
}

}  // namespace

absl::Status StoreImpl::NoteUse(const Use& use) {
  v1::DeviceUse noted;
  noted.set_action(ActionOf(use.kind));
  noted.set_detail(use.how);
  noted.set_used_us(absl::ToUnixMicros(Now().best));
  if (use.records.size() <= kMostNamedRecords) {
    for (const RecordId& id : use.records) noted.add_record_ids(id.ToBytes());
  }
  return uses_->Note(noted);
}

absl::StatusOr<v1::DeviceUses> StoreImpl::NextUses() { return uses_->Next(); }

absl::Status StoreImpl::ApplyUsesTaken(const v1::UsesTaken& taken) { return uses_->Taken(taken); }

}  // namespace opgang
