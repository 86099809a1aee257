// opgang: the client for the person in the stairwell. Wires the machine's own parts together and runs.
#include <cstdlib>

#include "cli-client/app.h"
#include "cli-client/posix_terminal.h"
#include "core/base/heap.h"
#include "google/protobuf/stubs/logging.h"
#include "opgang/admin.h"
#include "opgang/key_provider.h"
#include "opgang/reports.h"

int main(int argc, char** argv) {
  using namespace opgang;  // NOLINT(google-build-using-namespace): this file is wiring only
  GrowHeapInLargeSteps();
  google::protobuf::SetLogHandler(nullptr);  // what cannot be parsed is told in our own words
  cli::PosixTerminal terminal;
  cli::Wiring wiring;
  wiring.terminal = &terminal;
  wiring.environment = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  };
  const std::unique_ptr<KeyProvider> keys = MakeKeyringKeyProvider();
  wiring.make_device = [&keys](const std::filesystem::path& home) {
    DeviceOptions options;
    options.home = home;
    options.keys = keys.get();
    options.ends_with_process = true;
    return std::make_unique<Device>(options);
  };
  wiring.sync = [](Store& store, const SyncOptions& options) { return Sync(store, options); };
  wiring.list_devices = [](const Store& store, absl::Duration timeout) {
    return ListDevices(store, timeout);
  };
  wiring.run_report = [](const Store& store, const v1::RunReportRequest& request, absl::Duration timeout) {
    return RunReport(store, request, timeout);
  };
  wiring.administration = &GrpcAdministration();
  return cli::RunApp(std::vector<std::string>(argv + 1, argv + argc), wiring);
}
