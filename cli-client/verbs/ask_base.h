// Asking the base something in the name of whoever's store this is, for the verbs of opgang admin.
#ifndef OPGANG_CLI_CLIENT_VERBS_ASK_BASE_H_
#define OPGANG_CLI_CLIENT_VERBS_ASK_BASE_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "opgang/admin.h"

namespace opgang::cli {

// What is wrong with the request the base says best: codes of staff and devices, names of areas.
inline absl::Status InTheBasesWords(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  const bool about_request =
      code == ErrorCode::kUsage || code == ErrorCode::kNotFound || code == ErrorCode::kBadInput;
  return about_request ? ErrorWithWords(code, std::string(status.message())) : status;
}

// The store is opened first, and its passphrase asked for where it is locked.
template <typename Response, typename Request>
absl::StatusOr<Response> Ask(Context& context, const Request& request) {
  RETURN_IF_ERROR(context.OpenView().status());
  auto response = context.wiring().administration->Ask(context.store(), request);
  if (!response.ok()) return InTheBasesWords(response.status());
  return response;
}

// admin_persons.cc: opgang admin erase, opgang admin export.
void AddPersonVerbs(VerbTable& verbs);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_VERBS_ASK_BASE_H_
