// opgang status: whose store this is, what is unsent, when it last synced, how well it knows the time; and
// opgang doctor, which looks for what is wrong.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/backup_notice.h"
#include "cli-client/conflict_view.h"
#include "cli-client/dates.h"
#include "cli-client/doctor.h"
#include "cli-client/layout.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"
#include "cli-client/words.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

std::string TimeWords(const Context& context) {
  const NowEstimate now = context.store().Now();
  const std::string best = MomentWords(context.texts(), now.best, context.Today());
  return context.T(DayIsUncertain(now) ? "status.time.uncertain" : "status.time.known", {{"now", best}});
}

std::string LastSyncWords(const Context& context) {
  const auto last = context.store().last_sync();
  if (!last) return context.T("status.never-synced");
  return context.T("status.last-sync", {{"when", MomentWords(context.texts(), *last, context.Today())}});
}

std::string GrantWords(const Context& context) {
  std::vector<std::string> names;
  for (const GrantInfo& grant : context.store().grants()) {
    const std::string kind = Label(context.texts(), grant.scope.kind),
                      mode = Label(context.texts(), grant.mode);
    const bool named = !grant.display_name.empty();  // the directory has no name
    names.push_back(named ? Shown(grant.display_name) + " (" + kind + ", " + mode + ")"
                          : kind + " (" + mode + ")");
  }
  return names.empty() ? context.T("status.no-grants")
                       : context.T("status.grants", {{"grants", JoinParts(names, ", ")}});
}

// Whether and until when this store shows anything.
void SayAccess(const Context& context) {
  const auto when = [&](absl::Time at) { return MomentWords(context.texts(), at, context.Today()); };
  if (const auto revoked = context.store().revoked()) {
    context.Say(context.T("status.revoked", {{"when", when(absl::FromUnixMicros(revoked->at_us()))},
                                             {"reason", Label(context.texts(), revoked->reason())}}));
    return;
  }
  context.Say(context.T(context.store().unlocked() ? "status.unlocked" : "status.locked"));
  const LeaseInfo lease = context.store().lease();
  context.Say(lease.over ? context.T("status.lease-over")
                         : context.T("status.lease", {{"when", when(lease.until)}}));
}

void SayStatus(const Context& context) {
  const StoreInfo& info = context.store().info();
  context.Say(context.T("status.store", {{"staff", Shown(info.staff_code)},
                                         {"device", Shown(info.device_label)},
                                         {"role", std::string(RoleName(info.role))}}));
  context.Say(UnsentWords(context));
  if (const std::string open = OpenConflictsWords(context); !open.empty()) context.Say(open);
  SayAccess(context);
  context.Say(LastSyncWords(context));
  SayBackupNotice(context, context.store().backup_status());
  context.Say(TimeWords(context));
  // The names of areas are sealed too: nothing to say about them while locked.
  if (context.store().unlocked()) context.Say(GrantWords(context));
}

Json GrantsJson(const Context& context) {
  Json grants = Json::array();
  for (const GrantInfo& grant : context.store().grants()) {
    grants.push_back(
        {{"name", grant.display_name}, {"scope", Word(grant.scope.kind)}, {"mode", Word(grant.mode)}});
  }
  return grants;
}

Json StatusJson(const Context& context) {
  const Store& store = context.store();
  const NowEstimate now = store.Now();
  Json document = JsonDocument("status");
  document["staff"] = store.info().staff_code;
  document["device"] = store.info().device_label;
  document["role"] = RoleName(store.info().role);
  document["unlocked"] = store.unlocked();
  document["lease"] = {{"until", JsonTime(store.lease().until)}, {"over", store.lease().over}};
  const auto revoked = store.revoked();
  document["revoked"] = revoked ? Json(Word(revoked->reason())) : Json(nullptr);
  document["queue"] = UnsentJson(context);
  document["open_conflicts"] = OpenConflictsJson(context);
  document["last_sync"] = store.last_sync() ? JsonTime(*store.last_sync()) : Json(nullptr);
  document["time"] = {{"best", JsonTime(now.best)},
                      {"earliest", JsonTime(now.now.earliest)},
                      {"latest", JsonTime(now.now.latest)},
                      {"exact", now.exact}};
  document["grants"] = GrantsJson(context);
  document["backup"] = BackupJson(store.backup_status());
  return document;
}

absl::Status RunStatus(Context& context) {
  RETURN_IF_ERROR(context.OpenStore().status());
  SayStatus(context);
  context.Emit(StatusJson(context));
  return absl::OkStatus();
}

struct DoctorArgs {
  bool base = false;
};

absl::Status RunDoctor(Context& context, const DoctorArgs& args) {
  const std::vector<Finding> findings = Examine(context, args.base);
  Json document = JsonDocument("doctor");
  document["findings"] = Json::array();
  absl::Status worst;
  for (const Finding& finding : findings) {
    const std::string mark = context.T("doctor.mark." + finding.mark);
    for (const std::string& line : Wrap(mark + " " + finding.words, context.terminal().Width(), 7)) {
      context.Say(line);
    }
    document["findings"].push_back(
        {{"about", finding.about}, {"mark", finding.mark}, {"words", finding.words}});
    if (worst.ok()) worst = finding.status;
  }
  context.Emit(document);
  return worst;
}

}  // namespace

void AddStatus(VerbTable& verbs) { verbs.Add("status", RunStatus); }

void AddDoctor(VerbTable& verbs) {
  auto args = std::make_shared<DoctorArgs>();
  CLI::App* verb = verbs.Add("doctor", [args](Context& context) { return RunDoctor(context, *args); });
  verb->add_flag("--base", args->base, verbs.T("help.doctor.base"));
}

}  // namespace opgang::cli
