// Envelopes and payloads, two parts for each mutation, through form, merge and validation, as the committer calls them.
#include "core/merge/merge.h"
#include "core/records/validation.h"
#include "server/engine/submission.h"
#include "tests/fuzz/fuzz_input.h"

namespace opgang::fuzz {
namespace {

constexpr char kIntentFill = '\1';

void TryContent(const v1::Record& record, const OpenedMutation& mutation) {
  const RecordTypeInfo* info = FindRecordType(mutation.envelope.record_type());
  if (info == nullptr) return;
  const std::unique_ptr<google::protobuf::Message> content(info->prototype->New());
  if (content->ParseFromString(record.fields())) ValidateContent(*info, *content, {});
  ValidatePatch(*info, mutation.payload);
}

// Every version that an author sees of a field is one that a later edit can name and so replace.
void RequireSettled(const v1::Record& record) {
  for (const v1::FieldState& state : record.field_states()) {
    const auto seen = VersionsOf(record, state.field());
    Require(seen.size() >= static_cast<size_t>(state.alternatives_size()), "all that stand are seen");
  }
}

void TryMutations(Parts parts) {
  std::optional<v1::Record> record;
  for (char count = 0; count < 32; ++count) {
    const auto envelope = parts.Next();
    const auto payload = parts.Next();
    if (!envelope || !payload) return;
    OpenedMutation mutation;
    mutation.envelope_bytes = *envelope;
    mutation.payload_bytes = *payload;
    mutation.opened = true;
    CheckForm(mutation);
    v1::Provenance provenance;
    provenance.set_intent_id(std::string(15, kIntentFill) + count);
    const auto merged = Merge(record ? &*record : nullptr, mutation.payload, provenance);
    if (!merged.ok()) continue;
    const auto again = Merge(record ? &*record : nullptr, mutation.payload, provenance);
    Require(again.ok() && again->record.SerializeAsString() == merged->record.SerializeAsString(), "I8");
    record = merged->record;
    TryContent(*record, mutation);
    RequireSettled(*record);
  }
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  opgang::fuzz::TryMutations({data, size});
  return 0;
}
