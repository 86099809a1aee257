#include "cli-client/device_list.h"

#include <algorithm>
#include <set>

#include "cli-client/dates.h"
#include "cli-client/layout.h"

namespace opgang::cli {
namespace {

std::string LastSyncWords(const Context& context, const v1::DeviceStatus& device) {
  if (device.last_sync_us() == 0) return context.T("devices.never");
  return MomentWords(context.texts(), absl::FromUnixMicros(device.last_sync_us()), context.Today());
}

std::string DeviceLine(const Context& context, const v1::DeviceStatus& device) {
  std::string line = context.T("devices.line", {{"device", Shown(device.device_label())},
                                                {"holder", Shown(device.holder())},
                                                {"last", LastSyncWords(context, device)},
                                                {"unsent", std::to_string(device.unsent_count())}});
  if (device.nearest_due_us() == 0) return line;
  // The due instant is the first one after the due date.
  const absl::CivilDay due = LocalDay(absl::FromUnixMicros(device.nearest_due_us() - 1));
  return line + " " + context.T("devices.due", {{"when", DayWords(context.texts(), due, context.Today())}});
}

// Each store once, though both of it are listed.
void SayTwins(const Context& context, const v1::ListDevicesResponse& devices) {
  std::set<std::string> told;
  for (const v1::DeviceStatus& device : devices.devices()) {
    if (device.twin_since_us() == 0 || !told.insert(device.store_id()).second) continue;
    const absl::Time since = absl::FromUnixMicros(device.twin_since_us());
    const std::string words =
        context.T("devices.twin", {{"device", Shown(device.device_label())},
                                   {"holder", Shown(device.holder())},
                                   {"since", MomentWords(context.texts(), since, context.Today())}});
    for (const std::string& line : Wrap(words, context.terminal().Width(), 2)) context.Say(line);
  }
}

void SayAlarms(const Context& context, const v1::ListDevicesResponse& devices) {
  for (const v1::DeviceStatus& device : devices.devices()) {
    if (device.enrolment_alarm_us() == 0) continue;
    const absl::Time since = absl::FromUnixMicros(device.enrolment_alarm_us());
    const std::string words =
        context.T("devices.alarm", {{"device", Shown(device.device_label())},
                                    {"holder", Shown(device.holder())},
                                    {"since", MomentWords(context.texts(), since, context.Today())}});
    for (const std::string& line : Wrap(words, context.terminal().Width(), 2)) context.Say(line);
  }
}

Json MicrosJson(int64_t us) { return us == 0 ? Json(nullptr) : JsonTime(absl::FromUnixMicros(us)); }

}  // namespace

void SaySilentDevices(const Context& context, const absl::StatusOr<v1::ListDevicesResponse>& devices) {
  if (!devices.ok()) {
    const auto last = context.store().last_sync();
    context.Say(last ? context.T("devices.no-answer",
                                 {{"when", MomentWords(context.texts(), *last, context.Today())}})
                     : context.T("devices.no-answer.never"));
    return;
  }
  SayAlarms(context, *devices);
  SayTwins(context, *devices);
  const auto& all = devices->devices();
  const auto silent =
      std::count_if(all.begin(), all.end(), [](const v1::DeviceStatus& d) { return d.silent(); });
  context.Say(context.T(silent == 0 ? "devices.none-silent" : "devices.silent",
                        {{"count", std::to_string(silent)}, {"all", std::to_string(all.size())}}));
  for (const v1::DeviceStatus& device : all) {
    if (!device.silent()) continue;
    for (const std::string& line : Wrap("  " + DeviceLine(context, device), context.terminal().Width(), 4)) {
      context.Say(line);
    }
  }
}

Json DevicesJson(const absl::StatusOr<v1::ListDevicesResponse>& devices) {
  if (!devices.ok()) return nullptr;
  Json list = Json::array();
  for (const v1::DeviceStatus& device : devices->devices()) {
    list.push_back({{"device", device.device_label()},
                    {"holder", device.holder()},
                    {"last_sync", MicrosJson(device.last_sync_us())},
                    {"unsent", device.unsent_count()},
                    {"nearest_due", MicrosJson(device.nearest_due_us())},
                    {"silent", device.silent()},
                    {"online", device.online()},
                    {"exists_twice", device.twin_since_us() != 0},
                    {"exists_twice_since", MicrosJson(device.twin_since_us())},
                    {"enrolment_alarm", MicrosJson(device.enrolment_alarm_us())},
                    {"revoked", MicrosJson(device.revoked().at_us())}});
  }
  return list;
}

}  // namespace opgang::cli
