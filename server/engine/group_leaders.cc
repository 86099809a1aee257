// The half of Committer that grants a group to whoever leads it. A coordinator's word is enough: the name in Group.instructor
// is the grant. An instructor who names himself is granted nothing, because he would thereby read people.
#include <algorithm>

#include "core/base/status_macros.h"
#include "server/engine/authority.h"
#include "server/engine/committer.h"
#include "server/engine/give_grant.h"

namespace opgang {
namespace {

constexpr auto kGroup = static_cast<uint32_t>(RecordType::kGroup);

std::string InstructorIn(const std::optional<StoredRecord>& record) {
  v1::Group group;
  const bool there = record.has_value() && record->record.has_created() && !record->record.deleted();
  return there && group.ParseFromString(record->record.fields()) ? group.instructor() : "";
}

}  // namespace

absl::Status Committer::NoteLeader(const Author& author, const StoredRecord& group, absl::Time now) {
  if (group.type != kGroup || author.role != Role::kCoordinator) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto standing, store_.FindRecord(group.id));
  const std::string before = InstructorIn(standing), after = InstructorIn(group);
  if (before == after) return absl::OkStatus();
  if (!before.empty()) RETURN_IF_ERROR(TakeGroup(group, before, now));
  return after.empty() ? absl::OkStatus() : GiveGroup(group, after, now);
}

// Nothing to whoever may tick no list (a partner reads no person), or does not read the directory in which the group stands:
// is of another municipality, or not invited yet.
absl::Status Committer::GiveGroup(const StoredRecord& group, const std::string& staff_code, absl::Time now) {
  ASSIGN_OR_RETURN(const auto staff, store_.FindStaff(staff_code));
  constexpr v1::GrantMode kMode = v1::GRANT_MODE_READ_WRITE;
  if (!staff.has_value() || !MayHold(staff->role, v1::SCOPE_KIND_GROUP, kMode)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto grants, store_.Grants(staff_code));
  const Scope scope = GroupScope(group.id);
  bool reads_directory = false, has_it = false;
  for (const StoredGrant& grant : grants) {
    reads_directory |= std::find(group.scopes.begin(), group.scopes.end(), grant.scope) != group.scopes.end();
    has_it |= grant.scope == scope;
  }
  if (!reads_directory || has_it) return absl::OkStatus();
  return GiveGrant(store_, staff_code, {scope, 1, kMode, ""}, now);
}

absl::Status Committer::TakeGroup(const StoredRecord& group, const std::string& staff_code, absl::Time now) {
  ASSIGN_OR_RETURN(const auto grants, store_.Grants(staff_code));
  for (StoredGrant grant : grants) {
    if (grant.scope != GroupScope(group.id)) continue;
    grant.taken_us = absl::ToUnixMicros(now);
    RETURN_IF_ERROR(store_.PutGrant(staff_code, grant));
  }
  return absl::OkStatus();
}

}  // namespace opgang
