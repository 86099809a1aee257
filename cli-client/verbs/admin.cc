// opgang admin: staff, devices and grants, for coordinators and admins. The base decides what each may ask, and in whose
// municipality; the person who asks is the one whose store this is.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <vector>

#include "cli-client/dates.h"
#include "cli-client/layout.h"
#include "cli-client/verbs/ask_base.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/words.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"

namespace opgang::cli {
namespace {

std::string When(const Context& context, int64_t us) {
  if (us == 0) return context.T("devices.never");
  return MomentWords(context.texts(), absl::FromUnixMicros(us), context.Today());
}

Json MicrosJson(int64_t us) { return us == 0 ? Json(nullptr) : JsonTime(absl::FromUnixMicros(us)); }

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<std::string> shown;
  for (const std::string& name : names) shown.push_back(Shown(name));
  return JoinParts(shown, ", ");
}

// --- staff

absl::Status ListStaff(Context& context) {
  ASSIGN_OR_RETURN(const auto all, Ask<v1::ListStaffResponse>(context, v1::ListStaffRequest()));
  Json document = JsonDocument("admin-staff");
  document["staff"] = Json::array();
  for (const v1::StaffLine& line : all.staff()) {
    context.Say(context.T("admin.staff.line", {{"staff", Shown(line.staff_code())},
                                               {"role", line.role()},
                                               {"devices", std::to_string(line.device_count())},
                                               {"areas", Joined(line.areas())}}));
    document["staff"].push_back(
        {{"staff", line.staff_code()},
         {"role", line.role()},
         {"role_since", MicrosJson(line.role_since_us())},
         {"devices", line.device_count()},
         {"areas", std::vector<std::string>(line.areas().begin(), line.areas().end())}});
  }
  context.Emit(document);
  return absl::OkStatus();
}

struct RoleArgs {
  std::string staff;
  std::string role;
};

absl::Status ChangeRole(Context& context, const RoleArgs& args) {
  v1::ChangeRoleRequest request;
  request.set_staff_code(args.staff);
  request.set_role(args.role);
  RETURN_IF_ERROR(Ask<v1::ChangeRoleResponse>(context, request).status());
  context.Say(context.T("admin.role.done", {{"staff", Shown(args.staff)}, {"role", args.role}}));
  Json document = JsonDocument("admin-staff-role");
  document["staff"] = args.staff;
  document["role"] = args.role;
  context.Emit(document);
  return absl::OkStatus();
}

// --- devices

std::string StateOf(const Context& context, const v1::DeviceStatus& device) {
  std::vector<std::string> parts;
  if (device.has_revoked())
    parts.push_back(
        context.T("admin.device.revoked", {{"reason", Label(context.texts(), device.revoked().reason())},
                                           {"when", When(context, device.revoked().at_us())}}));
  if (device.enrolment_alarm_us() > 0) parts.push_back(context.T("admin.device.alarm"));
  if (device.twin_since_us() > 0) parts.push_back(context.T("admin.device.twice"));
  if (device.online()) parts.push_back(context.T("admin.device.online"));
  if (!device.unconfirmed_removals().empty()) parts.push_back(context.T("admin.device.may-hold"));
  if (!device.has_revoked() && device.lease_until_us() > 0)
    parts.push_back(context.T("admin.device.lease", {{"when", When(context, device.lease_until_us())}}));
  return JoinParts(parts, "; ");
}

Json DeviceJson(const v1::DeviceStatus& device) {
  return {{"device", device.device_label()},
          {"holder", device.holder()},
          {"last_sync", MicrosJson(device.last_sync_us())},
          {"unsent", device.unsent_count()},
          {"online", device.online()},
          {"lease_until", MicrosJson(device.lease_until_us())},
          {"revoked", device.has_revoked() ? Json(Word(device.revoked().reason())) : Json(nullptr)},
          {"revoked_at", MicrosJson(device.revoked().at_us())},
          {"enrolment_alarm", MicrosJson(device.enrolment_alarm_us())},
          {"exists_twice", device.twin_since_us() > 0},
          {"may_still_hold", device.unconfirmed_removals_size()}};
}

absl::Status ListDevices(Context& context) {
  ASSIGN_OR_RETURN(const auto all, Ask<v1::ListDevicesResponse>(context, v1::ListDevicesRequest()));
  Json document = JsonDocument("admin-devices");
  document["devices"] = Json::array();
  for (const v1::DeviceStatus& device : all.devices()) {
    context.Say(context.T("admin.device.line", {{"device", Shown(device.device_label())},
                                                {"holder", Shown(device.holder())},
                                                {"last", When(context, device.last_sync_us())},
                                                {"unsent", std::to_string(device.unsent_count())}}));
    if (const std::string state = StateOf(context, device); !state.empty()) context.Say("    " + state);
    document["devices"].push_back(DeviceJson(device));
  }
  context.Emit(document);
  return absl::OkStatus();
}

struct DeviceArgs {
  std::string device;
  std::string staff;
  std::string reason;
};

// The store that a label means, among those that the caller may know of.
absl::StatusOr<std::string> StoreMeant(Context& context, const DeviceArgs& args) {
  ASSIGN_OR_RETURN(const auto all, Ask<v1::ListDevicesResponse>(context, v1::ListDevicesRequest()));
  std::vector<std::string> stores;
  for (const v1::DeviceStatus& device : all.devices()) {
    const bool meant =
        device.device_label() == args.device && (args.staff.empty() || device.holder() == args.staff);
    if (meant) stores.push_back(device.store_id());
  }
  std::sort(stores.begin(), stores.end());
  stores.erase(std::unique(stores.begin(), stores.end()), stores.end());
  if (stores.size() == 1) return stores[0];
  if (stores.empty()) return ErrorWithWords(ErrorCode::kNotFound, context.T("admin.device.none"));
  return ErrorWithWords(ErrorCode::kAmbiguous, context.T("admin.device.several"));
}

absl::Status RevokeDevice(Context& context, const DeviceArgs& args) {
  const EnumValue* reason = ValueOfWord(*v1::RevocationReason_descriptor(), args.reason);
  if (reason == nullptr) return ErrorWithWords(ErrorCode::kUsage, context.T("admin.device.reason"));
  v1::RevokeDeviceRequest request;
  ASSIGN_OR_RETURN(*request.mutable_store_id(), StoreMeant(context, args));
  request.set_reason(static_cast<v1::RevocationReason>(reason->number()));
  ASSIGN_OR_RETURN(const auto done, Ask<v1::RevokeDeviceResponse>(context, request));
  context.Say(context.T("admin.device.done", {{"device", Shown(args.device)}}));
  context.Say(context.T(done.revoked().reason() == v1::REVOCATION_REASON_STOLEN ? "admin.device.done.stolen"
                                                                                : "admin.device.done.work"));
  Json document = JsonDocument("admin-devices-revoke");
  document["device"] = args.device;
  document["reason"] = Word(done.revoked().reason());
  document["at"] = MicrosJson(done.revoked().at_us());
  context.Emit(document);
  return absl::OkStatus();
}

// --- incident

void SayIncident(const Context& context, const v1::DescribeIncidentResponse& incident) {
  const v1::DeviceStatus& device = incident.device();
  context.Say(context.T("admin.incident.head", {{"device", Shown(device.device_label())},
                                                {"holder", Shown(device.holder())},
                                                {"last", When(context, device.last_sync_us())},
                                                {"read", When(context, incident.last_read_us())}}));
  context.Say(
      context.T("admin.incident.people", {{"people", std::to_string(incident.people_count())},
                                          {"health", std::to_string(incident.health_people_count())}}));
  for (const v1::IncidentScope& scope : incident.scopes()) {
    context.Say("    " +
                context.T("admin.incident.scope", {{"area", Shown(scope.display_name())},
                                                   {"kind", Label(context.texts(), scope.scope().kind())},
                                                   {"people", std::to_string(scope.people_count())}}));
  }
  const bool over = device.lease_until_us() <= incident.at_us();
  context.Say(context.T(over ? "admin.incident.lease-over" : "admin.incident.lease",
                        {{"when", When(context, device.lease_until_us())}}));
  if (const std::string state = StateOf(context, device); !state.empty()) context.Say(state);
}

Json IncidentJson(const v1::DescribeIncidentResponse& incident) {
  Json document = JsonDocument("admin-incident");
  document["device"] = DeviceJson(incident.device());
  document["last_read"] = MicrosJson(incident.last_read_us());
  document["people"] = incident.people_count();
  document["health_people"] = incident.health_people_count();
  document["scopes"] = Json::array();
  for (const v1::IncidentScope& scope : incident.scopes()) {
    document["scopes"].push_back({{"name", scope.display_name()},
                                  {"scope", Word(scope.scope().kind())},
                                  {"people", scope.people_count()}});
  }
  document["at"] = MicrosJson(incident.at_us());
  return document;
}

absl::Status Incident(Context& context, const DeviceArgs& args) {
  v1::DescribeIncidentRequest request;
  ASSIGN_OR_RETURN(*request.mutable_store_id(), StoreMeant(context, args));
  ASSIGN_OR_RETURN(const auto incident, Ask<v1::DescribeIncidentResponse>(context, request));
  SayIncident(context, incident);
  context.Emit(IncidentJson(incident));
  return absl::OkStatus();
}

// --- grants

struct GrantArgs {
  std::string staff;
  std::string area;
};

absl::Status ListGrants(Context& context, const GrantArgs& args) {
  v1::ListGrantsRequest request;
  request.set_staff_code(args.staff);
  ASSIGN_OR_RETURN(const auto all, Ask<v1::ListGrantsResponse>(context, request));
  Json document = JsonDocument("admin-grants");
  document["staff"] = args.staff;
  document["grants"] = Json::array();
  for (const v1::Grant& grant : all.grants()) {
    context.Say(context.T("admin.grant.line", {{"area", Shown(grant.display_name())},
                                               {"kind", Label(context.texts(), grant.scope().kind())},
                                               {"mode", Label(context.texts(), grant.mode())}}));
    document["grants"].push_back({{"name", grant.display_name()},
                                  {"scope", Word(grant.scope().kind())},
                                  {"mode", Word(grant.mode())}});
  }
  context.Emit(document);
  return absl::OkStatus();
}

absl::Status ChangeGrant(Context& context, const GrantArgs& args, bool take) {
  v1::ChangeGrantRequest request;
  request.set_staff_code(args.staff);
  request.set_area(args.area);
  request.set_take(take);
  RETURN_IF_ERROR(Ask<v1::ChangeGrantResponse>(context, request).status());
  context.Say(context.T(take ? "admin.grant.taken" : "admin.grant.given",
                        {{"staff", Shown(args.staff)}, {"area", Shown(args.area)}}));
  Json document = JsonDocument(take ? "admin-grants-take" : "admin-grants-give");
  document["staff"] = args.staff;
  document["area"] = args.area;
  context.Emit(document);
  return absl::OkStatus();
}

// --- invite

struct InviteArgs {
  v1::InviteRequest request;
  std::vector<std::string> areas;
  std::string out;
};

absl::Status Invite(Context& context, const InviteArgs& args) {
  v1::InviteRequest request = args.request;
  for (const std::string& area : args.areas) request.add_areas(area);
  ASSIGN_OR_RETURN(const auto made, Ask<v1::InviteResponse>(context, request));
  RETURN_IF_ERROR(WriteFileDurably(args.out, made.sealed_invitation()));
  context.Say(
      context.T("admin.invite.done", {{"file", args.out}, {"when", When(context, made.expires_us())}}));
  context.Say(context.T("admin.invite.code", {{"code", made.code()}}));
  Json document = JsonDocument("admin-invite");
  document["file"] = args.out;
  document["code"] = made.code();
  document["expires"] = MicrosJson(made.expires_us());
  context.Emit(document);
  return absl::OkStatus();
}

void AddStaffVerbs(VerbTable& verbs) {
  verbs.Add("admin.staff", ListStaff);
  verbs.Add("admin.staff.list", ListStaff);
  auto args = std::make_shared<RoleArgs>();
  CLI::App* role =
      verbs.Add("admin.staff.role", [args](Context& context) { return ChangeRole(context, *args); });
  role->add_option("staff", args->staff, verbs.T("help.admin.staff-code"))->required();
  role->add_option("role", args->role, verbs.T("help.admin.role"))->required();
}

void AddDeviceVerbs(VerbTable& verbs) {
  verbs.Add("admin.devices", ListDevices);
  verbs.Add("admin.devices.list", ListDevices);
  auto args = std::make_shared<DeviceArgs>();
  CLI::App* revoke =
      verbs.Add("admin.devices.revoke", [args](Context& context) { return RevokeDevice(context, *args); });
  revoke->add_option("device", args->device, verbs.T("help.admin.device"))->required();
  revoke->add_option("--reason", args->reason, verbs.T("help.admin.reason"))->required();
  CLI::App* incident =
      verbs.Add("admin.incident", [args](Context& context) { return Incident(context, *args); });
  incident->add_option("device", args->device, verbs.T("help.admin.device"))->required();
  for (CLI::App* verb : {revoke, incident})
    verb->add_option("--staff", args->staff, verbs.T("help.admin.holder"));
}

void AddGrantVerbs(VerbTable& verbs) {
  auto args = std::make_shared<GrantArgs>();
  verbs.AddGroup("admin.grants")->require_subcommand(1);
  CLI::App* list =
      verbs.Add("admin.grants.list", [args](Context& context) { return ListGrants(context, *args); });
  CLI::App* give = verbs.Add(
      "admin.grants.give", [args](Context& context) { return ChangeGrant(context, *args, /*take=*/false); });
  CLI::App* take = verbs.Add("admin.grants.take",
                             [args](Context& context) { return ChangeGrant(context, *args, /*take=*/true); });
  for (CLI::App* verb : {list, give, take})
    verb->add_option("staff", args->staff, verbs.T("help.admin.staff-code"))->required();
  for (CLI::App* verb : {give, take})
    verb->add_option("area", args->area, verbs.T("help.admin.area"))->required();
}

}  // namespace

void AddAdmin(VerbTable& verbs) {
  verbs.AddGroup("admin")->require_subcommand(1);
  AddStaffVerbs(verbs);
  AddDeviceVerbs(verbs);
  AddGrantVerbs(verbs);
  AddPersonVerbs(verbs);
  auto args = std::make_shared<InviteArgs>();
  CLI::App* invite = verbs.Add("admin.invite", [args](Context& context) { return Invite(context, *args); });
  invite->add_option("--staff", *args->request.mutable_staff_code(), verbs.T("help.admin.staff-code"))
      ->required();
  invite->add_option("--device", *args->request.mutable_device_label(), verbs.T("help.admin.device"))
      ->required();
  invite->add_option("--role", *args->request.mutable_role(), verbs.T("help.admin.role"))->required();
  invite->add_option("--area", args->areas, verbs.T("help.admin.area"));
  invite->add_option("--out", args->out, verbs.T("help.admin.out"))->required();
}

}  // namespace opgang::cli
