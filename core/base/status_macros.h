// Propagation of absl::Status. Named as upstream's status macros, which this Abseil release does not ship:
// delete this file at the upgrade that does.
#ifndef OPGANG_CORE_BASE_STATUS_MACROS_H_
#define OPGANG_CORE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define RETURN_IF_ERROR(expr)                        \
  do {                                               \
    absl::Status opgang_status_ = (expr);            \
    if (!opgang_status_.ok()) return opgang_status_; \
  } while (false)

#define OPGANG_CONCAT_INNER_(a, b) a##b
#define OPGANG_CONCAT_(a, b) OPGANG_CONCAT_INNER_(a, b)

#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL_(OPGANG_CONCAT_(opgang_result_, __LINE__), lhs, expr)

#define ASSIGN_OR_RETURN_IMPL_(result, lhs, expr)      \
  auto result = (expr);                                \
  if (!result.ok()) return std::move(result).status(); \
  lhs = std::move(result).value()

#endif  // OPGANG_CORE_BASE_STATUS_MACROS_H_
