// opgang use: whose store a shared tablet shows. Each staff member has one of his own; switching locks the one before.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <vector>

#include "cli-client/layout.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

absl::Status ListStores(Context& context, const std::vector<StoreInfo>& stores) {
  Json document = JsonDocument("use");
  document["stores"] = Json::array();
  for (const StoreInfo& info : stores) {
    const bool current = &info == &stores.front();  // Stores() says so
    context.Say(context.T(current ? "use.current" : "use.line",
                          {{"staff", Shown(info.staff_code)}, {"device", Shown(info.device_label)}}));
    document["stores"].push_back(
        {{"staff", info.staff_code}, {"device", info.device_label}, {"current", current}});
  }
  context.Emit(document);
  return absl::OkStatus();
}

// The newest one, where somebody was invited here again.
absl::Status Use(Context& context, const std::string& staff) {
  ASSIGN_OR_RETURN(const std::vector<StoreInfo> stores, context.device().Stores());
  if (staff.empty()) return ListStores(context, stores);
  const StoreInfo* found = nullptr;
  for (const StoreInfo& info : stores) {
    if (info.staff_code == staff && (found == nullptr || found->id < info.id)) found = &info;
  }
  if (found == nullptr) return ErrorWithWords(ErrorCode::kNotFound, context.T("use.none"));
  RETURN_IF_ERROR(context.device().Use(found->id));
  context.Say(context.T("use.done", {{"staff", Shown(staff)}}));
  Json document = JsonDocument("use");
  document["staff"] = staff;
  document["device"] = found->device_label;
  context.Emit(document);
  return absl::OkStatus();
}

}  // namespace

void AddUse(VerbTable& verbs) {
  auto staff = std::make_shared<std::string>();
  CLI::App* verb = verbs.Add("use", [staff](Context& context) { return Use(context, *staff); });
  verb->add_option("staff", *staff, verbs.T("help.use.staff"));
}

}  // namespace opgang::cli
