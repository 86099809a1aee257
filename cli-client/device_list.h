// The devices that the base knows, in words: a case that nobody has seen because a device lies unsynced in a
// bag is the failure that all this exists to prevent.
#ifndef OPGANG_CLI_CLIENT_DEVICE_LIST_H_
#define OPGANG_CLI_CLIENT_DEVICE_LIST_H_

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "opgang/v1/sync.pb.h"

namespace opgang::cli {

// Those that exist twice, and the silent ones, with holder, last sync, unsent count and nearest due time as last heard; says so where
// there are none, and where the base did not answer.
void SaySilentDevices(const Context& context, const absl::StatusOr<v1::ListDevicesResponse>& devices);
// All devices; null where the base did not answer.
Json DevicesJson(const absl::StatusOr<v1::ListDevicesResponse>& devices);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_DEVICE_LIST_H_
