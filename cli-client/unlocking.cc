#include "cli-client/unlocking.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status CheckOnlyOurs(const Context& context, int fd) {
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    return ErrorWithWords(ErrorCode::kBadInput, context.T("unlock.file.unreadable"));
  }
  if ((info.st_mode & 077) != 0)
    return ErrorWithWords(ErrorCode::kBadInput, context.T("unlock.file.open-to-others"));
  return absl::OkStatus();
}

SecretBytes FirstLineOf(int fd) {
  char text[1024];
  const ssize_t n = read(fd, text, sizeof text);
  const std::string_view all(text, static_cast<size_t>(n > 0 ? n : 0));
  SecretBytes line(all.substr(0, all.find_first_of("\r\n")));
  std::fill(text, text + sizeof text, '\0');
  return line;
}

}  // namespace

absl::StatusOr<std::optional<SecretBytes>> PassphraseFromFile(const Context& context) {
  const auto path = context.wiring().environment("OPGANG_PASSPHRASE_FILE");
  if (!path || path->empty()) return std::optional<SecretBytes>();
  const OpenFile file(*path);
  RETURN_IF_ERROR(CheckOnlyOurs(context, file.fd()));
  return std::optional<SecretBytes>(FirstLineOf(file.fd()));
}

absl::Status UnlockByAnyMeans(Context& context, absl::Duration remember_for) {
  ASSIGN_OR_RETURN(std::optional<SecretBytes> passphrase, PassphraseFromFile(context));
  if (!passphrase && !context.MayPrompt()) return MakeError(ErrorCode::kLocked, "locked, and nobody to ask");
  if (!passphrase) {
    passphrase = context.terminal().ReadSecret(context.T("unlock.prompt"));
    if (!passphrase) return MakeError(ErrorCode::kCancelled, "no passphrase given");
  }
  return context.store().Unlock(passphrase->Reveal(), remember_for);
}

absl::Status UnlockIfWanted(Context& context) {
  if (context.store().unlocked() || context.store().revoked()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::optional<SecretBytes> passphrase, PassphraseFromFile(context));
  if (!passphrase && context.MayPrompt()) {
    passphrase = context.terminal().ReadSecret(context.T("unlock.prompt.optional"));
  }
  if (!passphrase || passphrase->empty()) return absl::OkStatus();
  return context.store().Unlock(passphrase->Reveal(), kRound);
}

}  // namespace opgang::cli
