#include "server/engine/authority.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "opgang/v1/admin.pb.h"
#include "opgang/v1/invitation.pb.h"
#include "opgang/v1/report.pb.h"

namespace opgang {
namespace {

constexpr uint32_t Bit(Role role) { return 1u << static_cast<int>(role); }

constexpr uint32_t kNobody = 0;
constexpr uint32_t kOutreach = Bit(Role::kOutreach);
constexpr uint32_t kHealth = Bit(Role::kHealth);
constexpr uint32_t kInstructor = Bit(Role::kInstructor);
constexpr uint32_t kCoordinator = Bit(Role::kCoordinator);
constexpr uint32_t kBase = Bit(Role::kBase);
constexpr uint32_t kPartner = Bit(Role::kPartner);
constexpr uint32_t kEvaluator = Bit(Role::kEvaluator);
constexpr uint32_t kAuditor = Bit(Role::kAuditor);
constexpr uint32_t kAdmin = Bit(Role::kAdmin);

constexpr uint32_t kField = kOutreach | kHealth | kCoordinator;
constexpr uint32_t kStaff = kField | kInstructor;
constexpr uint32_t kOffice = kCoordinator | kAdmin;
constexpr uint32_t kEverybody = kStaff | kPartner | kEvaluator | kAuditor | kAdmin;

// Columns: method, on the socket, roles over mutual TLS, proof over mutual TLS.
constexpr auto kMethods = std::to_array<MethodRule>({
    {"EnrollService/Enroll", false, kNobody, Proof::kBootstrap},
    // What each may hand in and read there is the scopes' and types' business.
    {"SyncService/Sync", false, kEverybody, Proof::kInStream},
    // The board's list of silent devices: labels and staff codes, no person. Not for a partner or an evaluator.
    {"SyncService/ListDevices", false, kStaff | kAuditor | kAdmin, Proof::kRead},
    // A partner without small cells and rows; an evaluator with pseudonymised rows.
    {"ReportService/RunReport", true, kCoordinator | kPartner | kEvaluator, Proof::kRead},

    // Devices and staff: an admin's and a coordinator's.
    {"AdminService/Invite", true, kOffice, Proof::kRead},
    {"AdminService/ListDevices", true, kOffice | kAuditor, Proof::kRead},
    {"AdminService/SettleTwin", true, kOffice, Proof::kRead},
    {"AdminService/ListGrants", true, kOffice | kAuditor, Proof::kRead},
    {"AdminService/ChangeGrant", true, kOffice, Proof::kRead},
    {"AdminService/ListStaff", true, kOffice | kAuditor, Proof::kRead},
    {"AdminService/ChangeRole", true, kAdmin, Proof::kRead},
    {"AdminService/RevokeDevice", true, kOffice, Proof::kRead},
    {"AdminService/DescribeIncident", true, kOffice, Proof::kRead},
    // What tells of persons: a coordinator's, and of what he may read only.
    {"AdminService/ListQuarantine", true, kCoordinator, Proof::kRead},
    {"AdminService/ReplayQuarantined", true, kCoordinator, Proof::kRead},
    {"AdminService/DiscardQuarantined", true, kCoordinator, Proof::kRead},
    {"AdminService/SettleStolen", true, kCoordinator, Proof::kRead},
    {"AdminService/ListConflicts", true, kCoordinator, Proof::kRead},
    {"AdminService/SettleConflict", true, kCoordinator, Proof::kRead},
    {"AdminService/RecordHistory", true, kCoordinator, Proof::kRead},
    // All of a person, for ever: where every area that she stands in is the coordinator's. Health data is not his to hand out.
    {"AdminService/EraseCitizen", true, kCoordinator, Proof::kRead},
    {"AdminService/ExportCitizen", true, kCoordinator, Proof::kRead},
    // Codes and ids.
    {"AdminService/ListDecisions", true, kCoordinator | kAuditor, Proof::kRead},
    {"AdminService/ListLeases", true, kCoordinator, Proof::kRead},
    {"AdminService/ReclaimLeases", true, kCoordinator, Proof::kRead},
    // Files on the base's machine, its keys and its history: its own user's.
    {"AdminService/ImportDwellings", true, kNobody, Proof::kRead},
    {"AdminService/CheckBase", true, kNobody, Proof::kRead},
    {"AdminService/MakeBackup", true, kNobody, Proof::kRead},
    {"AdminService/SealBackupsTo", true, kNobody, Proof::kRead},
    {"AdminService/ListBackups", true, kNobody, Proof::kRead},
    {"AdminService/ConfirmBackup", true, kNobody, Proof::kRead},
    {"AdminService/AcceptLoss", true, kNobody, Proof::kRead},
    // What else a person may ask of the base, and the audit: not narrowed to a caller's municipality yet, so on the machine only.
    {"AdminService/ListErasures", true, kNobody, Proof::kRead},
    {"AdminService/NotePersonRequest", true, kNobody, Proof::kRead},
    {"AdminService/SettlePersonRequest", true, kNobody, Proof::kRead},
    {"AdminService/ListPersonRequests", true, kNobody, Proof::kRead},
    {"AdminService/ListRetention", true, kNobody, Proof::kRead},
    {"AdminService/SetRetention", true, kNobody, Proof::kRead},
    {"AdminService/RunRetention", true, kNobody, Proof::kRead},
    {"AdminService/ListAudit", true, kNobody, Proof::kRead},
    {"AdminService/VerifyAudit", true, kNobody, Proof::kRead},
    {"AdminService/ExpireAudit", true, kNobody, Proof::kRead},
});

// Modes as bits.
constexpr uint32_t kRw = 1u << v1::GRANT_MODE_READ_WRITE;
constexpr uint32_t kRead = 1u << v1::GRANT_MODE_READ;
constexpr uint32_t kHandIn = 1u << v1::GRANT_MODE_WRITE_ONLY;
constexpr uint32_t kFigures = 1u << v1::GRANT_MODE_FIGURES;
constexpr uint32_t kAnyUse = kRw | kRead | kHandIn;

struct ScopeRule {
  uint32_t roles;
  v1::ScopeKind kind;
  uint32_t modes;
};

constexpr ScopeRule kScopes[] = {
    {kStaff, v1::SCOPE_KIND_AREA, kAnyUse},
    {kPartner, v1::SCOPE_KIND_AREA, kHandIn},
    {kEvaluator, v1::SCOPE_KIND_AREA, kFigures},
    // Clinical record types stand there and nowhere else.
    {kHealth, v1::SCOPE_KIND_AREA_HEALTH, kAnyUse},
    {kStaff, v1::SCOPE_KIND_GROUP, kAnyUse},
    {kStaff, v1::SCOPE_KIND_DIRECTORY, kAnyUse},
    {kPartner, v1::SCOPE_KIND_DIRECTORY, kRead},
    {kStaff | kPartner, v1::SCOPE_KIND_AREA_PLACES, kRead},
};

// Columns: type, readers, writers, referrers.
constexpr auto kTypes = std::to_array<TypeRule>({
    {RecordType::kEntrance, kStaff | kPartner, kField | kBase, kNobody},
    {RecordType::kDwelling, kStaff | kPartner, kField | kBase, kNobody},
    {RecordType::kVisit, kStaff, kField, kNobody},
    {RecordType::kCitizen, kStaff, kStaff, kPartner},
    {RecordType::kConsent, kStaff, kStaff, kPartner},
    {RecordType::kContact, kStaff, kStaff, kNobody},
    {RecordType::kInquiry, kStaff, kStaff, kPartner},
    {RecordType::kClosing, kStaff, kStaff, kNobody},
    {RecordType::kReply, kStaff, kStaff, kNobody},
    {RecordType::kIntake, kStaff, kField, kNobody},
    {RecordType::kClinicalIntake, kHealth, kHealth, kNobody},
    {RecordType::kParticipation, kStaff, kStaff, kNobody},
    {RecordType::kSamePerson, kStaff, kField, kNobody},
    {RecordType::kVenue, kStaff | kPartner, kInstructor | kCoordinator, kNobody},
    {RecordType::kGroupProgramme, kStaff | kPartner, kInstructor | kCoordinator, kNobody},
    {RecordType::kGroup, kStaff | kPartner, kInstructor | kCoordinator, kNobody},
    {RecordType::kMeeting, kStaff | kPartner, kInstructor | kCoordinator, kNobody},
    {RecordType::kSeat, kStaff, kStaff | kBase, kNobody},
    {RecordType::kAbsence, kStaff, kStaff, kNobody},
    {RecordType::kFollowUp, kStaff, kStaff, kNobody},
    {RecordType::kQuitDate, kStaff, kStaff, kNobody},
    {RecordType::kNicotineHandOut, kHealth, kHealth, kNobody},
    {RecordType::kCarbonMonoxideTest, kHealth, kHealth, kNobody},
    {RecordType::kCourseEnd, kStaff, kStaff, kNobody},
    {RecordType::kFourWeekStatus, kStaff, kStaff, kNobody},
    {RecordType::kFollowUpCall, kStaff, kStaff, kNobody},
    {RecordType::kSixMonthStatus, kStaff, kStaff, kNobody},
    {RecordType::kClaim, kStaff, kStaff, kNobody},
    {RecordType::kBreachCause, kStaff, kStaff, kNobody},
});

constexpr Role kAllRoles[] = {Role::kOutreach,    Role::kHealth,  Role::kInstructor,
                              Role::kCoordinator, Role::kBase,    Role::kPartner,
                              Role::kEvaluator,   Role::kAuditor, Role::kAdmin};

absl::Status Wrong(std::string_view what, std::string_view whose) {
  return MakeError(ErrorCode::kInternal,
                   "the table of authority: " + std::string(whose) + " " + std::string(what));
}

// Every method that a service of this API has.
std::set<std::string> MethodsOfServices() {
  std::set<std::string> methods;
  for (const google::protobuf::Descriptor* one :
       {v1::InviteRequest::descriptor(), v1::SyncRequest::descriptor(), v1::RunReportRequest::descriptor(),
        v1::EnrollRequest::descriptor()}) {
    const google::protobuf::FileDescriptor& file = *one->file();
    for (int i = 0; i < file.service_count(); ++i) {
      const google::protobuf::ServiceDescriptor& service = *file.service(i);
      for (int j = 0; j < service.method_count(); ++j)
        methods.insert(service.name() + "/" + service.method(j)->name());
    }
  }
  return methods;
}

absl::Status CheckMethods(std::span<const MethodRule> rules) {
  std::set<std::string> missing = MethodsOfServices();
  for (const MethodRule& rule : rules) {
    if (missing.erase(std::string(rule.method)) == 0)
      return Wrong("is no method, or stands there twice", rule.method);
    if ((rule.roles & kBase) != 0) return Wrong("names the base's own role", rule.method);
  }
  return missing.empty() ? absl::OkStatus() : Wrong("has no row", *missing.begin());
}

bool Reads(Role role, v1::ScopeKind kind) {
  return MayHold(role, kind, v1::GRANT_MODE_READ) || MayHold(role, kind, v1::GRANT_MODE_READ_WRITE);
}

// Who reads some scope in which records of the type may stand.
uint32_t ReadersByScope(const RecordTypeInfo& info) {
  uint32_t readers = 0;
  for (int kind = v1::ScopeKind_MIN; kind <= v1::ScopeKind_MAX; ++kind) {
    const auto scope = static_cast<v1::ScopeKind>(kind);
    if (!v1::ScopeKind_IsValid(kind) || !MayStandIn(info, scope)) continue;
    for (const Role role : kAllRoles) readers |= Reads(role, scope) ? Bit(role) : 0;
  }
  return readers;
}

absl::Status CheckType(const TypeRule& rule, const RecordTypeInfo& info) {
  if (rule.readers != ReadersByScope(info)) return Wrong("is not read by whom its scopes say", info.name);
  if ((rule.writers & rule.referrers) != 0)
    return Wrong("is written and referred by the same role", info.name);
  for (const Role role : kAllRoles) {
    const bool writes = ((rule.writers | rule.referrers) & Bit(role)) != 0;
    if (writes != MayWrite(role, info)) return Wrong("is not written by whom the register says", info.name);
    const bool blind =
        MayHold(role, info.scope_kind, v1::GRANT_MODE_WRITE_ONLY) && !Reads(role, info.scope_kind);
    if (writes && role != Role::kBase && blind != ((rule.referrers & Bit(role)) != 0))
      return Wrong("is referred by another role than hands in without reading", info.name);
  }
  return absl::OkStatus();
}

absl::Status CheckTypes(std::span<const TypeRule> rules) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const auto is_of_type = [&](const TypeRule& rule) { return rule.type == info.type; };
    if (std::ranges::count_if(rules, is_of_type) != 1) return Wrong("has no row, or two", info.name);
    RETURN_IF_ERROR(CheckType(*std::ranges::find_if(rules, is_of_type), info));
  }
  if (rules.size() == AllRecordTypes().size()) return absl::OkStatus();
  return Wrong("is no record type", "a row");
}

}  // namespace

std::span<const MethodRule> MethodRules() { return kMethods; }
std::span<const TypeRule> TypeRules() { return kTypes; }

absl::Status CheckAuthority(std::span<const MethodRule> methods, std::span<const TypeRule> types) {
  RETURN_IF_ERROR(CheckMethods(methods));
  return CheckTypes(types);
}

const MethodRule* FindMethodRule(std::string_view method) {
  const auto found = std::ranges::find(kMethods, method, &MethodRule::method);
  return found == kMethods.end() ? nullptr : &*found;
}

bool Permits(const MethodRule& rule, Role role) { return (rule.roles & Bit(role)) != 0; }

bool MayHold(Role role, v1::ScopeKind kind, v1::GrantMode mode) {
  return std::ranges::any_of(kScopes, [&](const ScopeRule& rule) {
    return (rule.roles & Bit(role)) != 0 && rule.kind == kind && (rule.modes & (1u << mode)) != 0;
  });
}

}  // namespace opgang
