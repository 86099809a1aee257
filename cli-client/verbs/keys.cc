// Getting in and out: opgang enroll (a store from an invitation), opgang unlock and opgang lock.
//
// Secrets come from a prompt without echo, or, where stdin is no terminal, one a line in the order in which
// they would be asked: enroll reads code and passphrase, unlock the passphrase. OPGANG_PASSPHRASE_FILE stands
// in for the latter.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli-client/prompts.h"
#include "cli-client/saving.h"
#include "cli-client/unlocking.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr size_t kMaxInvitationBytes = 1 << 20;
constexpr size_t kMinPassphrase = 8;

absl::StatusOr<std::string> ReadInvitation(const Context& context, const std::string& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || !std::filesystem::is_regular_file(path, ignored)) {
    return ErrorWithWords(ErrorCode::kBadInput, context.T("enroll.no-file"));
  }
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.size() > kMaxInvitationBytes) return MakeError(ErrorCode::kInvitationDamaged, "too long");
  return bytes;
}

absl::Status NobodyToAsk() { return MakeError(ErrorCode::kCancelled, "input ended"); }

absl::StatusOr<std::string> CodeOf(const Context& context) {
  if (context.MayPrompt()) {
    const LineAnswer answer = AskLine(context, context.T("enroll.code"));
    if (answer.reply != Answered::kGiven) return NobodyToAsk();
    return answer.text.Reveal();
  }
  const auto line = context.terminal().CanPrompt() ? std::nullopt : context.terminal().NextInputLine();
  if (!line) return ErrorWithWords(ErrorCode::kUsage, context.T("enroll.needs-input"));
  return Trimmed(*line);
}

// A new passphrase is typed twice.
absl::StatusOr<SecretBytes> NewPassphrase(const Context& context) {
  for (;;) {
    auto first = context.terminal().ReadSecret(context.T("enroll.passphrase"));
    if (!first) return NobodyToAsk();
    if (first->size() < kMinPassphrase) {
      context.Hint(context.T("enroll.too-short"));
      continue;
    }
    auto second = context.terminal().ReadSecret(context.T("enroll.passphrase.again"));
    if (!second) return NobodyToAsk();
    if (*first == *second) return *std::move(first);
    context.Hint(context.T("enroll.not-the-same"));
  }
}

absl::StatusOr<SecretBytes> PassphraseFor(const Context& context, bool is_new) {
  ASSIGN_OR_RETURN(std::optional<SecretBytes> passphrase, PassphraseFromFile(context));
  if (passphrase) return *std::move(passphrase);
  if (context.MayPrompt()) {
    if (is_new) return NewPassphrase(context);
    passphrase = context.terminal().ReadSecret(context.T("unlock.prompt"));
    return passphrase ? absl::StatusOr<SecretBytes>(*std::move(passphrase)) : NobodyToAsk();
  }
  const auto line = context.terminal().CanPrompt() ? std::nullopt : context.terminal().NextInputLine();
  if (!line) return ErrorWithWords(ErrorCode::kUsage, context.T("enroll.needs-input"));
  return SecretBytes(*line);
}

absl::Status RunEnroll(Context& context, const std::string& path) {
  EnrollInput input;
  ASSIGN_OR_RETURN(input.invitation_file, ReadInvitation(context, path));
  ASSIGN_OR_RETURN(input.code, CodeOf(context));
  ASSIGN_OR_RETURN(const SecretBytes passphrase, PassphraseFor(context, /*is_new=*/true));
  if (passphrase.size() < kMinPassphrase)
    return ErrorWithWords(ErrorCode::kRefused, context.T("enroll.too-short"));
  input.passphrase = passphrase.Reveal();
  RETURN_IF_ERROR(context.device().Enroll(input));
  RETURN_IF_ERROR(context.OpenStore().status());
  RETURN_IF_ERROR(context.store().Unlock(passphrase.Reveal(), kRound));
  const StoreInfo& info = context.store().info();
  context.Say(context.T("enroll.done", {{"staff", info.staff_code}, {"device", info.device_label}}));
  // Work of a former store on this device went along.
  if (context.store().outbox_counts().unsent > 0) context.Say(UnsentWords(context));
  Json document = JsonDocument("enroll");
  document["staff"] = info.staff_code;
  document["device"] = info.device_label;
  document["role"] = RoleName(info.role);
  document["queue"] = UnsentJson(context);
  context.Emit(document);
  return absl::OkStatus();
}

struct UnlockArgs {
  double hours = absl::ToDoubleHours(kRound);
};

absl::Status RunUnlock(Context& context, const UnlockArgs& args) {
  RETURN_IF_ERROR(context.OpenStore().status());
  ASSIGN_OR_RETURN(const SecretBytes passphrase, PassphraseFor(context, /*is_new=*/false));
  RETURN_IF_ERROR(context.store().Unlock(passphrase.Reveal(), absl::Hours(args.hours)));
  KeyProvider* keys = context.device().options().keys;
  const bool remembered = keys != nullptr && keys->available();
  context.Say(context.T(remembered ? "unlock.done" : "unlock.not-remembered"));
  Json document = JsonDocument("unlock");
  document["unlocked"] = true;
  document["remembered"] = remembered;
  context.Emit(document);
  return absl::OkStatus();
}

absl::Status RunLock(Context& context) {
  RETURN_IF_ERROR(context.OpenStore().status());
  RETURN_IF_ERROR(context.store().Lock());
  context.Say(context.T("lock.done") + " " + UnsentWords(context));
  Json document = JsonDocument("lock");
  document["unlocked"] = false;
  document["queue"] = UnsentJson(context);
  context.Emit(document);
  return absl::OkStatus();
}

}  // namespace

void AddEnroll(VerbTable& verbs) {
  auto path = std::make_shared<std::string>();
  CLI::App* verb = verbs.Add("enroll", [path](Context& context) { return RunEnroll(context, *path); });
  verb->add_option("file", *path, verbs.T("help.enroll.file"))->required();
}

void AddUnlock(VerbTable& verbs) {
  auto args = std::make_shared<UnlockArgs>();
  CLI::App* verb = verbs.Add("unlock", [args](Context& context) { return RunUnlock(context, *args); });
  verb->add_option("--for", args->hours, verbs.T("help.unlock.for"))->type_name("HOURS");
}

void AddLock(VerbTable& verbs) { verbs.Add("lock", RunLock); }

}  // namespace opgang::cli
