#include <signal.h>

#include <atomic>
#include <cstdio>
#include <memory>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/commands.h"
#include "server/rpc/running_base.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

std::atomic<bool> stop_asked = false;

void AskToStop(int) { stop_asked = true; }

struct ServeOptions {
  std::string listen = "0.0.0.0:7443";
  std::vector<std::string> public_addresses;
  std::filesystem::path keys_copy;
  std::filesystem::path behind_proxy;
  std::vector<std::string> limits;  // "NAME=NUMBER"
  CalendarSettings calendar;
};

// The names of --limit, for --help.
std::string LimitWords() {
  std::string words = "what devices may ask for, NAME=NUMBER; may be repeated:";
  for (const NamedLimit& limit : AllLimits()) {
    words += "\n" + std::string(limit.name) + "=" + std::to_string(BaseLimits().*(limit.value)) + ": " +
             std::string(limit.meaning);
  }
  return words;
}

absl::Status Serve(const std::filesystem::path& data, const ServeOptions& serve) {
  BaseOptions options;
  options.directory = data;
  options.listen = serve.listen;
  options.public_addresses = serve.public_addresses;
  options.calendar = serve.calendar;
  options.keys_copy = serve.keys_copy;
  options.behind_proxy = serve.behind_proxy;
  for (const std::string& limit : serve.limits) RETURN_IF_ERROR(SetLimit(limit, options.limits));
  ASSIGN_OR_RETURN(const auto base, RunningBase::Start(options));
  signal(SIGTERM, AskToStop);
  signal(SIGINT, AskToStop);
  signal(SIGPIPE, SIG_IGN);
  std::printf("opgangd: ready on port %d; stop it with Ctrl-C or SIGTERM\n", base->port());
  std::fflush(stdout);
  spdlog::info("event=start port={}", base->port());
  bool failed = false;
  while (!stop_asked && !failed) failed = base->WaitForFailure(std::chrono::milliseconds(200));
  spdlog::info("event=stop reason={}", failed ? "disk-failed" : "asked");
  base->Stop();
  if (failed)
    return MakeError(ErrorCode::kNotWritable, "the disk failed; nothing that was acknowledged is lost");
  return absl::OkStatus();
}

}  // namespace

void AddServe(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("serve", "run the base until SIGTERM");
  auto options = std::make_shared<ServeOptions>();
  command->add_option("--listen", options->listen, "address and port to listen on; port 0 takes a free one")
      ->capture_default_str();
  command->add_option("--public", options->public_addresses,
                      "name or address that devices dial, host or host:port; may be repeated");
  command
      ->add_option(
          "--keys-copy", options->keys_copy,
          "keep a copy of keys/ in this directory, on another disk: newest state only, after every change")
      ->envname("OPGANGD_KEYS_COPY");
  command->add_option("--limit", options->limits, LimitWords());
  command->add_option("--behind-proxy", options->behind_proxy,
                      "devices come through the proxy that shows this certificate, and nobody else is let in "
                      "(opgangd proxy-keys; docs/under-attack.md)");
  command->add_flag("--constitution-day-off", options->calendar.constitution_day_off,
                    "5 June is a day off here");
  command->add_flag("--christmas-eve-off", options->calendar.christmas_eve_off,
                    "24 December is a day off here");
  command->callback(
      [&context, options] { context.run = [&context, options] { return Serve(context.data, *options); }; });
}

}  // namespace opgang
