#include "cli-client/doctor.h"

#include <unistd.h>

#include "cli-client/dates.h"
#include "cli-client/when.h"
#include "core/base/error.h"
#include "opgang/key_provider.h"

namespace opgang::cli {
namespace {

constexpr absl::Duration kBasePatience = absl::Seconds(5);
constexpr absl::Duration kClockTolerance = absl::Minutes(5);

Finding Good(const Context& context, const std::string& about, std::string_view id,
             std::initializer_list<TextArg> args = {}) {
  return {about, "good", context.T(id, args), absl::OkStatus()};
}

Finding Note(const Context& context, const std::string& about, std::string_view id,
             std::initializer_list<TextArg> args = {}) {
  return {about, "note", context.T(id, args), absl::OkStatus()};
}

Finding Bad(const Context& context, const std::string& about, const absl::Status& status) {
  const std::string name(ErrorCodeName(GetErrorCode(status)));
  return {about, "bad", context.T("error." + name + ".what") + " " + context.T("error." + name + ".do"),
          status};
}

Finding ExamineHome(const Context& context) {
  const std::string home = context.options().home.string();
  if (access(home.c_str(), F_OK) != 0) {
    return Bad(context, "home", MakeError(ErrorCode::kNotEnrolled, "no home directory"));
  }
  if (access(home.c_str(), R_OK | W_OK | X_OK) != 0) {
    return Bad(context, "home", MakeError(ErrorCode::kNotWritable, "home directory"));
  }
  return Good(context, "home", "doctor.home", {{"home", home}});
}

Finding ExamineKeys(Context& context) {
  KeyProvider* keys = context.device().options().keys;
  if (keys == nullptr || !keys->available()) return Note(context, "keys", "doctor.keys.none");
  return Good(context, "keys", context.store().unlocked() ? "doctor.keys.unlocked" : "doctor.keys.locked");
}

Finding ExamineClock(Context& context) {
  const NowEstimate now = context.store().Now();
  if (DayIsUncertain(now)) return Note(context, "clock", "doctor.clock.uncertain");
  const absl::Duration off = context.device().options().clock->WallNow() - now.best;
  if (absl::AbsDuration(off) <= kClockTolerance) return Good(context, "clock", "doctor.clock");
  return Note(context, "clock", "doctor.clock.off",
              {{"span", SpanWords(context.texts(), absl::AbsDuration(off))}});
}

Finding ExamineSync(const Context& context) {
  const auto last = context.store().last_sync();
  if (!last) return Note(context, "sync", "status.never-synced");
  return Good(context, "sync", "status.last-sync",
              {{"when", MomentWords(context.texts(), *last, context.Today())}});
}

Finding ExamineCopy(const Context& context) {
  const auto repair = context.store().last_repair();
  if (!repair) return Good(context, "copy", "doctor.copy");
  return Note(context, "copy", "doctor.copy.repaired",
              {{"when", MomentWords(context.texts(), repair->at, context.Today())},
               {"count", std::to_string(repair->records)}});
}

Finding ExamineQueue(const Context& context) {
  const OutboxCounts counts = context.store().outbox_counts();
  const std::string count = std::to_string(counts.unsent);
  if (counts.needs_attention == 0) return Good(context, "queue", "store.unsent", {{"count", count}});
  return Note(context, "queue", "doctor.queue.attention",
              {{"count", std::to_string(counts.needs_attention)}});
}

Finding ExamineBase(const Context& context) {
  const auto devices = context.wiring().list_devices(context.store(), kBasePatience);
  if (devices.ok()) return Good(context, "base", "doctor.base");
  // It was reached, and may not tell this role or a locked store.
  const ErrorCode code = GetErrorCode(devices.status());
  const bool answers = code == ErrorCode::kBaseRefused || code == ErrorCode::kLocked;
  if (!answers) return Bad(context, "base", devices.status());
  return Good(context, "base", "doctor.base");
}

}  // namespace

std::vector<Finding> Examine(Context& context, bool ask_base) {
  std::vector<Finding> findings = {ExamineHome(context)};
  const auto store = context.OpenStore();
  if (!store.ok()) {
    findings.push_back(Bad(context, "store", store.status()));
    return findings;
  }
  findings.push_back(Good(context, "store", "doctor.store"));
  findings.push_back(ExamineKeys(context));
  findings.push_back(ExamineClock(context));
  findings.push_back(ExamineSync(context));
  findings.push_back(ExamineCopy(context));
  findings.push_back(ExamineQueue(context));
  if (ask_base) findings.push_back(ExamineBase(context));
  return findings;
}

}  // namespace opgang::cli
