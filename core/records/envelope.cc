// What is checked and told before anything is opened: the clear envelope, and refusals as errors.
#include <algorithm>
#include <set>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/records/validation.h"

namespace opgang {
namespace {

constexpr char kRefusalUrl[] = "type.opgang/opgang.v1.Quarantined";
// An area, its groups: a record stands in few scopes.
constexpr int kMaxScopes = 16;

std::string_view NameOfField(const RecordTypeInfo& info, uint32_t field) {
  const auto* descriptor = info.prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(field));
  return descriptor == nullptr ? std::string_view("record") : std::string_view(descriptor->name());
}

bool IsId(const std::string& bytes) {
  const std::optional<RecordId> id = RecordId::FromBytes(bytes);
  return id && !id->empty();
}

bool IdsAreSound(const v1::MutationEnvelope& envelope) {
  const bool subject = envelope.subject_id().empty() || IsId(envelope.subject_id());
  return IsId(envelope.intent_id()) && IsId(envelope.record_id()) && subject;
}

v1::RefusalCode CheckScopes(const RecordTypeInfo& info, const v1::MutationEnvelope& envelope) {
  if (envelope.scopes().empty()) return v1::REFUSAL_CODE_REQUIRED;
  if (envelope.scopes_size() > kMaxScopes) return v1::REFUSAL_CODE_OUT_OF_RANGE;
  std::set<Scope> seen;
  bool at_home = false;
  for (const v1::ScopeId& proto : envelope.scopes()) {
    const std::optional<Scope> scope = Scope::FromProto(proto);
    if (!scope || !seen.insert(*scope).second) return v1::REFUSAL_CODE_BAD_FORM;
    if (!MayStandIn(info, scope->kind)) return v1::REFUSAL_CODE_WRONG_SCOPE;
    // In a group alone stands what its leader, who may be granted no area, writes about a citizen.
    const bool of_leader = scope->kind == v1::SCOPE_KIND_GROUP && info.subject != SubjectRule::kNone;
    at_home |= scope->kind == info.scope_kind || of_leader;
  }
  return at_home ? v1::REFUSAL_CODE_UNSPECIFIED : v1::REFUSAL_CODE_WRONG_SCOPE;
}

bool SubjectFits(const RecordTypeInfo& info, const v1::MutationEnvelope& envelope) {
  switch (info.subject) {
    case SubjectRule::kNone: return envelope.subject_id().empty();
    case SubjectRule::kSelf: return envelope.subject_id() == envelope.record_id();
    case SubjectRule::kCitizen: return !envelope.subject_id().empty();
    case SubjectRule::kOptional: return true;
  }
  return false;
}

bool BundleIsSound(const v1::Bundle& bundle) {
  return IsId(bundle.bundle_id()) && bundle.count() >= 2 && bundle.count() <= kMaxBundleMutations &&
         bundle.index() < bundle.count();
}

v1::RefusalCode UnknownType(const v1::MutationEnvelope& envelope) {
  return envelope.schema_version() > kSchemaVersion ? v1::REFUSAL_CODE_SCHEMA_AHEAD
                                                    : v1::REFUSAL_CODE_UNKNOWN_TYPE;
}

v1::RefusalCode CheckEnvelope(const v1::MutationEnvelope& envelope) {
  if (!IdsAreSound(envelope)) return v1::REFUSAL_CODE_BAD_FORM;
  const RecordTypeInfo* info = FindRecordType(envelope.record_type());
  if (info == nullptr) return UnknownType(envelope);
  const v1::RefusalCode scopes = CheckScopes(*info, envelope);
  if (scopes != v1::REFUSAL_CODE_UNSPECIFIED) return scopes;
  if (!SubjectFits(*info, envelope)) return v1::REFUSAL_CODE_SUBJECT_MISMATCH;
  const bool bundle_sound = !envelope.has_bundle() || BundleIsSound(envelope.bundle());
  return bundle_sound ? v1::REFUSAL_CODE_UNSPECIFIED : v1::REFUSAL_CODE_BAD_BUNDLE;
}

}  // namespace

std::optional<Refusal> ValidateEnvelope(const v1::MutationEnvelope& envelope) {
  const v1::RefusalCode code = CheckEnvelope(envelope);
  if (code == v1::REFUSAL_CODE_UNSPECIFIED) return std::nullopt;
  return Refusal{code, 0};
}

absl::Status RefusalError(const Refusal& refusal, uint32_t record_type) {
  const RecordTypeInfo* info = FindRecordType(record_type);
  const std::string type(info == nullptr ? "unknown type" : info->name);
  const std::string field(info == nullptr ? "record" : NameOfField(*info, refusal.field));
  absl::Status status = MakeError(ErrorCode::kRefused,
                                  absl::StrCat(type, ".", field, ": ", v1::RefusalCode_Name(refusal.code)));
  v1::Quarantined carried;
  carried.set_code(refusal.code);
  carried.set_field(refusal.field);
  status.SetPayload(kRefusalUrl, absl::Cord(carried.SerializeAsString()));
  return status;
}

std::optional<Refusal> GetRefusal(const absl::Status& status) {
  const auto payload = status.GetPayload(kRefusalUrl);
  v1::Quarantined carried;
  if (!payload || !carried.ParseFromString(std::string(*payload))) return std::nullopt;
  return Refusal{carried.code(), carried.field()};
}

}  // namespace opgang
