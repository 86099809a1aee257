#include "server/admin/uses.h"

#include "core/base/status_macros.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr char kNobody[] = "unnamed";

AuditUse UseBy(const std::string& actor, v1::AuditAction action, const std::string& how, absl::Time now) {
  AuditUse use;
  use.note.set_at_us(absl::ToUnixMicros(now));
  use.note.set_actor(actor.empty() ? kNobody : actor);
  use.note.set_action(action);
  use.note.set_detail(how);
  return use;
}

// About a citizen who has not been erased; else by the id alone.
void NameRecord(const BaseStore& store, RecordId subject, RecordId record, uint32_t type, AuditUse& use) {
  if (subject.empty() || store.IsErased(subject)) {
    use.note.set_about(record.ToBytes());
    return;
  }
  use.person.emplace();
  use.person->set_subject_id(subject.ToBytes());
  use.person->set_record_id(record.ToBytes());
  use.person->set_record_type(type);
}

}  // namespace

absl::Status NoteLook(BaseStore& store, const std::string& actor, const std::string& how, RecordId record,
                      absl::Time now) {
  AuditUse use = UseBy(actor, v1::AUDIT_ACTION_LOOKED_AT, how, now);
  ASSIGN_OR_RETURN(const auto found, store.FindRecord(record));
  NameRecord(store, found.has_value() ? found->subject : RecordId(), record,
             found.has_value() ? found->type : 0, use);
  return InTransaction(store, [&] { return store.AuditLook(use); });
}

absl::Status NoteLookAt(BaseStore& store, const std::string& actor,
                        const std::vector<QuarantinedMutation>& refused, absl::Time now) {
  if (refused.empty()) return absl::OkStatus();
  return InTransaction(store, [&]() -> absl::Status {
    for (const QuarantinedMutation& item : refused) {
      AuditUse use = UseBy(actor, v1::AUDIT_ACTION_LOOKED_AT, "quarantine", now);
      NameRecord(store, item.mutation.subject, item.mutation.record, item.record_type, use);
      RETURN_IF_ERROR(store.AuditLook(use));
    }
    return absl::OkStatus();
  });
}

absl::Status NoteReport(BaseStore& store, const std::string& actor, const std::string& name, absl::Time now) {
  const AuditUse use = UseBy(actor, v1::AUDIT_ACTION_REPORTED, name, now);
  return InTransaction(store, [&] { return store.AuditUsed(use); });
}

}  // namespace opgang
