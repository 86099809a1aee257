#include "tests/trust/privacy_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/records/registry.h"
#include "google/protobuf/descriptor.h"
#include "opgang/v1/personal_data.pb.h"
#include "server/engine/authority.h"

namespace opgang {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kHead = R"(# What is kept about people, why, and who reads it

Made by `build/bin/privacy_table` from the options on the record types (`proto/opgang/v1/personal_data.proto` explains the
words), the register of types (`core/records/registry.cc`) and the table of authority (`server/engine/authority.cc`). A test
compares. Everything about a door or a person counts as health data (GDPR art. 9). Whether a basis holds, and how long a
period is, the municipality decides; periods are data at the base.

Read by: everybody of these roles to whom the area is granted; whoever leads a group reads of the citizens with a seat in it
what is marked *group*. Written by: the roles that may make or change one. Referred by: who hands one in and never reads it.

What each kind of field is: REFERENCE an id of another record; IDENTITY leads to the person; HOME leads to a door;
CIRCUMSTANCES language, birth year, work, schooling; HEALTH smoking, taking part, clinical answers; COURSE_OF_CASE what was
asked, answered, promised, and when; FREE_TEXT a worker's words, in which a CPR number is refused; STAFF a member of the
staff by code; OFFER venues, groups and meetings, no person.
)";

constexpr Role kRoles[] = {Role::kOutreach, Role::kHealth,    Role::kInstructor, Role::kCoordinator,
                           Role::kPartner,  Role::kEvaluator, Role::kAuditor,    Role::kAdmin};

const v1::Privacy& PrivacyOf(const Descriptor& type) { return type.options().GetExtension(v1::privacy); }

v1::Data::Kind KindOf(const FieldDescriptor& field) { return field.options().GetExtension(v1::data); }

const TypeRule& RuleOf(const RecordTypeInfo& info) {
  return *std::ranges::find_if(TypeRules(), [&](const TypeRule& rule) { return rule.type == info.type; });
}

std::string RolesIn(uint32_t bits) {
  std::vector<std::string> names;
  for (const Role role : kRoles) {
    if ((bits & (1u << static_cast<int>(role))) != 0) names.emplace_back(RoleName(role));
  }
  return names.empty() ? "nobody" : absl::StrJoin(names, ", ");
}

// "`name`, `telephone`" of one kind.
std::string FieldsOf(const Descriptor& type, v1::Data::Kind kind) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) {
    if (KindOf(*type.field(i)) == kind) names.push_back(absl::StrCat("`", type.field(i)->name(), "`"));
  }
  return absl::StrJoin(names, ", ");
}

std::string Section(const RecordTypeInfo& info) {
  const Descriptor& type = *info.prototype->GetDescriptor();
  const v1::Privacy& privacy = PrivacyOf(type);
  std::string text = absl::StrCat("\n## ", std::string(info.name), "\n\n");
  absl::StrAppend(&text, v1::Privacy::Purpose_Name(privacy.purpose()), " · ",
                  v1::Privacy::Basis_Name(privacy.basis()), " · kept ",
                  v1::Privacy::Retention_Name(privacy.retention()), "  \n");
  const TypeRule& rule = RuleOf(info);
  absl::StrAppend(&text, "read by ", RolesIn(rule.readers), info.of_course ? "; *group*" : "", "  \n");
  absl::StrAppend(&text, "written by ", RolesIn(rule.writers),
                  rule.referrers != 0 ? "; referred by " + RolesIn(rule.referrers) : "", "\n\n");
  absl::StrAppend(&text, "| kind | fields |\n|---|---|\n");
  for (int kind = 1; kind < v1::Data::Kind_ARRAYSIZE; ++kind) {
    const std::string fields = FieldsOf(type, static_cast<v1::Data::Kind>(kind));
    if (fields.empty()) continue;
    absl::StrAppend(&text, "| ", v1::Data::Kind_Name(static_cast<v1::Data::Kind>(kind)), " | ", fields,
                    " |\n");
  }
  return text;
}

// The messages of ours that a record type contains say what they are field by field too.
void CollectUnsaid(const Descriptor& type, std::set<const Descriptor*>& seen,
                   std::vector<std::string>& unsaid) {
  if (!seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (KindOf(field) == v1::Data::UNSAID) unsaid.push_back(field.full_name());
    const bool ours = field.message_type() != nullptr && field.message_type()->file() == type.file();
    if (ours) CollectUnsaid(*field.message_type(), seen, unsaid);
  }
}

}  // namespace

std::string PrivacyDocument() {
  std::string document(kHead);
  for (const RecordTypeInfo& info : AllRecordTypes()) document += Section(info);
  return document;
}

std::vector<std::string> Unsaid() {
  std::vector<std::string> unsaid;
  std::set<const Descriptor*> seen;
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const Descriptor& type = *info.prototype->GetDescriptor();
    const v1::Privacy& privacy = PrivacyOf(type);
    const bool says_all = privacy.purpose() != v1::Privacy::UNSAID_PURPOSE &&
                          privacy.basis() != v1::Privacy::UNSAID_BASIS &&
                          privacy.retention() != v1::Privacy::UNSAID_RETENTION;
    if (!says_all) unsaid.push_back(type.full_name());
    CollectUnsaid(type, seen, unsaid);
  }
  return unsaid;
}

}  // namespace opgang
