#include "server/admin/quarantine_view.h"

#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/packing/packing.h"
#include "core/records/registry.h"
#include "google/protobuf/text_format.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {
namespace {

std::string ContentOf(const QuarantinedMutation& quarantined) {
  v1::MutationPayload payload;
  const RecordTypeInfo* info = FindRecordType(quarantined.record_type);
  if (!quarantined.opened || info == nullptr || !ParsePayload(quarantined.mutation.payload, payload))
    return {};
  const std::unique_ptr<google::protobuf::Message> content(info->prototype->New());
  if (!content->ParsePartialFromString(payload.fields())) return {};
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(*content, &text);
  return text;
}

}  // namespace

absl::StatusOr<v1::QuarantineItem> ToItem(BaseReader& store, const QuarantinedMutation& quarantined) {
  const LoggedMutation& logged = quarantined.mutation;
  v1::QuarantineItem item;
  item.set_intent_id(logged.fate.intent.ToBytes());
  item.set_record_id(logged.record.ToBytes());
  item.set_record_type(quarantined.record_type);
  item.set_code(logged.fate.verdict.quarantined().code());
  item.set_field(logged.fate.verdict.quarantined().field());
  item.set_author(logged.author);
  item.set_received_us(logged.received_us);
  item.set_content(ContentOf(quarantined));
  v1::MutationEnvelope envelope;
  if (envelope.ParseFromString(logged.envelope)) item.set_bundle_id(envelope.bundle().bundle_id());
  v1::MutationPayload payload;
  if (quarantined.opened && ParsePayload(logged.payload, payload))
    item.set_replaces_intent_id(payload.replaces_intent_id());
  ASSIGN_OR_RETURN(*item.mutable_device_label(), store.DeviceLabelOf(logged.fate.replica));
  ASSIGN_OR_RETURN(const auto word, store.FindStolenWord(logged.fate.intent));
  if (word.has_value()) *item.mutable_first_word() = *word;
  return item;
}

bool IsInSight(const Caller& caller, const QuarantinedMutation& quarantined) {
  if (caller.local) return true;
  v1::MutationEnvelope envelope;
  if (!envelope.ParseFromString(quarantined.mutation.envelope)) return false;
  std::vector<Scope> scopes;
  for (const v1::ScopeId& id : envelope.scopes()) scopes.push_back(Scope::FromProto(id).value_or(Scope()));
  return caller.ReadsAll(scopes);
}

absl::Status CheckInSight(BaseReader& store, const Caller& caller, IntentId intent) {
  ASSIGN_OR_RETURN(const auto items, store.Quarantine(intent));
  if (!items.empty() && IsInSight(caller, items[0])) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound, "no such mutation in quarantine");
}

}  // namespace opgang
