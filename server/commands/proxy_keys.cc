// opgangd proxy-keys: what a proxy before the base needs to be believed by devices and by the base (docs/under-attack.md).
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "server/commands/commands.h"
#include "server/identity/certificate_names.h"
#include "server/identity/key_store.h"
#include "server/identity/proxy_certificate.h"

namespace opgang {
namespace {

// For the hosts that the base's own certificate names: devices dial the same ones.
absl::Status WriteKeys(const std::filesystem::path& data, const std::filesystem::path& out) {
  ASSIGN_OR_RETURN(const BaseKeys keys, LoadBaseKeys(data));
  ASSIGN_OR_RETURN(const CertifiedKey server,
                   IssueServerCertificate(keys.ca, HostsOf(keys.server.certificate_pem), SystemRandom()));
  ASSIGN_OR_RETURN(const CertifiedKey client, IssueProxyCertificate(SystemRandom()));
  if (std::filesystem::exists(out / "client.pem"))
    return MakeError(ErrorCode::kNotWritable, "there are keys of a proxy already: name another directory");
  RETURN_IF_ERROR(MakePrivateDirectory(out));
  const auto write = [&](const char* name, std::string_view pem) {
    return WriteFileDurably((out / name).string(), pem);
  };
  RETURN_IF_ERROR(write("ca.pem", keys.ca.certificate_pem));
  RETURN_IF_ERROR(write("server.pem", server.certificate_pem));
  RETURN_IF_ERROR(write("server.key", server.private_key_pem.Reveal()));
  RETURN_IF_ERROR(write("client.pem", client.certificate_pem));
  RETURN_IF_ERROR(write("client.key", client.private_key_pem.Reveal()));
  std::printf("In %s: ca.pem, server.pem, server.key, client.pem, client.key.\n", out.c_str());
  std::printf("The proxy takes all five (examples/proxy/nginx.conf); the base is started with\n");
  std::printf("  opgangd serve --behind-proxy %s\n", (out / "client.pem").c_str());
  return absl::OkStatus();
}

}  // namespace

void AddProxyKeys(CLI::App& program, CommandContext& context) {
  auto* command =
      program.add_subcommand("proxy-keys", "write certificates and keys for a proxy before the base");
  auto out = std::make_shared<std::string>();
  command->add_option("--out", *out, "a directory, made for its owner only")->required();
  command->callback(
      [&context, out] { context.run = [&context, out] { return WriteKeys(context.data, *out); }; });
}

}  // namespace opgang
