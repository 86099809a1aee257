// What every call beside the session has in common: a connection, a deadline, and the proof that the passphrase is known.
#ifndef OPGANG_CLIENT_LIB_SRC_TRANSPORT_UNARY_CALL_H_
#define OPGANG_CLIENT_LIB_SRC_TRANSPORT_UNARY_CALL_H_

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client-lib/src/store/store_impl.h"
#include "client-lib/src/transport/channel.h"
#include "core/base/status_macros.h"

namespace opgang {

inline const StoreImpl& ImplOf(const Store& store) { return static_cast<const StoreImpl&>(store); }

inline BaseAddress AddressIn(const v1::StoreIdentity& identity) {
  return {{identity.addresses().begin(), identity.addresses().end()},
          {identity.ca_pem(), identity.certificate_pem(), SecretBytes(identity.private_key_pem())}};
}

inline void SetDeadline(grpc::ClientContext& context, absl::Duration timeout) {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
}

// `method`: of Service's stub. kLocked, once the base was reached, and what the call says.
template <typename Service, typename Request, typename Response>
absl::StatusOr<Response> CallUnary(const Store& store, absl::Duration timeout, const Request& request,
                                   grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                         Response*)) {
  ASSIGN_OR_RETURN(const auto channel, Connect(AddressIn(ImplOf(store).identity()), timeout));
  v1::ReaderProof proof;
  RETURN_IF_ERROR(ImplOf(store).ShowThatItReads(proof));
  grpc::ClientContext context;
  SetDeadline(context, timeout);
  context.AddMetadata("opgang-proof-bin", proof.SerializeAsString());
  Response response;
  const auto stub = Service::NewStub(channel);
  RETURN_IF_ERROR(FromGrpc((stub.get()->*method)(&context, request, &response)));
  return response;
}

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_TRANSPORT_UNARY_CALL_H_
