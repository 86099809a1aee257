// The register of record types: one entry for each message in RecordBody. What the engine must know of a type
// stands here and nowhere else: scope, subject, merge policy, validation, handle. To add a type: its message, its line in
// RecordBody, its entry in registry.cc, its checks in validation.cc, a verb in cli-client, a scenario in
// tests.
#ifndef OPGANG_CORE_RECORDS_REGISTRY_H_
#define OPGANG_CORE_RECORDS_REGISTRY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/merge/field_policy.h"
#include "google/protobuf/message.h"
#include "opgang/v1/ids.pb.h"
#include "opgang/v1/record.pb.h"

namespace opgang {

// The newest schema that this build knows. Rises when a record message or this register changes.
inline constexpr uint32_t kSchemaVersion = 1;

using RecordType = v1::RecordBody::BodyCase;

enum class SubjectRule {
  kNone,      // about no person; may not contain one
  kSelf,      // the record is the person (Citizen)
  kCitizen,   // subject = field 1, citizen_id; required
  kOptional,  // subject = field 1 where set (Contact: anonymous drop-ins)
};

// What each may do: server/engine/authority.h. kBase is the base itself, and nobody's.
enum class Role {
  kOutreach,
  kHealth,
  kInstructor,
  kCoordinator,
  kBase,
  kPartner,
  kEvaluator,
  kAuditor,
  kAdmin,
};
std::string_view RoleName(Role role);
std::optional<Role> RoleFromName(std::string_view name);

struct RecordTypeInfo {
  RecordType type;
  std::string_view name;  // "clinical-intake": in JSON, logs and texts
  v1::ScopeKind scope_kind;
  SubjectRule subject;
  uint32_t writers;                            // bit set of 1 << Role: who may create and change it
  const google::protobuf::Message* prototype;  // default instance
  bool has_handle;                             // shown with a short handle (k7f)
  bool of_case;    // needed to follow up an inquiry: stays in sight of a former area while a case is open
  bool of_course;  // needed by who leads a group: stands also in the groups in which the citizen has a seat
};

// All entries, in type order.
std::span<const RecordTypeInfo> AllRecordTypes();
// nullptr for a number that this build does not know.
const RecordTypeInfo* FindRecordType(uint32_t record_type);
bool MayWrite(Role role, const RecordTypeInfo& info);
// A record of an area may also stand in groups, and an entrance or a dwelling in the area's places; the clinical types in
// the health part and nowhere else.
bool MayStandIn(const RecordTypeInfo& info, v1::ScopeKind kind);
// An entrance or a dwelling: stands in its area's places too.
bool IsPlace(const RecordTypeInfo& info);
// Which value of a field stands in front where several stand side by side. The latest, but for the fields that
// registry.cc lists with their reasons; the latest also for types and fields that this build does not know.
FieldPolicy PolicyOf(uint32_t record_type, uint32_t field);

// The type of a typed message: RecordTypeOf<v1::Visit>() == RecordType::kVisit. Aborts for a message that is
// none.
const RecordTypeInfo& RecordTypeOfMessage(const google::protobuf::Message& message);
template <typename T>
const RecordTypeInfo& RecordTypeOf() {
  return RecordTypeOfMessage(T::default_instance());
}

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_REGISTRY_H_
