// opgang admin erase, opgang admin export: what a person may ask of the base that holds her data, by a coordinator of her area.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli-client/dates.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/verbs/ask_base.h"
#include "cli-client/words.h"
#include "core/sqlite/durable_file.h"

namespace opgang::cli {
namespace {

struct PersonArgs {
  std::string citizen;
  std::string reason = "request";
  bool yes = false;
  bool with_duplicates = false;
  bool only_this = false;
  std::filesystem::path out;
};

// The record id: by the handle of any record about her that is here, else as it was typed, which the base knows or does not.
absl::StatusOr<std::string> CitizenMeant(Context& context, const std::string& typed) {
  if (UuidFromString(typed).has_value()) return typed;
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  const auto citizen = CitizenOf(context, *view, typed);
  if (citizen.ok()) return (*citizen)->id.ToString();
  if (GetErrorCode(citizen.status()) == ErrorCode::kNotFound) return typed;
  return citizen.status();
}

std::string IdText(std::string_view bytes) {
  return RecordId::FromBytes(bytes).value_or(RecordId()).ToString();
}

Json IdsJson(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  Json list = Json::array();
  for (const std::string& id : ids) list.push_back(IdText(id));
  return list;
}

// --- erase

absl::StatusOr<v1::EraseCitizenRequest> ErasureAsked(Context& context, const PersonArgs& args) {
  if (args.with_duplicates && args.only_this)
    return ErrorWithWords(ErrorCode::kUsage, context.T("admin.erase.both"));
  const EnumValue* reason = ValueOfWord(*v1::ErasureReason_descriptor(), args.reason);
  if (reason == nullptr) return ErrorWithWords(ErrorCode::kUsage, context.T("admin.erase.reason"));
  v1::EraseCitizenRequest request;
  ASSIGN_OR_RETURN(*request.mutable_citizen(), CitizenMeant(context, args.citizen));
  request.set_apply(args.yes);
  request.set_reason(static_cast<v1::ErasureReason>(reason->number()));
  if (args.with_duplicates) request.set_duplicates(v1::DUPLICATE_CHOICE_TAKE_ALONG);
  if (args.only_this) request.set_duplicates(v1::DUPLICATE_CHOICE_LEAVE);
  return request;
}

void SayErasure(const Context& context, const v1::EraseCitizenResponse& erased) {
  const v1::ErasureCounts& counts = erased.counts();
  context.Say(context.T(erased.applied() ? "admin.erase.done" : "admin.erase.would",
                        {{"records", std::to_string(counts.record_count())},
                         {"refused", std::to_string(counts.quarantine_count())},
                         {"seats", std::to_string(counts.seat_count())}}));
  if (!erased.joined_ids().empty())
    context.Say(context.T("admin.erase.joined", {{"count", std::to_string(erased.joined_ids_size())}}));
  if (!erased.reach().empty()) context.Say(context.T("admin.erase.reach"));
  for (const v1::ErasureReach& one : erased.reach())
    context.Say("    " + context.T("admin.erase.device",
                                   {{"device", Shown(one.device_label())}, {"holder", Shown(one.holder())}}));
  context.Say(context.T(erased.applied() ? "admin.erase.reaches" : "admin.erase.nothing"));
  if (erased.applied() && !erased.copied()) context.Say(context.T("admin.erase.no-copy"));
}

Json ErasureJson(const v1::EraseCitizenResponse& erased) {
  Json document = JsonDocument("admin-erase");
  document["applied"] = erased.applied();
  document["citizens"] = IdsJson(erased.citizen_ids());
  document["joined"] = IdsJson(erased.joined_ids());
  document["records"] = erased.counts().record_count();
  document["mutations"] = erased.counts().mutation_count();
  document["quarantined"] = erased.counts().quarantine_count();
  document["referrals"] = erased.counts().referral_count();
  document["conflicts"] = erased.counts().conflict_count();
  document["seats"] = erased.counts().seat_count();
  document["keys_copied"] = erased.copied();
  document["devices"] = Json::array();
  for (const v1::ErasureReach& one : erased.reach())
    document["devices"].push_back({{"device", one.device_label()}, {"holder", one.holder()}});
  return document;
}

absl::Status Erase(Context& context, const PersonArgs& args) {
  ASSIGN_OR_RETURN(const v1::EraseCitizenRequest request, ErasureAsked(context, args));
  ASSIGN_OR_RETURN(const auto erased, Ask<v1::EraseCitizenResponse>(context, request));
  SayErasure(context, erased);
  context.Emit(ErasureJson(erased));
  return absl::OkStatus();
}

// --- export

// Named by the id: a file's name is seen by everybody who sees the directory.
absl::Status Export(Context& context, const PersonArgs& args) {
  v1::ExportCitizenRequest request;
  ASSIGN_OR_RETURN(*request.mutable_citizen(), CitizenMeant(context, args.citizen));
  ASSIGN_OR_RETURN(const auto exported, Ask<v1::ExportCitizenResponse>(context, request));
  const std::string name = "citizen-" + IdText(exported.citizen_ids(0));
  RETURN_IF_ERROR(MakePrivateDirectory(std::filesystem::absolute(args.out)));
  const auto json = args.out / (name + ".json"), html = args.out / (name + ".html");
  RETURN_IF_ERROR(WriteFileDurably(json, exported.json()));
  RETURN_IF_ERROR(WriteFileDurably(html, exported.html()));
  const Json content = Json::parse(exported.json(), nullptr, /*allow_exceptions=*/false);
  const int withheld = content.is_object() ? content.value("withheld", 0) : 0;
  context.Say(html.string());
  context.Say(json.string());
  context.Say(context.T("admin.export.done"));
  if (withheld > 0) context.Say(context.T("admin.export.withheld", {{"count", std::to_string(withheld)}}));
  Json document = JsonDocument("admin-export");
  document["json"] = json.string();
  document["html"] = html.string();
  document["citizens"] = exported.citizen_ids_size();
  document["withheld"] = withheld;
  context.Emit(document);
  return absl::OkStatus();
}

}  // namespace

void AddPersonVerbs(VerbTable& verbs) {
  auto args = std::make_shared<PersonArgs>();
  CLI::App* erase = verbs.Add("admin.erase", [args](Context& context) { return Erase(context, *args); });
  erase->add_option("--reason", args->reason, verbs.T("help.admin.erase-reason"));
  erase->add_flag("--with-duplicates", args->with_duplicates, verbs.T("help.admin.with-duplicates"));
  erase->add_flag("--only-this", args->only_this, verbs.T("help.admin.only-this"));
  erase->add_flag("--yes", args->yes, verbs.T("help.admin.yes"));
  CLI::App* out = verbs.Add("admin.export", [args](Context& context) { return Export(context, *args); });
  out->add_option("--out", args->out, verbs.T("help.admin.export-out"))->required();
  for (CLI::App* verb : {erase, out})
    verb->add_option("citizen", args->citizen, verbs.T("help.admin.citizen"))->required();
}

}  // namespace opgang::cli
